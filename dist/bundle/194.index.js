export const id = 194;
export const ids = [194];
export const modules = {

/***/ 59338:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ testAndScan)
/* harmony export */ });
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);
/* harmony import */ var _plan__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(49350);


const testAndScan = (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .defineAction */ .QP)({
    name: 'test-and-scan',
    description: 'Runs the project’s tests, linters and scanners side by side, and turns all that they say into one verdict. What could not be checked is not clean.',
    inputs: {
        config: {
            kind: 'text',
            description: 'The file whose section `test` says what is run, read and demanded. `landfall.yml` or `landfall.yaml` in the workspace if not given; none is needed where the inputs say enough. An input beats the same key of the file.',
        },
        run: {
            kind: 'lines',
            description: 'What is run, side by side: a line `name: command` each, like `unit: pytest --junitxml=junit.xml`. A command is a line of bash. In place of `test.run`.',
        },
        'working-directory': {
            kind: 'text',
            description: 'Where commands run that have no `directory` of their own. Reports and patterns stay relative to the workspace.',
        },
        junit: { kind: 'lines', description: 'JUnit XML files of the tests: a pattern a line.' },
        sarif: { kind: 'lines', description: 'SARIF files of scanners: a pattern a line.' },
        coverage: {
            kind: 'lines',
            description: 'Coverage files, a pattern a line: Cobertura XML, LCOV, or JSON of coverage.py.',
        },
        'coverage-min': { kind: 'text', description: 'The least coverage of all lines, in percent.' },
        'changed-coverage-min': {
            kind: 'text',
            description: 'The least coverage of the lines that the change adds or alters, in percent.',
        },
        'fail-on': {
            kind: 'choice',
            of: _plan__WEBPACK_IMPORTED_MODULE_1__/* .severities */ .gO,
            description: 'The least severity of a finding that fails the verdict. `low` if neither this nor the file says it.',
        },
        forbid: {
            kind: 'lines',
            description: 'Words that may not stand in lines that the change adds or alters, one a line: `TODO`, `FIXME`.',
        },
        'ignore-file': {
            kind: 'text',
            description: 'The file of findings that are excepted, each with reason, owner and expiry. `.landfall-ignore.yml` if there is one.',
        },
        'allow-empty': {
            kind: 'choice',
            of: ['true', 'false'],
            description: 'Whether it is fine that no test ran although tests were asked for. `false` if nothing says it.',
        },
        'allow-incomplete': {
            kind: 'lines',
            description: 'Gates and tools that may be incomplete, one a line, by name. All others that could not be checked fail.',
        },
        'compare-tests': {
            kind: 'choice',
            of: ['auto', 'required', 'off'],
            description: 'Whether tests that the base branch had, and that are gone or skipped now, fail. `auto`, if nothing says it: where a list of its tests is known that this commit has come from.',
        },
        suite: {
            kind: 'text',
            description: 'A name for these tests: they are compared with the list of the base branch that has the same one. If not given, workflow, job, step, the inputs `config`, `run` and `working-directory`, and the files of the tests tell lists apart. Shards of a matrix have lists of their own either way.',
        },
        matrix: {
            kind: 'hidden',
            default: '${{ toJSON(matrix) }}',
            description: 'Not for you: the shard of the matrix, evaluated by the runner.',
        },
        base: {
            kind: 'text',
            description: 'The branch that changes are compared with. If not given: that of the pull request, else the default branch; on that one itself, the commit before.',
        },
        'upload-sarif': {
            kind: 'flag',
            default: false,
            description: 'Give all findings to code scanning, as one SARIF file, under the name of `suite`, else of the workflow, job and step, and the shard of the matrix; two jobs that call one workflow need a `suite` each, or the later closes the alerts of the other. Needs the right `security-events: write`. Where the repository or the run (of a fork, say) cannot, the summary says so and nothing else changes.',
        },
        'github-token': {
            kind: 'secret',
            evaluated: '${{ github.token }}',
            description: "The token by which findings are given to code scanning; the job's own if not given. No command gets it.",
        },
        'dry-run': {
            kind: 'flag',
            default: false,
            description: 'Show what would be run, read and demanded. Run nothing.',
        },
    },
    outputs: {
        result: {
            description: 'What came of it: `done` or `planned` (the step succeeds); `refused` or `failed` (the step fails).',
        },
        report: { description: 'The path of a JSON file with all of it: commands, gates, tests, findings, coverage.' },
        verdict: { description: '`passed`, `failed` or `incomplete`; empty where nothing was judged.' },
        tests: { description: 'How many tests ran or were skipped.' },
        failed: { description: 'How many tests failed.' },
        coverage: { description: 'The coverage of all lines in percent, like `81.25`; empty where none was read.' },
        findings: { description: 'How many findings count.' },
        evidence: {
            description: 'The path of the document of evidence: which commit this is, and its verdict, for `build-image` and `deploy-over-ssh`. Empty where tracked files were not as the commit has them.',
        },
        sarif: { description: 'The path of one SARIF file with all findings.' },
    },
    post: false,
});


/***/ }),

/***/ 46194:
/***/ ((module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);
/* harmony import */ var _operations__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(18356);
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(59338);



await (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .run */ .eF)(_definition_js__WEBPACK_IMPORTED_MODULE_2__/* .testAndScan */ .R, {
    main: async (action) => {
        const { inputs } = action;
        const report = await (0,_operations__WEBPACK_IMPORTED_MODULE_1__/* .testAndScan */ .RT)({ ...action, ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .time */ .kB }, inputs, {
            config: inputs.config,
            directory: inputs['working-directory'],
            suite: inputs.suite,
            matrix: inputs.matrix,
            upload: inputs['upload-sarif'],
            dry: inputs['dry-run'],
        });
        const { scan } = report;
        return {
            report,
            outputs: {
                verdict: scan?.verdict,
                tests: scan?.tests.total,
                failed: scan?.tests.failed,
                coverage: scan?.coverage === undefined ? undefined : Math.floor(scan.coverage.total * 100) / 100,
                findings: scan?.findings.length,
                sarif: scan?.sarif?.file,
                evidence: report.evidence?.file,
            },
        };
    },
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ })

};
