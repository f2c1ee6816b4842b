export const id = 109;
export const ids = [109];
export const modules = {

/***/ 93138:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   d: () => (/* binding */ rollback)
/* harmony export */ });
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);

const rollback = (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .defineAction */ .QP)({
    name: 'rollback',
    description: 'Brings an earlier release back: a transaction of its own, checked like a deploy, and itself undone when it fails. Needs no checkout.',
    inputs: {
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .hostInputs */ .ep,
        to: {
            kind: 'text',
            default: 'previous',
            description: 'The release to go back to: `previous` (the last confirmed one before the live one; a release that was undone does not count), a transaction like `t41`, a commit, or the id of a release.',
        },
        reason: {
            kind: 'text',
            description: 'Why, in a few words: kept in the journal on the host and shown in the summary.',
        },
        'confirm-within': {
            kind: 'duration',
            description: 'How long the release may stay unconfirmed, should this step be killed; then the host goes back to the one that was live. In place of `confirm-within`; `10m` if neither is given.',
        },
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .envInput */ .Ck,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .environmentInput */ .u5,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .githubInputs */ .dN,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .dryRunInput */ .lo,
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .jobStatusInput */ .Or,
    },
    outputs: {
        ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .sharedOutputs */ .ST,
        from: { description: 'The id of the release that was live before.' },
        verdict: { description: 'One line: what was brought back, and what differs.' },
    },
    post: true,
});


/***/ }),

/***/ 68109:
/***/ ((module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var _kit__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(37731);
/* harmony import */ var _operations__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(18356);
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(93138);



await (0,_kit__WEBPACK_IMPORTED_MODULE_0__/* .run */ .eF)(_definition_js__WEBPACK_IMPORTED_MODULE_2__/* .rollback */ .d, {
    post: async (action) => {
        const { inputs } = action;
        const how = { phase: 'deploy', commit: 'step', jobStatus: inputs['job-status'] };
        const report = await (0,_operations__WEBPACK_IMPORTED_MODULE_1__/* .closeDeploy */ .QD)({ ...action, ..._kit__WEBPACK_IMPORTED_MODULE_0__/* .time */ .kB }, inputs, how, 'rollback');
        return report && { report };
    },
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ })

};
