export const id = 730;
export const ids = [730];
export const modules = {

/***/ 86693:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   M: () => (/* binding */ deployOverSsh)
/* harmony export */ });
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);

const deployOverSsh = (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .defineAction */ .QP)({
    name: 'deploy-over-ssh',
    description: 'Deploys a Django application over SSH as a transaction: prepared beside the running release, switched, checked, and taken back by itself when anything fails.',
    inputs: {
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .hostInputs */ .ep,
        phase: {
            kind: 'choice',
            of: ['deploy', 'prepare', 'switch', 'confirm', 'abort'],
            default: 'deploy',
            description: '`deploy` does everything. Or in parts: `prepare` puts the release on the host beside the running one and holds nothing, so an approval may follow; `switch` makes it live and checks it; `confirm` ends the transaction; `abort` takes the release back, and in a run started by `workflow_dispatch` also what another run of the repository has left open.',
        },
        'env-file': {
            kind: 'secret',
            holds: 'env',
            description: 'The content of `.env`: `NAME=value` lines for the environment of this release. It is never run as a script. If not given, `shared/.env` on the host is used.',
        },
        'package-index': {
            kind: 'secret',
            holds: 'address',
            description: 'The address of a private package index, `https://user:password@host/simple`. pip takes all packages from there; where requirements or `uv.lock` name indexes on that host themselves, pip and uv are let in there. It is on the host while they install, in memory only, beside what the deploy user’s own `~/.netrc` says of other hosts. If not given, pip and uv are set as on the host, and by the variables of `.env`.',
        },
        image: {
            kind: 'text',
            description: 'The container image that the release runs, by its digest: `registry/repository@sha256:…`. It is part of what the release is. Before the switch the Docker engine of the host has exactly it: it is there, the host pulls it, or, where the host cannot read it in its registry, it comes over SSH, only the layers that the host lacks.',
        },
        'registry-username': {
            kind: 'text',
            description: 'The user name for the registry of `image`, used on the runner; the host never gets it. If not given, what `docker login` has left on the runner is used, else none.',
        },
        'registry-password': { kind: 'secret', description: 'The password, or a token, of `registry-username`.' },
        commit: {
            kind: 'choice',
            of: ['step', 'job', 'later'],
            description: 'When a switched release is confirmed. `step`: at the end of this step. `job`: at the end of the job, if it succeeded; a later step that fails takes the release back. `later`: by `phase: confirm`, in another job perhaps. The default is `step` for `phase: deploy` and `job` for `phase: switch`.',
        },
        'confirm-within': {
            kind: 'duration',
            description: 'How long the switched release may stay unconfirmed; then the host takes it back by itself, with or without GitHub. In place of `confirm-within`. The default is `10m` with `commit: step`, `45m` with `job`, `60m` with `later`.',
        },
        'max-downtime': {
            kind: 'duration',
            description: 'The longest time that `url` may be unanswered during the switch; if it is longer, the release is taken back. Needs `url`. Without it the gap is measured and reported, but not judged.',
        },
        evidence: {
            kind: 'text',
            description: 'The path of the document of evidence that `test-and-scan` (and `build-image`) put out, or of a folder that holds it alone. One that is of another commit, repository or image, has a verdict that is not `passed`, or was changed, is refused before anything is connected to. The host keeps it with the release.',
        },
        'require-evidence': {
            kind: 'choice',
            of: ['true', 'false'],
            description: 'Whether a deploy without evidence is refused, too. In place of `evidence` (`required`, `optional`) of `landfall.yml`.',
        },
        'allow-older': {
            kind: 'flag',
            default: false,
            description: 'Deploy although a newer run of the same workflow has deployed since; otherwise that is refused.',
        },
        'allow-drift': {
            kind: 'flag',
            default: false,
            description: 'Deploy although files of the release that serves were changed on the host; otherwise that is refused, and they are named.',
        },
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .envInput */ .Ck,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .environmentInput */ .u5,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .githubInputs */ .dN,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .dryRunInput */ .lo,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .jobStatusInput */ .Or,
    },
    outputs: {
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .sharedOutputs */ .ST,
        previous: { description: 'The id of the release that was live before; empty on a first deploy.' },
        url: { description: 'The public address of the application, for `environment.url`.' },
        'downtime-ms': {
            description: 'How long `url` was unanswered during the switch, in ms; empty where it was not measured.',
        },
        migrations: { description: 'What became of migrations: `none` were pending, or `applied`.' },
        evidence: {
            description: 'The path of the document of evidence as it is kept with the release: grown by this deploy and its checks. Empty where none was given.',
        },
        undo: {
            description: 'The line that takes this release back, to be pasted into any shell that has the deploy key.',
        },
    },
    post: true,
});


/***/ }),

/***/ 72730:
/***/ ((module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);
/* harmony import */ var _operations__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(18356);
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(86693);



await (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .run */ .eF)(_definition_js__WEBPACK_IMPORTED_MODULE_2__/* .deployOverSsh */ .M, {
    post: async (action) => {
        const { inputs } = action;
        const { phase, commit } = inputs;
        const report = await (0,_operations__WEBPACK_IMPORTED_MODULE_1__/* .closeDeploy */ .QD)({ ...action, ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .time */ .kB }, inputs, {
            phase,
            commit,
            jobStatus: inputs['job-status'],
        });
        return report && { report };
    },
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ })

};
