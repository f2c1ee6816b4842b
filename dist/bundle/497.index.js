export const id = 497;
export const ids = [497];
export const modules = {

/***/ 15862:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ smokeTest)
/* harmony export */ });
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);

const smokeTest = (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .defineAction */ .QP)({
    name: 'smoke-test',
    description: 'Proves that a release serves: checks over HTTP from outside and, with SSH, that every process of every service runs that release.',
    inputs: {
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .hostInputs */ .ep,
        url: {
            kind: 'text',
            description: 'The public address of the application, in place of `url`. Enough on its own: then only the checks from outside are done.',
        },
        checks: {
            kind: 'text',
            description: 'The checks, in place of `smoke`: YAML, a list or one of them. If there are none, one GET of `/`: a 2xx, or a redirect on the same host.',
        },
        release: {
            kind: 'text',
            description: 'The release that must be live, by its id. If not given: whichever is.',
        },
        processes: {
            kind: 'choice',
            of: ['auto', 'true', 'false'],
            default: 'auto',
            description: 'Look on the host which release each process really runs. `auto`: where a host is named.',
        },
        timeout: {
            kind: 'duration',
            description: 'How long a check is tried again before it has failed, in place of its own `within`.',
        },
        'on-failure': {
            kind: 'choice',
            of: ['undo', 'keep'],
            default: 'undo',
            description: 'What a failure does to an unconfirmed release of the same run: `undo` takes it back at once, `keep` leaves it. A confirmed release is never touched.',
        },
        'sign-off': {
            kind: 'text',
            description: 'A transaction like `t42`, whose release serves: when all checks have passed, the journal on the host keeps that whoever started this run stands for it. Only in runs that a person starts (`workflow_dispatch`).',
        },
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .envInput */ .Ck,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .dryRunInput */ .lo,
    },
    outputs: {
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .sharedOutputs */ .ST,
        passed: { description: 'How many checks passed.' },
        failed: { description: 'How many checks failed.' },
        'p95-ms': {
            description: 'In how many ms 95 of 100 requests were answered, of the slowest check that has `repeat` or `p95`; empty where none has.',
        },
        'stale-processes': {
            description: 'How many processes run another release, or do not run; empty where nobody looked.',
        },
    },
    post: false,
});


/***/ }),

/***/ 59878:
/***/ ((module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);
/* harmony import */ var _operations__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(18356);
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(15862);



await (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .run */ .eF)(_definition_js__WEBPACK_IMPORTED_MODULE_2__/* .smokeTest */ .K, {
    main: async (action) => {
        const { inputs } = action;
        const report = await (0,_operations__WEBPACK_IMPORTED_MODULE_1__/* .smokeTest */ .KH)({ ...action, ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .time */ .kB }, inputs, {
            release: inputs.release,
            processes: inputs.processes,
            timeout: inputs.timeout,
            onFailure: inputs['on-failure'],
            signOff: inputs['sign-off'],
            dry: inputs['dry-run'],
        });
        const { checks, processes, timeline } = report;
        const looked = timeline.some(({ id }) => id === 'processes');
        const slowest = checks.flatMap(({ times }) => (times === undefined ? [] : [times.p95]));
        return {
            report,
            outputs: {
                passed: checks.filter(({ ok }) => ok).length,
                failed: checks.filter(({ ok }) => !ok).length,
                'p95-ms': slowest.length > 0 ? Math.max(...slowest) : '',
                'stale-processes': looked ? processes.filter(({ verdict }) => verdict !== 'ok').length : '',
            },
        };
    },
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ })

};
