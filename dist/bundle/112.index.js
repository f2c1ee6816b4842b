export const id = 112;
export const ids = [112];
export const modules = {

/***/ 45948:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ buildImage)
/* harmony export */ });
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);

const buildImage = (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .defineAction */ .QP)({
    name: 'build-image',
    description: 'Builds one image of a commit, looks at it, and pushes the very digest that was looked at. A second run of the same commit finds it and builds nothing.',
    inputs: {
        config: {
            kind: 'text',
            description: 'The file whose section `image` says what is built. `landfall.yml` or `landfall.yaml` in the workspace if not given; none is needed where the inputs say enough. An input beats the same key of the file.',
        },
        image: {
            kind: 'text',
            description: 'The name of the image, without tag and digest: `registry.example.org/team/app`. In place of `image.name`.',
        },
        context: { kind: 'text', description: 'The folder that the build sees; the workspace if nothing says it.' },
        file: { kind: 'text', description: 'The Dockerfile; `Dockerfile` in `context` if nothing says it.' },
        target: { kind: 'text', description: 'The stage that is built; the last one if nothing says it.' },
        platforms: {
            kind: 'lines',
            description: 'What it is built for, one a line or divided by commas, like `linux/amd64`; what the builder runs on if nothing says it.',
        },
        'build-args': {
            kind: 'lines',
            description: 'Build arguments: `NAME=value` lines. They stay readable in the image: secrets go into `secrets`.',
        },
        secrets: {
            kind: 'secret',
            holds: 'values',
            description: 'Secrets that the build may use: `NAME=value` lines, written as in a `.env`. `RUN --mount=type=secret,id=NAME` reads one. They are in no layer, history, cache or command line, and on no disk.',
        },
        tags: {
            kind: 'lines',
            description: 'Rules of tags, in place of `image.tags`: `commit`, `branch`, `semver`, or a tag itself like `:staging`. `sha-<12 digits>` is always given.',
        },
        cache: {
            kind: 'text',
            description: 'Where layers are kept between builds: `registry`, `gha`, `local:FOLDER` or `off`. Runs of pull requests and of merge queues read it and never write.',
        },
        sbom: {
            kind: 'text',
            description: 'A line of bash that writes the list of what the image holds, SPDX or CycloneDX as JSON, into the file `$IMAGE_SBOM`, by looking at the layout in `$IMAGE_LAYOUT`.',
        },
        builder: { kind: 'text', description: 'The builder of buildx that builds; the current one if nothing says it.' },
        evidence: {
            kind: 'text',
            description: 'The path of the document of evidence that `test-and-scan` put out, or of a folder that holds it alone. One of another commit, or whose verdict is not `passed`, is refused before anything is built. The image and its list of parts are added to it, and it is put beside the image in the registry. If not given, and the image is there already: the document that lies beside it.',
        },
        build: {
            kind: 'choice',
            of: ['auto', 'never', 'always'],
            default: 'auto',
            description: '`auto`: where the registry has no image of this commit that was made from the same inputs. `never`: it must have one, as in a run for a release tag. `always`: anew, without caches.',
        },
        push: {
            kind: 'choice',
            of: ['auto', 'true', 'false'],
            default: 'auto',
            description: 'Whether the image is pushed. `auto`: but in runs of pull requests and of merge queues.',
        },
        attest: {
            kind: 'choice',
            of: ['auto', 'true', 'false'],
            default: 'auto',
            description: 'Whether GitHub is to keep a signed provenance of the image, which says that this run has built that digest. Needs `permissions: { id-token: write, attestations: write }`. `auto`: where the job has these, the image is pushed, the run is of no pull request and the repository has attestations; else a note says why not. `true`: then the step fails, before a tag is given. Of an image that was found, the one that its own run has made counts.',
        },
        username: {
            kind: 'text',
            description: 'Who logs in to the registry. If not given: as Docker is logged in on this machine.',
        },
        password: { kind: 'secret', description: 'The password or token for `username`.' },
        'github-token': {
            kind: 'secret',
            evaluated: '${{ github.token }}',
            description: "The token by which attestations are kept and looked up; the job's own if not given. No build gets it.",
        },
        'dry-run': {
            ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .dryRunInput */ .lo['dry-run'],
            description: 'Look at the registry, say what would be done, change nothing.',
        },
    },
    outputs: {
        result: {
            description: 'What came of it: `done`, `unchanged` (the registry had it, with all its tags) or `planned` (the step succeeds); `refused` or `failed` (the step fails).',
        },
        report: _kit__WEBPACK_IMPORTED_MODULE_0__/* .sharedOutputs */ .ST.report,
        image: { description: 'The image as `name@digest`; empty where it is not in the registry.' },
        digest: { description: 'Its digest, `sha256:…`.' },
        attested: { description: '`true` where GitHub keeps a provenance of the image, else `false`.' },
        tags: { description: 'The tags that name it now, one a line.' },
        evidence: {
            description: 'The path of the document of evidence, grown by the image and its list of parts; empty where there is none.',
        },
        sbom: { description: 'The path of the list of what it holds; empty where none was asked for.' },
    },
    post: false,
});


/***/ }),

/***/ 10112:
/***/ ((module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);
/* harmony import */ var _operations__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(18356);
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(45948);



await (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .run */ .eF)(_definition_js__WEBPACK_IMPORTED_MODULE_2__/* .buildImage */ ._, {
    main: async (action) => {
        const { inputs } = action;
        const report = await (0,_operations__WEBPACK_IMPORTED_MODULE_1__/* .buildImage */ ._w)({ ...action, ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .time */ .kB }, inputs, {
            config: inputs.config,
            secrets: inputs.secrets,
            username: inputs.username,
            password: inputs.password,
            push: inputs.push,
            build: inputs.build,
            attest: inputs.attest,
            evidence: inputs.evidence,
            dry: inputs['dry-run'],
        });
        const { built: image } = report;
        const there = image !== undefined && (image.origin === 'found' || image.pushed !== undefined);
        return {
            report,
            outputs: {
                image: there ? image.image : undefined,
                digest: image?.digest,
                attested: image?.attestation !== undefined,
                tags: image?.tags.map(({ tag }) => tag).join('\n'),
                sbom: image?.sbom?.file,
                evidence: report.evidence?.file,
            },
        };
    },
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ })

};
