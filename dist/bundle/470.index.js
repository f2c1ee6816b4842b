export const id = 470;
export const ids = [470];
export const modules = {

/***/ 8734:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  HR: () => (/* binding */ Failure),
  F4: () => (/* reexport */ codes),
  fJ: () => (/* binding */ fail),
  Kl: () => (/* binding */ faultOf),
  sb: () => (/* binding */ must),
  ok: () => (/* binding */ ok)
});

;// CONCATENATED MODULE: ./packages/fault/codes.ts
/**
 * Every fault that a person can meet, and what it means in one line.
 * The set is closed: a new way to fail gets a new entry, and the troubleshooting pages are made from this table.
 */
const codes = {
    INPUT_INVALID: 'an input, or a key of landfall.yml, is unknown, missing or of the wrong form',
    FORK_REFUSED: 'the run is about commits of a fork, which anybody may have written',
    SSH_KEY_UNREADABLE: 'the private key cannot be read, or needs a passphrase that was not given',
    SSH_HOST_KEY_MISSING: 'no host key is pinned for this host',
    SSH_HOST_KEY_DIFFERS: 'the host answered with a key that is not the pinned one',
    SSH_HOST_KEY_CA: 'the pin is an @cert-authority line, which cannot be checked',
    SSH_REFUSED: 'the host does not accept this user with this key',
    SSH_UNREACHABLE: 'no SSH server answers at this address',
    SSH_NO_FORWARDING: 'the jump host does not pass connections on',
    SSH_LOST: 'the connection to the host was lost',
    SSH_NO_SHELL: 'the host accepts the login, but does not run commands for this user',
    SSH_FORWARD: 'the host could not, or would not, connect to an address inside it',
    CANCELLED: 'the run was cancelled',
    PROGRAM_FAILED: 'a program on the host failed',
    PROGRAM_DIED: 'a program on the host was killed before it could say how it ended',
    PROGRAM_TIMEOUT: 'a program on the host did not end in its time',
    PREFLIGHT: 'the host lacks something that the deploy needs',
    PATH_OCCUPIED: 'there is something at `path` that Landfall did not make',
    HOST_DRIFTED: 'files of the live release, or of what runs it, were changed on the host since it was deployed',
    STATE_UNREADABLE: 'the state on the host cannot be read',
    STATE_NEWER: 'the state on the host was written by a newer Landfall',
    TX_BUSY: 'another run holds the target',
    TX_FENCED: 'a newer transaction has begun; this one may change nothing any more',
    TX_LATE: 'the time to confirm had passed and the host took the release back',
    TX_UNDONE: 'this run was undone before; it cannot go on where it stopped',
    TX_HELD: 'an undo failed and the target waits for a person',
    TX_STALE: 'a newer run of the same workflow has deployed since',
    TX_ROLLED_BACK: 'what this run deployed was rolled back since',
    TX_NOTHING_SWITCHED: 'there is no switched release of this run',
    TX_NOT_PREPARED: 'this run has prepared no release to switch to',
    SOURCE_UNFIT: 'the checkout holds something that cannot be deployed as it is',
    TREE_DIFFERS: 'the files on the host are not those of the commit',
    ENVIRONMENT_LOCK: 'the Python dependencies are locked in a form that is not installed directly',
    ENVIRONMENT_FAILED: 'the Python environment could not be built',
    APPLICATION_FAILED: 'the application could not be loaded, its translations not be compiled, or its static files not be collected',
    SERVICE_UNFIT: 'a service cannot be run as it is described',
    MIGRATIONS_PENDING: 'the release has migrations that the database lacks',
    MIGRATE_FAILED: 'the migrations failed',
    SCHEMA_DIFFERS: 'the release to go back to expects another schema than the database has',
    HOOK_FAILED: 'a hook failed, or did not end in its time',
    SWITCH_FAILED: 'a service did not come up on the new release',
    GAP_EXCEEDED: 'the public URL was unanswered for longer than max-downtime',
    CHECK_FAILED: 'a check of the release failed',
    UNDO_FAILED: 'the undo failed; the target is held as it is',
    RELEASE_UNKNOWN: 'no such release, or it is no longer complete on the host',
    RELEASE_AMBIGUOUS: 'there is no previous release that could be told from the journal',
    INTERNAL: 'a defect in Landfall itself',
};

;// CONCATENATED MODULE: ./packages/fault/index.ts

const ok = (value) => ({ ok: true, value });
/** A fault as a result. `said` and everything optional may be left out. */
const fail = (fault) => ({
    ok: false,
    fault: { said: [], ...fault },
});
/** Carries a fault up to the action's entry, which shows it. Never shown as a stack trace. */
class Failure extends Error {
    fault;
    constructor(fault) {
        super(`${fault.code}: ${fault.what}`);
        this.name = 'Failure';
        this.fault = { said: [], ...fault };
    }
}
/** The value, or a {@link Failure} that carries the fault. */
const must = (result) => {
    if (result.ok)
        return result.value;
    throw new Failure(result.fault);
};
/** Any thrown thing as a fault: a {@link Failure}'s own, else `INTERNAL`. */
const faultOf = (thrown) => {
    if (thrown instanceof Failure)
        return thrown.fault;
    // not instanceof Error: an error may come from another realm
    const { message = String(thrown), stack = '' } = (thrown ?? {});
    return {
        code: 'INTERNAL',
        what: message,
        said: stack
            .split('\n')
            .slice(1, 4)
            .map((line) => line.trim()),
        next: 'Please report this with the log of the run: it is a defect in Landfall.',
        cause: thrown,
    };
};


/***/ }),

/***/ 2069:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  QP: () => (/* reexport */ defineAction),
  lo: () => (/* reexport */ dryRunInput),
  Ck: () => (/* reexport */ envInput),
  u5: () => (/* reexport */ environmentInput),
  dN: () => (/* reexport */ githubInputs),
  ep: () => (/* reexport */ hostInputs),
  Or: () => (/* reexport */ jobStatusInput),
  eF: () => (/* reexport */ run),
  ST: () => (/* reexport */ sharedOutputs),
  kB: () => (/* reexport */ time)
});

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./packages/kit/clock.ts

/** Wall clock, for people. */
const wall = () => new Date();
/** A signal that fires after so many ms. */
const deadline = (ms) => AbortSignal.timeout(ms);
/** The process's own clock: `now` only grows; `sleep` ends early, without an error, when its signal fires. */
const clock = {
    now: () => performance.now(),
    sleep: async (ms, signal) => {
        try {
            await (0,promises_.setTimeout)(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
        }
        catch {
            // woken early
        }
    },
};
/** Time, as operations take it. */
const time = { clock, wall, deadline };

;// CONCATENATED MODULE: ./packages/kit/definition.ts
/** Keeps the literal types of a definition. */
const defineAction = (definition) => definition;
/** The outputs of every action; the kit writes them from the report. */
const sharedOutputs = {
    result: {
        description: 'What came of it: `done`, `unchanged` or `planned` (the step succeeds); `refused` or `failed` (nothing was switched), `undone` or `held` (the step fails).',
    },
    release: { description: 'The id of the release that was acted on: `<sha7>-<hash4>`.' },
    transaction: { description: 'The number of the transaction, like `t42`; empty where none was opened.' },
    report: {
        description: 'The path of a JSON file with the evidence: timeline, gap, processes, checks, and the fault if any.',
    },
};

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./packages/fault/index.ts + 1 modules
var packages_fault = __webpack_require__(8734);
// EXTERNAL MODULE: ./packages/plan/index.ts + 17 modules
var plan = __webpack_require__(2105);
;// CONCATENATED MODULE: ./packages/kit/fork.ts
/** Events whose payload names the branch of a pull request. */
const reviewing = /^pull_request(?:_target|_review|_review_comment)?$/;
const within = (value, ...keys) => keys.reduce((at, key) => (typeof at === 'object' && at !== null ? at[key] : undefined), value);
const nameOf = (repository) => {
    const name = within(repository, 'full_name');
    return typeof name === 'string' && name !== '' ? name : undefined;
};
/**
 * The fork whose commits this run is about, by the name of its repository; undefined: of none. Nobody but the base repository's
 * own members can write its branches; a fork's are anybody's, whatever secrets and rights the event brings with it
 * (`pull_request_target` and `workflow_run` bring all of them). A head that the payload does not name (its repository
 * was deleted, or the payload cannot be read) is taken for a fork's. Pure.
 */
const forkOf = (event, payload) => {
    const [head, base] = reviewing.test(event)
        ? [within(payload, 'pull_request', 'head', 'repo'), within(payload, 'pull_request', 'base', 'repo')]
        : event === 'workflow_run'
            ? [within(payload, 'workflow_run', 'head_repository'), within(payload, 'workflow_run', 'repository')]
            : [];
    if (!reviewing.test(event) && event !== 'workflow_run')
        return undefined;
    const [from, to] = [nameOf(head), nameOf(base)];
    if (from === undefined || to === undefined)
        return from ?? 'an unknown repository';
    return from.toLowerCase() === to.toLowerCase() ? undefined : from;
};

;// CONCATENATED MODULE: ./packages/kit/context.ts

/** The variable by which the steps of one job know that they are one. */
const jobVariable = 'LANDFALL_JOB';
/** The workflow's file, on whatever ref: run numbers count for it. As a word, for it is kept in journals. */
const workflowOf = (ref, name) => {
    const file = ref.replace(/@.*$/, '');
    return (file === '' ? name : file).replaceAll(/[^A-Za-z0-9._:/@#+-]/g, '-');
};
/**
 * What runs this, from the runner's variables. Without a runner, a run of its own that is called `local`.
 * `token` and `driver` are those of the job and of the step, found or new; `payload` is what GitHub says of the event.
 */
const runContext = (environment, { token, driver, payload }) => {
    const of = (name, otherwise) => {
        const value = environment[name];
        return value === undefined || value === '' ? otherwise : value;
    };
    const number = (name, otherwise) => {
        const value = Number(of(name, ''));
        return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
    };
    const repository = of('GITHUB_REPOSITORY', 'local');
    const runId = of('GITHUB_RUN_ID', `local-${driver}`);
    const page = `${of('GITHUB_SERVER_URL', 'https://github.com')}/${repository}/actions/runs/${runId}`;
    const event = of('GITHUB_EVENT_NAME', '');
    const fork = forkOf(event, payload);
    const sha = of('GITHUB_SHA', '');
    const actor = of('GITHUB_ACTOR', of('USER', 'unknown'));
    const restartedBy = of('GITHUB_TRIGGERING_ACTOR', actor);
    return {
        repository,
        runId,
        attempt: number('GITHUB_RUN_ATTEMPT', 1),
        runNumber: number('GITHUB_RUN_NUMBER', 0),
        workflow: workflowOf(of('GITHUB_WORKFLOW_REF', ''), of('GITHUB_WORKFLOW', 'local')),
        actor,
        ...(restartedBy === actor ? {} : { restartedBy }),
        url: of('GITHUB_RUN_ID', '') === '' ? 'local' : page,
        token,
        driver,
        ...(event === '' ? {} : { event }),
        ...(sha === '' ? {} : { sha }),
        ...(fork === undefined ? {} : { fork }),
    };
};

;// CONCATENATED MODULE: ./packages/kit/annotations.ts
/** GitHub shows this many of a type a step; more are dropped. */
const most = 10;
/** Characters of one message that are kept. */
const longest = 4000;
/** A fault as annotations: the fault itself, then each problem that has a line of a file. */
const annotations = (fault) => {
    const where = fault.host === undefined ? '' : ` (${fault.host})`;
    const lines = (fault.problems ?? []).flatMap(({ where: file, line, what, next }) => line === undefined || file.startsWith('input ')
        ? []
        : [{ title: fault.code, file, line, message: cut(next === undefined ? what : `${what}\n${next}`) }]);
    // Problems of inputs have no place of their own: the fault's message names them.
    const rest = (fault.problems ?? []).filter(({ where: place, line }) => line === undefined || place.startsWith('input '));
    const named = rest.map((problem) => `${problem.where}: ${problem.what}${problem.next === undefined ? '' : ` (${problem.next})`}`);
    const message = [`${fault.what}${where}`, ...named, fault.next].join('\n');
    return [{ title: fault.code, message: cut(message) }, ...lines].slice(0, most);
};
const cut = (text) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

;// CONCATENATED MODULE: ./packages/kit/deliver.ts


/** GitHub takes 1 MiB a step; some is left for the line that says where the rest is. */
const longestSummary = 1024 * 1024 - 4096;
const good = new Set(['done', 'unchanged', 'planned']);
/**
 * Shows a report everywhere that people and later steps look: the log, annotations, the summary, outputs, a JSON file.
 * No secret passes. Returns the exit code.
 */
const deliver = (delivery, runner, secrets) => {
    // Scrubbed as data, before JSON or markdown could write a secret in another way.
    const report = intact(secrets.scrubAll(withoutCause(delivery.report)), delivery.report.fault?.setup);
    const path = runner.file(`landfall-${report.action}-${Date.now().toString(36)}-${process.pid}.json`, `${JSON.stringify(report, null, 2)}\n`);
    const outputs = {
        ...delivery.outputs,
        result: report.result,
        release: report.release,
        transaction: report.transaction,
        report: path,
    };
    for (const [name, value] of Object.entries(outputs)) {
        if (value !== undefined)
            runner.output(name, secrets.scrub(String(value)));
    }
    runner.summary(shortened((0,plan/* renderSummary */.Br)(report), path));
    for (const line of log(report))
        runner.print(line);
    if (report.fault?.setup !== undefined) {
        runner.openGroup('setup.sh: to be read, then run as root on the host');
        for (const line of report.fault.setup.trimEnd().split('\n'))
            runner.print(line);
        runner.closeGroup();
    }
    if (report.fault !== undefined)
        annotations(report.fault).forEach(runner.annotate);
    return good.has(report.result) ? 0 : 1;
};
/** A cause is a live error: no part of the evidence. */
const withoutCause = ({ fault, ...report }) => {
    if (fault === undefined)
        return report;
    const shown = Object.entries(fault).filter(([key]) => key !== 'cause');
    return { ...report, fault: Object.fromEntries(shown) };
};
/** A script for root is shown as it was made or not at all: with `***` in the place of a secret it would be another one. */
const intact = (report, made) => {
    if (report.fault?.setup === made || report.fault === undefined)
        return report;
    const { setup, ...fault } = report.fault;
    const next = `${fault.next} The setup script is not shown, for something in it is masked here: docs/setup.md has it.`;
    return { ...report, fault: { ...fault, next } };
};
/** The last lines of the log. */
const log = (report) => [
    '',
    `${report.action}: ${report.result}: ${report.verdict}`,
    ...(report.fault === undefined ? [] : ['', ...(0,plan/* renderFault */.L4)(report.fault)]),
    ...(report.undo === undefined ? [] : ['', 'to undo, from any machine with the deploy key:', `  ${report.undo.line}`]),
];
const shortened = (markdown, path) => {
    const bytes = Buffer.from(markdown);
    if (bytes.length <= longestSummary)
        return markdown;
    const kept = bytes.subarray(0, bytes.lastIndexOf(10, longestSummary) + 1).toString('utf8');
    return `${kept}\n\n… the rest is in the JSON report (output \`report\`, ${path}).\n`;
};

;// CONCATENATED MODULE: ./packages/kit/interruption.ts

/** A cancelled step has 7.5 s from SIGINT to SIGTERM and 2.5 s more; this leaves time to report. */
const grace = 5_000;
/** GitHub ends a cancelled job after 5 minutes, post steps included. */
const postBudget = 4 * 60_000;
/** Turns SIGINT, SIGTERM and the end of post's budget into an AbortSignal, and what is uncaught into a rejection. */
const interruption = (phase) => {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers();
    promise.catch(() => undefined);
    const stop = (failure) => {
        if (controller.signal.aborted)
            return;
        controller.abort(failure);
        setTimeout(() => {
            reject(failure);
        }, grace).unref();
    };
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => {
            stop(new packages_fault/* Failure */.HR({
                code: 'CANCELLED',
                what: `the run was cancelled (${name})`,
                next: 'Run it again when it is wanted.',
            }));
        });
    }
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
    if (phase === 'post') {
        setTimeout(() => {
            const next = 'The host undoes an unconfirmed release by itself; its status program says where it stands.';
            stop(new packages_fault/* Failure */.HR({ code: 'CANCELLED', what: 'the post step did not end within 4 minutes', next }));
        }, postBudget).unref();
    }
    return { signal: controller.signal, overdue: promise };
};

;// CONCATENATED MODULE: ./packages/kit/post.ts
/** A word that a service answers with, like Slack's `invalid_blocks`. Anything else may repeat what it was sent. */
const word = (text) => /^[a-z_]{1,60}$/.exec(text.trim())?.[0] ?? '';
/**
 * Sends JSON by POST, through the runner's proxy. No redirect is followed: the message, and the secret in the address, are for
 * nobody else. Errors are told by their code alone, for their texts may hold the address.
 */
const post = async ({ url, headers, body, limit }) => {
    const { HttpClient } = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(942)]).then(__webpack_require__.bind(__webpack_require__, 4942));
    const how = { allowRedirects: false, allowRetries: false, keepAlive: false, socketTimeout: limit };
    const client = new HttpClient('landfall', [], how);
    const { promise: over, reject } = Promise.withResolvers();
    const timer = setTimeout(() => {
        reject(Object.assign(new Error(), { code: 'no answer in time' }));
    }, limit);
    const sent = async () => {
        const response = await client.post(url, body, { ...headers });
        return { status: response.message.statusCode ?? 0, said: word(await response.readBody()) };
    };
    try {
        return await Promise.race([sent(), over]);
    }
    catch (thrown) {
        const { code } = (thrown ?? {});
        return { said: typeof code === 'string' ? code : 'no answer' };
    }
    finally {
        clearTimeout(timer);
        client.dispose();
    }
};

;// CONCATENATED MODULE: ./packages/kit/read-inputs.ts

/** The variable that holds an input: as the runner names it, dashes kept. */
const variable = (input) => `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`;
/** The inputs of an action from the environment, and everything that is wrong with them. Pure; nothing is thrown. */
const readInputs = (definition, environment) => {
    const problems = unknown(definition, environment);
    const values = Object.entries(definition.inputs).map(([name, input]) => {
        const raw = environment[variable(name)] ?? '';
        const given = input.kind === 'secret' ? raw.replace(/(\r?\n)+$/, '') : raw.trim();
        const read = value(given === '' ? (fallback(input) ?? '') : given, input);
        if ('value' in read)
            return [name, read.value];
        problems.push({ where: `input ${name}`, ...read.problem });
        return [name, instead(input)];
    });
    // The types of the values follow from the definition, which TypeScript cannot see through fromEntries.
    return { inputs: Object.fromEntries(values), problems };
};
/** What an input with a problem holds: its default; an empty text where one is required. */
const instead = (input) => {
    if ('required' in input && input.required)
        return '';
    const read = value(fallback(input) ?? '', input);
    return 'value' in read ? read.value : undefined;
};
const fallback = (input) => ('default' in input ? `${input.default}` : undefined);
const value = (text, input) => {
    switch (input.kind) {
        case 'lines':
            return {
                value: text
                    .split('\n')
                    .map((line) => line.trim())
                    .filter((line) => line !== ''),
            };
        case 'flag':
            if (/^(true|True|TRUE)$/.test(text))
                return { value: true };
            if (/^(false|False|FALSE)$/.test(text))
                return { value: false };
            return { problem: { what: `is ${quote(text)}; expected true or false` } };
        case 'duration': {
            if (text === '')
                return { value: undefined };
            const ms = (0,plan/* readDuration */.$7)(text);
            if (ms !== undefined)
                return { value: ms };
            const bare = /^\d+$/.test(text);
            const what = `is ${quote(text)}; expected a duration with its unit (ms, s, m, h or d)`;
            return { problem: { what, next: bare ? `write ${text}s if seconds are meant` : 'write it like 30s or 10m' } };
        }
        case 'choice': {
            if (text === '')
                return { value: undefined };
            if (input.of.includes(text))
                return { value: text };
            const near = (0,plan/* nearest */.pA)(text, input.of);
            const what = `is ${quote(text)}; expected one of ${input.of.join(', ')}`;
            return { problem: { what, ...(near === undefined ? {} : { next: `did you mean ${near}?` }) } };
        }
        case 'text':
        case 'secret':
            if (text !== '')
                return { value: text };
            return input.required === true ? { problem: missing(input.kind) } : { value: undefined };
        case 'hidden':
            return { value: text };
    }
};
const missing = (kind) => ({
    what: 'is missing',
    next: kind === 'secret'
        ? 'set it from a secret of the repository or environment, and check its name'
        : 'set it under with:',
});
const quote = (text) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
/** The runner passes on what it does not know either: the only way to see a mistyped input. */
const unknown = (definition, environment) => {
    const shown = Object.entries(definition.inputs).flatMap(([name, input]) => (input.kind === 'hidden' ? [] : [name]));
    const known = new Set(Object.keys(definition.inputs).map(variable));
    return Object.keys(environment)
        .filter((name) => name.startsWith('INPUT_') && !known.has(name))
        .map((name) => {
        const input = name.slice('INPUT_'.length).toLowerCase();
        const near = (0,plan/* nearest */.pA)(input, shown);
        const next = near === undefined ? `inputs: ${shown.join(', ')}` : `did you mean ${near}?`;
        return { where: `input ${input}`, what: 'there is no such input', next };
    });
};

;// CONCATENATED MODULE: ./packages/kit/fault-report.ts

/** The report of an action that ended with a fault before it could make one of its own. */
const faultReport = (action, fault, context, startedAt) => {
    const result = (0,plan/* outcomeOf */.sG)(fault);
    return {
        v: 1,
        action,
        result,
        verdict: fault.what,
        ...(fault.host === undefined ? {} : { host: fault.host }),
        run: { url: context.url, actor: context.actor },
        startedAt: startedAt.toISOString(),
        ms: Date.now() - startedAt.getTime(),
        timeline: [],
        processes: [],
        checks: [],
        notes: [],
        fault,
    };
};

;// CONCATENATED MODULE: ./packages/kit/github.ts
const recording = 'deployments: write';
/** One request may take so long: ms. */
const limit = 10_000;
/** And one that a deploy waits for. */
const soon = 5000;
/**
 * GitHub's API by `@actions/github`, at `GITHUB_API_URL` and through the runner's proxy. It is loaded by the first question, for
 * most steps ask none.
 */
const githubOf = ({ token, context }) => {
    const [owner = '', repo = ''] = context.repository.split('/');
    const ask = async (right, call, ms = limit) => {
        if (token === undefined)
            return { ok: false, final: true, why: `the input github-token is empty; ${needs(right)}` };
        try {
            const library = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(413)]).then(__webpack_require__.bind(__webpack_require__, 2413));
            const octokit = library.getOctokit(token, { log: silent });
            return { ok: true, value: await call(octokit, { owner, repo }, { signal: AbortSignal.timeout(ms) }) };
        }
        catch (thrown) {
            return refused(thrown, right);
        }
    };
    return {
        run: (id) => ask('actions: read', async ({ rest }, place, request) => {
            const { data } = await rest.actions.getWorkflowRun({ ...place, run_id: Number(id), request });
            return {
                id: String(data.id),
                repository: data.repository.full_name,
                attempt: data.run_attempt ?? 1,
                status: data.status ?? '',
                conclusion: data.conclusion ?? '',
            };
        }),
        approvals: (id) => ask('actions: read', async ({ rest }, place, request) => {
            const { data } = await rest.actions.getReviewsForRun({ ...place, run_id: Number(id), request });
            return data
                .filter(({ state }) => state === 'approved')
                .flatMap(({ environments, user }) => 
            // the description promises a user; an account can be deleted
            environments.map(({ name = '' }) => ({
                environment: name,
                by: user?.login ?? '',
            })));
        }, soon),
        deployments: (environment) => ask(recording, async ({ rest }, place, request) => {
            const { data } = await rest.repos.listDeployments({ ...place, environment, per_page: 10, request });
            const last = async (id) => (await rest.repos.listDeploymentStatuses({ ...place, deployment_id: id, per_page: 1, request })).data[0];
            return Promise.all(data.map(async ({ id, sha, payload }) => {
                const status = await last(id);
                return { id, sha, payload, state: status?.state ?? 'pending', logUrl: status?.log_url ?? '' };
            }));
        }),
        deploy: ({ environment, ref, payload }) => ask(recording, async ({ rest }, place, request) => {
            // it has been decided already: neither merged into, nor held up by checks of the commit
            const fixed = { auto_merge: false, required_contexts: [] };
            const made = await rest.repos.createDeployment({ ...place, ...fixed, environment, ref, payload, request });
            if ('id' in made.data)
                return made.data.id;
            throw new Error('no deployment was made');
        }),
        say: (id, { state, description, logUrl, url }) => ask(recording, async ({ rest }, place, request) => {
            const links = { log_url: logUrl, ...(url === undefined ? {} : { environment_url: url }) };
            await rest.repos.createDeploymentStatus({ ...place, deployment_id: id, state, description, ...links, request });
            return undefined;
        }),
    };
};
/** Its warnings are about GitHub's own plans for the API, and would stand among the lines of a deploy. */
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const needs = (right) => `the job needs \`permissions: { ${right} }\``;
/** An answer that is none, in words. What the server wrote is not shown: it is of no use to a person here. */
const refused = (thrown, right) => {
    const { status, response } = (thrown ?? {});
    if (status === undefined)
        return { ok: false, final: true, why: 'GitHub gave no answer that can be read' };
    const headers = response?.headers ?? {};
    if (status === 429 || headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined)
        return { ok: false, final: false, why: `GitHub answered ${status}: too many requests by this token` };
    // a token that lacks the right gets 403, and 404 where it may not even know of the thing
    if ([401, 403, 404].includes(status))
        return { ok: false, final: true, why: `GitHub answered ${status}; ${needs(right)}` };
    // octokit says 500 where there was no answer at all
    if (response === undefined)
        return { ok: false, final: false, why: 'GitHub gave no answer' };
    return { ok: false, final: status < 500, why: `GitHub answered ${status}` };
};

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./packages/kit/runner.ts



/** The runner as it is: what its protocol has no file for (on a terminal) is left out. */
const actualRunner = async () => {
    const core = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(942), __webpack_require__.e(143)]).then(__webpack_require__.bind(__webpack_require__, 143));
    const environment = process.env;
    const has = (name) => (environment[name] ?? '') !== '';
    return {
        environment,
        event: () => {
            try {
                return JSON.parse((0,external_node_fs_.readFileSync)(environment.GITHUB_EVENT_PATH ?? '', 'utf8'));
            }
            catch {
                return undefined;
            }
        },
        print: (line) => {
            process.stdout.write(`${inert(line)}\n`);
        },
        mask: (texts) => {
            if (has('GITHUB_ACTIONS'))
                texts.forEach(core.setSecret);
        },
        openGroup: has('GITHUB_ACTIONS') ? core.startGroup : (title) => process.stdout.write(`${inert(title)}\n`),
        closeGroup: () => {
            if (has('GITHUB_ACTIONS'))
                core.endGroup();
        },
        debug: (text) => {
            if (has('GITHUB_ACTIONS'))
                core.debug(text);
        },
        annotate: ({ message, title, file, line }) => {
            if (!has('GITHUB_ACTIONS'))
                return;
            core.error(message, {
                title,
                ...(file === undefined ? {} : { file }),
                ...(line === undefined ? {} : { startLine: line }),
            });
        },
        output: (name, value) => {
            if (has('GITHUB_OUTPUT'))
                core.setOutput(name, value);
        },
        save: (key, value) => {
            if (has('GITHUB_STATE'))
                core.saveState(key, value);
        },
        exportVariable: (name, value) => {
            if (has('GITHUB_ENV'))
                core.exportVariable(name, value);
        },
        summary: (markdown) => {
            const path = environment.GITHUB_STEP_SUMMARY;
            if (path !== undefined && path !== '')
                (0,external_node_fs_.appendFileSync)(path, markdown);
        },
        file: (name, content) => {
            const path = (0,external_node_path_.join)(has('RUNNER_TEMP') ? (environment.RUNNER_TEMP ?? '') : (0,external_node_os_.tmpdir)(), name);
            (0,external_node_fs_.writeFileSync)(path, content, { mode: 0o600 });
            return path;
        },
    };
};
/** The runner takes a line that begins with `::`, or holds `##[`, for a command. What a host says must not command it. */
const inert = (line) => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## [');

;// CONCATENATED MODULE: ./packages/kit/env-values.ts
const escapes = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$', '`': '`' };
const entry = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)$/s;
/** What stands in quotes from here on, up to the closing one, or to the end of the text where there is none. */
const quoted = (text) => {
    const quote = text.charAt(0);
    let value = '';
    let at = 1;
    for (; at < text.length && text.charAt(at) !== quote; at++) {
        const escaped = quote === '"' && text.charAt(at) === '\\' ? escapes[text.charAt(at + 1)] : undefined;
        if (escaped !== undefined)
            at++;
        value += escaped ?? text.charAt(at);
    }
    return { value, length: at + 1 };
};
/**
 * Every value that a `.env` may be taken to hold, for masking: nothing is refused, and what is no entry is a value without
 * a name. What release/env-file.ts reads from a well-formed file is among it.
 */
const envValues = (content) => {
    const found = [];
    let rest = content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
    while (rest !== '') {
        const end = rest.indexOf('\n');
        const line = end < 0 ? rest : rest.slice(0, end);
        const [, name, raw = ''] = entry.exec(line) ?? [];
        let taken = line.length;
        if (name === undefined) {
            if (!/^\s*(#|$)/.test(line))
                found.push({ name: '', value: line.trim() });
        }
        else if (/^['"]/.test(raw)) {
            const from = line.length - raw.length;
            const { value, length } = quoted(rest.slice(from));
            found.push({ name, value });
            taken = from + length;
        }
        else {
            // where a comment begins is not for masking to decide: with it and without it
            const bare = raw.replace(/[ \t]#.*$/s, '').trim();
            found.push({ name, value: bare });
            if (bare !== raw.trim())
                found.push({ name, value: raw.trim() });
        }
        const next = rest.indexOf('\n', taken);
        rest = next < 0 ? '' : rest.slice(next + 1);
    }
    return found;
};

;// CONCATENATED MODULE: ./packages/kit/secrets.ts

/** Characters; shorter texts are not masked: that would blot out innocent parts of the log. */
const shortest = 4;
/** The texts to mask for one secret: itself, or each of its lines, as the log is masked line by line. */
const masksOf = (secret) => {
    const lines = secret.split(/\r?\n/).map((line) => line.trim());
    const texts = lines.length === 1 ? [secret, ...lines] : lines;
    return texts.filter((line) => line.length >= shortest && !/^-----[A-Z ]+-----$/.test(line)).filter(once);
};
const once = (value, at, all) => all.indexOf(value) === at;
/** Names that say that their value is secret. */
const telling = /secret|pass|token|key|salt|dsn|credential|private|auth|signature/i;
/** What everybody has: masking it would hide nothing, and blot out innocent lines. The same list stands in remote/scrub.sh. */
const common = /^(?:production|development|staging|testing|localhost|127\.0\.0\.1|0\.0\.0\.0|enabled|disabled|console|warning|critical)$/i;
/** Characters of a value that only its being in a `.env` makes secret. */
const shortestPlain = 6;
/** A text as it is, and as programs print it within quotes. */
const secrets_forms = (text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    text.replaceAll('\\', '\\\\'),
];
/** Is this value secret by itself? Where an address holds a password, that alone is secret too. */
const certain = ({ name, value }) => {
    const password = /:\/\/[^/@\s]*?:([^/@\s]+)@/.exec(value)?.[1];
    if (password !== undefined)
        return [value, password];
    if (telling.test(name))
        return [value];
    const random = value.length >= 12 && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !/[./\s]/.test(value);
    return random ? [value] : [];
};
const isOpen = ({ value }, open) => open.includes(value) || common.test(value);
/**
 * The texts to mask for the content of a `.env`. Without `open`: what its name or its look says is secret. With it: all other values
 * too, for an application may print its environment, but those that `open` holds (what describes the target: the undo line
 * that people paste must stay whole), and words like `production`. Lines are masked one by one, as logs are.
 */
const masksOfEnv = (content, open) => {
    const values = envValues(content);
    const sure = values.flatMap(certain).flatMap(masksOf);
    const rest = open === undefined ? [] : values.filter((value) => !isOpen(value, open)).flatMap(({ value }) => masksOf(value)); // prettier-ignore
    return [...sure, ...rest.filter((text) => text.length >= shortestPlain)].flatMap(secrets_forms).filter(once);
};
/** The texts to mask for `NAME=value` lines of which every value is secret. */
const masksOfValues = (content) => envValues(content)
    .flatMap(({ value }) => masksOf(value))
    .flatMap(secrets_forms)
    .filter(once);
const secrets = () => {
    const known = new Set();
    // Longest first: a secret that holds another goes as a whole.
    const scrub = (text) => [...known].sort((a, b) => b.length - a.length).reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
    const deep = (value) => {
        if (typeof value === 'string')
            return scrub(value);
        if (Array.isArray(value))
            return value.map(deep);
        // Live things, like an error that is a cause, are no text to show, and may hold themselves.
        if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
            return value;
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]));
    };
    return {
        add: (masks) => {
            const fresh = masks.filter((mask) => mask !== '' && !known.has(mask)).filter(once);
            for (const mask of fresh)
                known.add(mask);
            return fresh;
        },
        scrub,
        scrubAll: (value) => deep(value),
    };
};

;// CONCATENATED MODULE: ./packages/kit/run.ts












/**
 * The entry of an action's main or post step. Reads inputs, runs the part, shows what came of it, and ends the process:
 * exit code 0 for done, unchanged and planned, else 1. Whatever is thrown is shown as a fault, never as a stack trace.
 */
const run = async (definition, parts) => {
    process.exitCode = 1; // whatever ends this process too early has failed
    const phase = 'main' in parts ? 'main' : 'post';
    const { signal, overdue } = interruption(phase);
    const runner = await actualRunner();
    const hidden = secrets();
    hide(definition, runner, hidden);
    const action = build(definition, phase, runner, hidden, signal);
    let code;
    try {
        const part = 'main' in parts ? parts.main : parts.post;
        const finished = await Promise.race([part(action), overdue]);
        code = finished === undefined ? 0 : deliver(finished, runner, hidden);
    }
    catch (thrown) {
        code = failed(thrown, definition, action, runner, hidden);
    }
    await written();
    // Sockets and timers that nobody waits for must not keep the step.
    process.exit(code);
};
/** Resolves when all that was printed has gone out: a pipe that is full takes the rest later, and the end of the process would cut it off. */
const written = async () => {
    await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => {
        // also where nobody reads any more
        stream.write('', () => {
            resolve();
        });
    })));
};
/** Shows what was thrown. Where even a report cannot be delivered (a full disk, say), the log still says why. */
const failed = (thrown, definition, { phase, context, startedAt }, runner, hidden) => {
    const fault = shown(thrown, runner);
    try {
        const name = phase === 'main' ? definition.name : `${definition.name} (post)`;
        return deliver({ report: faultReport(name, fault, context, startedAt) }, runner, hidden);
    }
    catch (again) {
        for (const each of [fault, shown(again, runner)])
            (0,plan/* renderFault */.L4)(hidden.scrubAll(each)).forEach(runner.print);
        return 1;
    }
};
/** A thrown thing as a fault. Where in the code it was thrown is for those who turn debug logging on. */
const shown = (thrown, runner) => {
    const fault = (0,packages_fault/* faultOf */.Kl)(thrown);
    if (fault.code !== 'INTERNAL')
        return fault;
    if (thrown instanceof Error)
        runner.debug(thrown.stack ?? '');
    return { ...fault, said: [] };
};
/** What is masked of an input, by what it holds. */
const masks = {
    env: masksOfEnv,
    values: masksOfValues,
    address: (value) => [...masksOf(value), ...(0,plan/* secretsOfAddress */.NC)(value.trim()).flatMap(masksOf)],
    text: (value) => masksOf(value),
};
/** Masks every secret input, before a line is printed that could hold one; `open`: see {@link masksOfEnv}. */
const hide = (definition, runner, hidden, open) => {
    for (const [name, input] of Object.entries(definition.inputs)) {
        const value = runner.environment[variable(name)];
        if (input.kind !== 'secret' || value === undefined)
            continue;
        runner.mask(hidden.add(masks[input.holds ?? 'text'](value, open)));
    }
};
const build = (definition, phase, runner, hidden, signal) => {
    const { environment } = runner;
    const saved = new Map();
    const state = (key) => saved.get(key) ?? environment[`STATE_${key}`];
    const save = (key, value) => {
        saved.set(key, value);
        runner.save(key, value);
    };
    const mask = (text) => {
        runner.mask(hidden.add(masksOf(text)));
    };
    const kept = (key, found) => {
        const value = found !== undefined && /^[A-Za-z0-9-]{1,64}$/.test(found) ? found : (0,external_node_crypto_.randomBytes)(8).toString('hex');
        if (state(key) !== value)
            save(key, value);
        return value;
    };
    const token = kept('token', environment[jobVariable] ?? state('token'));
    if (environment[jobVariable] !== token)
        runner.exportVariable(jobVariable, token);
    const driver = kept('driver', state('driver'));
    const context = runContext(environment, { token, driver, payload: runner.event() });
    const bearer = environment[variable('github-token')] ?? '';
    return {
        phase,
        ...readInputs(definition, environment),
        context,
        github: githubOf({ token: bearer === '' ? undefined : bearer, context }),
        post: post,
        signal,
        workspace: environment.GITHUB_WORKSPACE ?? process.cwd(),
        startedAt: new Date(),
        show: (line) => {
            for (const one of hidden.scrub(line).split(/\r?\n/))
                runner.print(one);
        },
        group: async (title, body) => {
            runner.openGroup(hidden.scrub(title));
            try {
                return await body();
            }
            finally {
                runner.closeGroup();
            }
        },
        save,
        state,
        mask,
        shield: (open) => {
            hide(definition, runner, hidden, open);
        },
        output: (name, value) => {
            runner.output(name, hidden.scrub(String(value)));
        },
        variables: (names) => {
            const values = names.flatMap((name) => {
                const value = environment[name];
                return value === undefined || value === '' ? [] : [[name, value]];
            });
            for (const [, value] of values)
                mask(value);
            const found = new Set(values.map(([name]) => name));
            const problems = names
                .filter((name) => !found.has(name))
                .map((name) => ({
                where: 'input env',
                what: `${name} is not set`,
                next: `set it in the step's env: ${name}: …`,
            }));
            return { values: Object.fromEntries(values), problems };
        },
    };
};

;// CONCATENATED MODULE: ./packages/kit/shared-inputs.ts
/** The inputs of every action that touches a host. An input beats the same key in landfall.yml. */
const hostInputs = {
    config: {
        kind: 'text',
        description: 'The file that describes the application and its targets. `landfall.yml` or `landfall.yaml` in the workspace if not given; none is needed where the inputs say enough.',
    },
    target: {
        kind: 'text',
        description: 'The target in the file, like `production`. May be left out where there is only one.',
    },
    host: {
        kind: 'text',
        description: 'Where to connect, as `user@host` or `user@host:port`, in place of `hosts.ssh`; `hosts.via` stays the way there.',
    },
    path: {
        kind: 'text',
        description: 'Where the application is found on the host, in place of `path`: a symlink to the live release.',
    },
    'ssh-key': {
        kind: 'secret',
        description: 'The private key of the deploy user, at jump hosts too. If not given, the SSH agent at `SSH_AUTH_SOCK` is asked.',
    },
    'ssh-key-passphrase': { kind: 'secret', description: 'The passphrase of `ssh-key`, where it has one.' },
    'host-key': {
        kind: 'text',
        description: "The host's public key, in place of `hosts.key`: lines of `ssh-keyscan`, or `ssh-ed25519 AAAA…` alone. It is no secret, and is best kept in the file. Without a pinned key no connection is made.",
    },
};
/** For actions that ask GitHub something. */
const githubInputs = {
    'github-token': {
        kind: 'secret',
        evaluated: '${{ github.token }}',
        description: "The token that GitHub is asked with; the job's own if not given. With the right `actions: read` a target whose holder's run is over is taken over at once. Without it, the time of that run is waited for. Who approved the run is asked with it, too.",
    },
};
/** For actions after which another release serves. */
const environmentInput = {
    environment: {
        kind: 'text',
        description: 'The name of an environment of the repository, like `production`: GitHub then shows a deployment there, in progress, and at its end success or failure, with `url` and the page of the run. For jobs that have no `environment:` of their own; with one, GitHub keeps that record itself and none is made twice. Needs the right `deployments: write`. Where GitHub cannot be told, a warning says so and nothing else changes.',
    },
};
/** For actions that change something. */
const dryRunInput = {
    'dry-run': {
        kind: 'flag',
        default: false,
        description: 'Look at the host, print the plan, change nothing.',
    },
};
/** For actions that run checks. */
const envInput = {
    env: {
        kind: 'lines',
        description: 'Names of environment variables of this step, one a line, that checks may use as `$NAME` in addresses, header values and bodies. Others stay as they are written. The values are masked.',
    },
    'env-values': {
        kind: 'secret',
        holds: 'values',
        description: 'The same with their values: `NAME=value` lines, written as in a `.env`, for steps that can be given no variables of their own, like those of a reusable workflow. The values are masked before anything else is done.',
    },
};
/** How the job stands: evaluated by the runner, afresh for the post step. */
const jobStatusInput = {
    'job-status': {
        kind: 'hidden',
        default: '${{ job.status }}',
        description: 'Set by the runner: the post step learns from it how the job ended. Leave it alone.',
    },
};

;// CONCATENATED MODULE: ./packages/kit/index.ts






/***/ }),

/***/ 3514:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  QD: () => (/* reexport */ closeDeploy),
  ME: () => (/* reexport */ deployOverSsh),
  ZH: () => (/* reexport */ play),
  dU: () => (/* reexport */ rollback),
  KH: () => (/* reexport */ smokeTest)
});

// EXTERNAL MODULE: ./packages/fault/index.ts + 1 modules
var packages_fault = __webpack_require__(8734);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./packages/check/multipart.ts
/** The body of `multipart/form-data` (RFC 7578), with names escaped as browsers do it. The boundary must not occur in a part. Pure. */
const multipart = (parts, boundary) => ({
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([
        ...parts.flatMap(({ field, content, file }) => [
            Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(field)}"` +
                (file === undefined
                    ? ''
                    : `; filename="${escaped(file.name)}"\r\nContent-Type: ${file.type.replace(/[\r\n]/g, ' ')}`) +
                '\r\n\r\n'),
            content,
            Buffer.from('\r\n'),
        ]),
        Buffer.from(`--${boundary}--\r\n`),
    ]),
});
const codes = { '"': '%22', '\r': '%0D', '\n': '%0A' };
const escaped = (name) => name.replace(/["\r\n]/g, (character) => codes[character] ?? '');

;// CONCATENATED MODULE: ./packages/check/content.ts

/** What files of one request may hold together, in bytes. */
const filesLimit = 64 * 1024 * 1024;
/**
 * The body of a request and its type, `extra` fields of a form included; undefined where nothing is sent. Files that cannot
 * be sent are said in `wrong`. `boundary` must not occur in what is sent.
 */
const content = (check, put, { read, boundary, extra, wrong, }) => {
    const file = (path) => {
        const found = read(path);
        if (typeof found !== 'string')
            return Buffer.from(found.buffer, found.byteOffset, found.byteLength);
        wrong.push(found);
        return Buffer.alloc(0);
    };
    const fields = Object.entries({ ...check.form, ...extra }).map(([name, value]) => [
        name,
        Object.hasOwn(extra, name) ? value : put(value),
    ]);
    if (check.upload !== undefined) {
        const files = Object.entries(check.upload).map(([field, { file: path, content: text, name, type }]) => ({
            field,
            content: path === undefined ? Buffer.from(put(text ?? '')) : file(path),
            file: { name, type },
        }));
        if (files.reduce((bytes, { content: { length } }) => bytes + length, 0) > filesLimit)
            wrong.push(`the files of upload are larger than ${filesLimit / 1024 / 1024} MB together`);
        return multipart([...fields.map(([field, value]) => ({ field, content: Buffer.from(value) })), ...files], boundary);
    }
    if (check.file !== undefined)
        return { type: 'application/octet-stream', body: file(check.file) };
    if (check.body !== undefined)
        return { type: 'text/plain; charset=utf-8', body: put(check.body) };
    if (check.form !== undefined)
        return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
    if (check.data === undefined)
        return undefined;
    return {
        type: 'application/json',
        body: JSON.stringify(check.data, (_, value) => (typeof value === 'string' ? put(value) : value)),
    };
};

;// CONCATENATED MODULE: ./packages/check/files.ts



/** Files of the checkout at `root`, never of elsewhere: a symlink that leads out of it is not followed. */
const filesOf = (root) => (path) => {
    try {
        const real = (0,external_node_fs_.realpathSync)((0,external_node_path_.join)(root, path));
        if (!real.startsWith((0,external_node_fs_.realpathSync)(root) + external_node_path_.sep))
            return `${path} leads out of the checkout`;
        const found = (0,external_node_fs_.statSync)(real);
        if (!found.isFile())
            return `${path} is no file`;
        if (found.size > filesLimit)
            return `${path} is larger than ${filesLimit / 1024 / 1024} MB`;
        return (0,external_node_fs_.readFileSync)(real);
    }
    catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        return missing ? `there is no file ${path} in the checkout` : `the file ${path} cannot be read`;
    }
};
/** The files that checks send and that are not there, as problems of the input. */
const fileProblems = (read, checks) => {
    const named = checks.flatMap(({ file, upload = {} }) => [file, ...Object.values(upload).map((part) => part.file)]);
    return [...new Set(named)].flatMap((path) => {
        const found = path === undefined ? undefined : read(path);
        if (typeof found !== 'string')
            return [];
        return [
            { where: 'checks', what: `a check sends a file: ${found}`, next: 'Commit it, and run actions/checkout before.' },
        ];
    });
};

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
var external_node_http_default = /*#__PURE__*/__webpack_require__.n(external_node_http_);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
var external_node_https_default = /*#__PURE__*/__webpack_require__.n(external_node_https_);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./packages/check/explain.ts
/** Why a request got no answer, in words; `host` is `name:port`. Node's error codes, OpenSSL's for certificates. */
const explain = (error, host) => {
    const { code, message } = firstCoded(error);
    const known = words[code];
    if (known !== undefined)
        return known(host);
    if (code.startsWith('HPE_'))
        return `${host} answers, but not in HTTP (${code})`;
    if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
        return /wrong.version.number|packet length too long|http request/i.test(`${code} ${message}`)
            ? `${host} does not speak TLS: is this a port for http:// ?`
            : `the TLS connection to ${host} failed (${message || code})`;
    }
    if (/^(CERT_|CRL_|ERR_TLS_|UNABLE_TO_)/.test(code))
        return `the certificate of ${host} cannot be trusted (${message || code})`;
    return `the request to ${host} failed (${[code, message].filter((part) => part !== '').join(': ')})`;
};
const untrusted = (host) => `the certificate of ${host} is signed by an authority that is not known here, or its chain is incomplete (NODE_EXTRA_CA_CERTS names further authorities)`;
const selfSigned = (host) => `the certificate of ${host} is self-signed (NODE_EXTRA_CA_CERTS names further certificates to trust)`;
const explain_closed = (host) => `${host} closed the connection without an answer`;
const words = {
    ECONNREFUSED: (host) => `the connection to ${host} was refused: nothing listens there`,
    ECONNRESET: explain_closed,
    EPIPE: explain_closed,
    ETIMEDOUT: (host) => `${host} cannot be reached: nothing came back`,
    EHOSTUNREACH: (host) => `${host} cannot be reached: no route to it`,
    ENETUNREACH: (host) => `${host} cannot be reached: no network leads there`,
    ENOTFOUND: (host) => `the name in ${host} is not known in DNS`,
    EAI_AGAIN: (host) => `the name in ${host} could not be looked up: no DNS server answered`,
    CERT_HAS_EXPIRED: (host) => `the certificate of ${host} has expired`,
    CERT_NOT_YET_VALID: (host) => `the certificate of ${host} is not valid yet`,
    CERT_REVOKED: (host) => `the certificate of ${host} was revoked`,
    ERR_TLS_CERT_ALTNAME_INVALID: (host) => `the certificate of ${host} was made for other names`,
    DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
    SELF_SIGNED_CERT_IN_CHAIN: untrusted,
    UNABLE_TO_GET_ISSUER_CERT: untrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
    ERR_INVALID_CHAR: () => 'a request header holds a character that cannot be sent (a line end in a value?)',
    ERR_UNESCAPED_CHARACTERS: () => 'the address holds a character that cannot be sent',
};
/** A name with several addresses fails with one error that holds one for each: the first speaks for all. */
const firstCoded = (error) => {
    if (typeof error !== 'object' || error === null)
        return { code: '', message: String(error) };
    if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
        return firstCoded(error.errors[0]);
    const text = (value) => (typeof value === 'string' ? value : '');
    const [message = ''] = text('message' in error ? error.message : '').split('\n');
    return { code: text('code' in error ? error.code : ''), message };
};

;// CONCATENATED MODULE: ./packages/check/http.ts
/** How much of a body is read, in bytes. */
const bodyLimit = 1_000_000;

;// CONCATENATED MODULE: ./packages/check/http-client.ts






/**
 * The HTTP client of the checks: a new connection for each request, closed after it; certificates are verified;
 * the whole exchange has one limit; reads at most {@link bodyLimit} bytes of a body.
 */
const httpClient = (request) => new Promise((resolve) => {
    const begun = performance.now();
    const passed = () => Math.round(performance.now() - begun);
    const no = (why) => ({ answered: false, why, ms: passed() });
    let sent;
    let done = false;
    const end = (outcome) => {
        if (done)
            return;
        done = true;
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', cancel);
        resolve(outcome);
        sent.destroy();
    };
    const cancel = () => {
        end(no('cancelled'));
    };
    const timer = setTimeout(() => {
        end(no(`no answer from ${request.url.host} within ${Math.round(request.limit)} ms`));
    }, request.limit);
    try {
        sent = http_client_open(request);
    }
    catch (error) {
        clearTimeout(timer);
        resolve(no(explain(error, place(request.url))));
        return;
    }
    sent.on('error', (error) => {
        end(no(explain(error, place(request.url))));
    });
    sent.on('response', (response) => {
        read(response, (body, cut) => {
            end({
                answered: true,
                status: response.statusCode ?? 0,
                headers: joined(response.headers),
                setCookies: response.headers['set-cookie'] ?? [],
                body,
                cut,
                ms: passed(),
            });
        });
        response.on('error', () => {
            end(no(`${place(request.url)} broke off in the middle of its answer (status ${response.statusCode ?? 0})`));
        });
    });
    if (request.signal?.aborted === true)
        cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    sent.end(request.body);
});
/** The request, begun. Throws where a header or the address cannot be sent. */
const http_client_open = ({ method, url, headers, body, over }) => {
    const own = {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'Landfall',
        ...(body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }),
    };
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const options = { method, headers: { ...own, ...given } };
    if (over !== undefined) {
        // without an agent, node writes even the usual port into Host unless it is told that it is the usual one
        const host = url.hostname.replace(/^\[|\]$/g, '');
        const secure = () => (0,external_node_tls_.connect)({ socket: over, host, ...serverName(given.host ?? url.host) });
        return url.protocol === 'https:'
            ? external_node_https_default().request(url, { ...options, defaultPort: 443, createConnection: secure })
            : external_node_http_default().request(url, { ...options, defaultPort: 80, createConnection: () => over });
    }
    if (url.protocol !== 'https:')
        return external_node_http_default().request(url, { ...options, agent: false });
    return external_node_https_default().request(url, { ...options, agent: false, ...serverName(given.host ?? url.host) });
};
/** The certificate has to be that of the name asked for, also where the address is an IP address. */
const serverName = (host) => {
    const name = new URL(`https://${host}`).hostname;
    return (0,external_node_net_.isIP)(name) === 0 && !name.startsWith('[') ? { servername: name } : {};
};
const read = (response, end) => {
    const parts = [];
    let bytes = 0;
    const text = () => Buffer.concat(parts).subarray(0, bodyLimit).toString('utf8');
    response.on('data', (part) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > bodyLimit)
            end(text(), true);
    });
    response.on('end', () => {
        end(text(), false);
    });
};
const joined = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
/** `name:port`, as faults call a server. */
const place = (url) => `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;

;// CONCATENATED MODULE: ./packages/check/json-path.ts
/** JSONPath after RFC 9535. Loaded when a check needs it: most do not. */
const loadSelect = async () => {
    const { compile } = await __webpack_require__.e(/* import() */ 393).then(__webpack_require__.t.bind(__webpack_require__, 393, 19));
    return (document, path) => compile(path)
        .query(document)
        .values();
};
/** The values at a key: those of a JSONPath, or the top-level member. A text when the path is none. */
const pick = (document, key, select) => {
    if (!key.startsWith('$')) {
        const holder = typeof document === 'object' && document !== null && !Array.isArray(document) ? document : {};
        return Object.hasOwn(holder, key) ? [holder[key]] : [];
    }
    try {
        return select(document, key);
    }
    catch (error) {
        return `${key} is no JSONPath: ${error instanceof Error ? error.message : String(error)}`;
    }
};

;// CONCATENATED MODULE: ./packages/check/address.ts
/** A whole address as it is; a path behind the base. */
const absolute = (address, base) => /^https?:\/\//i.test(address) ? address : base === undefined ? undefined : base.replace(/\/+$/, '') + address;
/** The server that a request asks: its address, and the name in `Host` where that is another. Cookies and saved values belong to one. */
const placeOf = (url, headers) => headers.host === undefined || headers.host === url.host ? url.host : `${headers.host} at ${url.host}`;
/** Where a request goes, as saved values see it: they are sent to no other place. */
const originOf = (url, headers, inside) => `${url.protocol}//${placeOf(url, headers)}${inside === undefined ? '' : ` ${inside}`}`;
/** What lies behind the host is another place than what the runner sees, whatever its name. */
const insideOf = ({ from, socket, }) => from === 'runner' ? undefined : socket === undefined ? 'on the host' : `on the host’s ${socket}`;
/** The scheme as the application takes it: `X-Forwarded-Proto` says what a proxy in front would have been asked by. */
const schemeOf = (url, headers) => url.protocol === 'https:' || headers['x-forwarded-proto']?.toLowerCase() === 'https' ? 'https' : 'http';
/** Two addresses that differ only in what values were filled in: nothing of a value became a part of the structure. */
const sameShape = (filled, plain) => filled.origin === plain.origin && filled.pathname.split('/').length === plain.pathname.split('/').length;

;// CONCATENATED MODULE: ./packages/check/placeholders.ts
const placeholder = /\$(\$|[A-Za-z_][A-Za-z0-9_]*)|\{([a-z][a-z0-9_-]*)\}/g;
/** `{name}` stands for a value only where an earlier check saves that name: other braces are text. */
const filler = (values, saved) => {
    const missing = new Set();
    const used = new Map();
    const find = (whole, variable, name) => {
        if (variable === '$')
            return '$';
        const known = variable === undefined ? saved : values;
        const key = variable ?? name;
        if (!Object.hasOwn(known, key)) {
            if (variable !== undefined)
                missing.add(whole);
            return undefined;
        }
        const value = known[key];
        if (value === undefined)
            missing.add(whole);
        else if (typeof value !== 'string')
            used.set(key, value);
        return typeof value === 'string' ? value : value?.value;
    };
    const fill = (text, encode = (value) => value) => text.replace(placeholder, (whole, variable, name) => {
        const value = find(whole, variable, name);
        return value === undefined ? whole : whole === '$$' ? value : encode(value);
    });
    return { fill, missing, used };
};
/**
 * Puts `$NAME` in the place of each value, and of each of `others` what it is shown as, in every form in which an answer may
 * give it back: as it is, in JSON, HTML, an address, a form, or base64.
 */
const scrubber = (values, others = []) => {
    const names = new Map();
    const own = Object.entries(values).map(([name, value]) => ({ as: `$${name}`, value }));
    for (const { as, value } of [...others, ...own]) {
        for (const form of placeholders_forms(value))
            if (form !== '')
                names.set(form, as);
    }
    if (names.size === 0)
        return (text) => text;
    // The longest first: one value may begin with another.
    const longest = [...names.keys()].sort((a, b) => b.length - a.length);
    const any = new RegExp(longest.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
    return (text) => text.replace(any, (form) => names.get(form) ?? '');
};
const entities = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#x27;',
};
const placeholders_forms = (value) => [value, value.trim()].flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    form.replace(/[&<>"']/g, (character) => entities[character] ?? ''),
    percentEncoded(form),
    new URLSearchParams([['', form]]).toString().slice(1),
    Buffer.from(form).toString('base64'),
]);
/** `encodeURIComponent`, but a lone surrogate becomes U+FFFD instead of throwing. */
const percentEncoded = (value) => encodeURIComponent(value.toWellFormed());

;// CONCATENATED MODULE: ./packages/check/prepare.ts



/** The request of a check, with its `$NAME`s and `{name}`s filled in and its path put behind the target's address. */
const prepare = (check, base, values, { saved = {}, read = (path) => `${path} cannot be read here`, boundary = '-', token } = {}) => {
    const { fill, missing, used } = filler(values, saved);
    const no = (why) => ({ ok: false, why: `not sent: ${why}` });
    const written = Object.fromEntries(Object.entries(check.headers).map(([name, value]) => [name.toLowerCase(), fill(value)]));
    const address = absolute(fill(check.url, percentEncoded), base);
    if (address === undefined)
        return no(`there is no \`url\` that ${check.url} could be put behind`);
    const url = URL.canParse(address) ? new URL(address) : undefined;
    // a socket has no certificate
    if (url !== undefined && check.socket !== undefined)
        url.protocol = 'http:';
    const harmless = Object.entries(saved).map(([name, value]) => [name, value && { ...value, value: 'x' }]);
    const plain = absolute(filler(values, Object.fromEntries(harmless)).fill(check.url, percentEncoded), base);
    if (url !== undefined &&
        (plain === undefined || !URL.canParse(plain) || !sameShape(new URL(address), new URL(plain))))
        return no(`a value in ${check.url} would change where it leads`);
    const proof = url === undefined || check.csrf === undefined ? undefined : token?.(url, written);
    if (typeof proof === 'string')
        return no(proof);
    const guard = proof === undefined || check.csrf === undefined ? undefined : { ...check.csrf, ...proof };
    const wrong = [];
    const sent = content(check, fill, {
        read,
        boundary,
        extra: guard === undefined ? {} : { [guard.field]: guard.value },
        wrong,
    });
    const unsaved = [...missing].filter((name) => name.startsWith('{'));
    const unset = [...missing].filter((name) => name.startsWith('$'));
    if (unset.length > 0)
        return no(`${unset.join(', ')} has no value; the input \`env\` lists the names that checks may use`);
    if (unsaved.length > 0)
        return no(`${unsaved.join(', ')} was not saved by the check that should have`);
    const [problem] = wrong;
    if (problem !== undefined)
        return no(problem);
    if (url === undefined)
        return no(`${check.url} makes no valid address`);
    const place = originOf(url, written, insideOf(check));
    for (const [name, { from }] of used)
        if (from !== place)
            return no(`{${name}} came from ${from} and does not go to ${place}`);
    return {
        ok: true,
        request: {
            method: check.method,
            url,
            headers: {
                ...(guard === undefined ? {} : { [guard.header.toLowerCase()]: guard.value, referer: guard.page }),
                ...(sent === undefined ? {} : { 'content-type': sent.type }),
                ...written,
            },
            ...(sent === undefined ? {} : { body: sent.body }),
        },
    };
};

// EXTERNAL MODULE: ./packages/plan/index.ts + 17 modules
var packages_plan = __webpack_require__(2105);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./packages/check/judge.ts



/** What is wrong with an answer, each with what was expected and what was found; nothing when it is as the check wants it. Pure. */
const judge = (check, answer, bench) => {
    const ofHead = [...judge_status(check, answer, bench), ...redirect(check, answer, bench), ...headers(check, answer, bench)];
    const ofBody = judgeBody(check, answer, bench);
    const late = check.max !== undefined && answer.ms > check.max
        ? [`expected an answer within ${(0,packages_plan/* renderDuration */.PP)(check.max)}, it took ${(0,packages_plan/* renderDuration */.PP)(answer.ms)}`]
        : [];
    const wrong = [...ofHead, ...ofBody, ...late];
    const shows = ofBody.length > 0 || !accepted(check, answer, bench);
    return shows && answer.body.trim() !== '' ? [...wrong, `the body: ${excerpt(answer.body, bench)}`] : wrong;
};
/** What is wrong with a body, or with a message. */
const judgeBody = (check, answer, bench) => [
    ...contains(check, answer),
    ...json(check, answer, bench),
];
/** Whether the status is one that the check wants. */
const accepted = (check, { status: found, headers: { location } }, bench) => {
    if (check.status !== undefined)
        return check.status.includes(found);
    const redirects = found >= 300 && found < 400;
    if (check.redirect !== undefined)
        return redirects;
    return (found >= 200 && found < 300) || (check.ownRedirect && redirects && staysHome(location, bench));
};
const judge_status = (check, answer, bench) => {
    if (accepted(check, answer, bench))
        return [];
    const wanted = check.status?.join(' or ') ??
        (check.redirect !== undefined ? '3xx' : check.ownRedirect ? '2xx, or a redirect to the same host' : '2xx');
    const { location } = answer.headers;
    const to = location === undefined || check.redirect !== undefined ? '' : ` to ${excerpt(location, bench)}`;
    return [`expected status ${wanted}, found ${answer.status}${to}`];
};
/** The same name; another port only where the scheme changes too (http to https). */
const staysHome = (location, { url, host }) => {
    if (location === undefined)
        return false;
    const asked = new URL(`${url.protocol}//${host}`);
    if (!URL.canParse(location, asked.href))
        return false;
    const to = new URL(location, asked);
    return to.hostname === asked.hostname && (to.port === asked.port || to.protocol !== asked.protocol);
};
const redirect = (check, { status: found, headers: { location } }, bench) => {
    if (check.redirect === undefined || found < 300 || found >= 400)
        return [];
    const asked = new URL(bench.url.pathname, `${bench.url.protocol}//${bench.host}`);
    const to = location !== undefined && URL.canParse(location, asked.href) ? new URL(location, asked).href : undefined;
    const wanted = bench.redirect ?? check.redirect;
    const same = to !== undefined && [wanted, new URL(wanted, asked).href].includes(to);
    return same
        ? []
        : [
            `expected a redirect to ${check.redirect}, found ${location === undefined ? 'no Location' : excerpt(location, bench)}`,
        ];
};
const headers = (check, answer, bench) => [
    ...Object.entries(check.responseHeaders).flatMap(([name, wanted]) => {
        const found = answer.headers[name.toLowerCase()];
        if (found === wanted)
            return [];
        return [`expected header ${name}: ${wanted}, found ${found === undefined ? 'none' : excerpt(found, bench)}`];
    }),
    ...check.without.flatMap((name) => {
        const found = answer.headers[name.toLowerCase()];
        return found === undefined ? [] : [`expected no header ${name}, found ${excerpt(found, bench)}`];
    }),
];
const contains = (check, { body, cut }) => check.contains
    .filter((text) => !body.includes(text))
    .map((text) => `expected ${JSON.stringify(text)} in the body, found it nowhere${cut ? ' in its first megabyte' : ''}`);
const json = (check, { body, cut }, bench) => {
    const wanted = Object.entries(check.json);
    if (wanted.length === 0)
        return [];
    let document;
    try {
        document = JSON.parse(body);
    }
    catch {
        return [
            `expected JSON, found ${cut ? 'more than a megabyte' : body.trim() === '' ? 'an empty body' : 'something else'}`,
        ];
    }
    return wanted.flatMap(([key, value]) => {
        const found = pick(document, key, bench.select);
        if (typeof found === 'string')
            return [found];
        // A path may select several values: then the whole list is meant, or the one that there is.
        if ((0,external_node_util_.isDeepStrictEqual)(found.length === 1 ? found[0] : undefined, value))
            return [];
        if (key.startsWith('$') && found.length > 0 && (0,external_node_util_.isDeepStrictEqual)(found, value))
            return [];
        const shown = found.length === 0 ? 'nothing there' : excerpt(JSON.stringify(found.length === 1 ? found[0] : found), bench);
        return [`expected ${key} = ${JSON.stringify(value)}, found ${shown}`];
    });
};
/** At most 200 characters, on one line. Scrubbed before it is cut: half a secret is one too. */
const excerpt = (text, { scrub }) => {
    const line = scrub(text).replace(/\s+/g, ' ').trim();
    return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
};

;// CONCATENATED MODULE: ./packages/check/certificate.ts

const day = 86_400_000;
/** What is wrong with a certificate. Pure. */
const judgeCertificate = ({ expiresAfter, issuer }, shown) => {
    if (!shown.verified)
        return [shown.why];
    const scrub = (text) => text;
    return [
        ...(shown.left < expiresAfter
            ? [`expected a certificate that is valid for ${days(expiresAfter)} more, it expires in ${days(shown.left)}`]
            : []),
        ...(issuer !== undefined && !shown.issuer.includes(issuer)
            ? [`expected an issuer with ${JSON.stringify(issuer)}, found ${excerpt(shown.issuer, { scrub })}`]
            : []),
    ];
};
const days = (ms) => {
    const whole = Math.floor(ms / day);
    return ms < day ? 'less than a day' : `${whole} ${whole === 1 ? 'day' : 'days'}`;
};

;// CONCATENATED MODULE: ./packages/check/websocket.ts


/** Whether a check wants a message at all. */
const wantsMessage = ({ contains, json }) => contains.length > 0 || Object.keys(json).length > 0;
/** Whether a message is what the check waits for. Pure. */
const fits = (check, message, bench) => judgeBody(check, { body: message, cut: false }, bench).length === 0;
/** What is wrong with a conversation. `limit` is how long was listened: ms. Pure. */
const judgeConversation = (check, conversation, bench, limit) => {
    if (!conversation.opened) {
        const { status, why } = conversation;
        if (check.status === undefined || status === undefined)
            return [why];
        return check.status.includes(status)
            ? []
            : [`expected status ${check.status.join(' or ')} instead of a WebSocket, found ${status}`];
    }
    if (check.status !== undefined)
        return [`expected status ${check.status.join(' or ')} instead of a WebSocket, but it was opened`];
    const { messages, closed, broken } = conversation;
    const wanted = check.websocket?.close;
    const ended = closed === undefined ? (broken ?? '') : `the server closed it with ${closing(closed, bench)}`;
    const unheard = wantsMessage(check) && !messages.some((message) => fits(check, message, bench));
    return [
        ...(unheard
            ? [
                `expected a message with ${wish(check)} within ${(0,packages_plan/* renderDuration */.PP)(limit)}, found ${heard(messages, bench)}`,
                ...(ended === '' ? [] : [ended]),
            ]
            : []),
        ...(wanted !== undefined && closed?.code !== wanted
            ? [`expected the server to close it with ${wanted}, ${ended === '' ? 'it stayed open' : ended}`]
            : []),
        ...(wanted === undefined && !wantsMessage(check) && ended !== '' ? [ended] : []),
    ];
};
const closing = ({ code, reason }, bench) => `${code}${reason === '' ? '' : ` (${excerpt(reason, bench)})`}`;
const wish = ({ contains, json }) => [
    ...contains.map((text) => JSON.stringify(text)),
    ...Object.entries(json).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
].join(' and ');
const heard = (messages, bench) => {
    const last = messages.at(-1);
    if (last === undefined)
        return 'none';
    return `${messages.length === 1 ? 'one' : `${messages.length}, the last`}: ${excerpt(last, bench)}`;
};

;// CONCATENATED MODULE: ./packages/check/other-attempts.ts




/** One look or conversation may take so long where the check has no `max`: ms. */
const usual = 10_000;
const limitOf = ({ check, setting, end }) => {
    const { clock, deadline = Infinity } = setting;
    return Math.min(check.max ?? usual, Math.max(1000, (check.within === 0 ? deadline : end) - clock.now()));
};
/** One look at a certificate. Gives back what was wrong. */
const askCertificate = async (given) => {
    const { check, setting } = given;
    const address = absolute(check.url, setting.url);
    if (check.certificate === undefined || address === undefined)
        return ['not sent: there is no `url` to look at'];
    const url = new URL(address);
    if (url.protocol !== 'https:')
        return [`not sent: ${url.host} is asked by http, where there is no certificate`];
    const { signal } = setting;
    const shown = await setting.certificate({ url, limit: limitOf(given), ...(signal === undefined ? {} : { signal }) });
    return judgeCertificate(check.certificate, shown);
};
/** One conversation over a WebSocket. Gives back what was wrong. */
const converse = async (given) => {
    const { check, setting, memory, select } = given;
    const prepared = prepare(check, setting.url, setting.env, { saved: memory.saved() });
    if (!prepared.ok)
        return [prepared.why];
    const { url, headers: made, body } = prepared.request;
    const { 'content-type': ofBody, ...written } = made;
    const cookies = memory.session(check.session && `${check.session} `, setting.client).cookies(url, written);
    const cookie = [
        ...(written['cookie'] === undefined ? [] : [written['cookie']]),
        ...cookies.map(({ name, value }) => `${name}=${value}`),
    ].join('; ');
    const host = written['host'] ?? url.host;
    const bench = { url, host, select, scrub: memory.scrub };
    const limit = limitOf(given);
    const conversation = await setting.webSocket({
        url,
        // as a browser's page of the same site would ask
        headers: { origin: `${url.protocol}//${host}`, ...written, ...(cookie === '' ? {} : { cookie }) },
        ...(body === undefined ? {} : { message: body.toString() }),
        enough: (messages) => !wantsMessage(check) || messages.some((message) => fits(check, message, bench)),
        untilClosed: check.websocket?.close !== undefined,
        limit,
        ...(setting.signal === undefined ? {} : { signal: setting.signal }),
    });
    return judgeConversation(check, conversation, bench, limit);
};

;// CONCATENATED MODULE: ./packages/check/exchange.ts
/** As many as browsers follow at most. */
const mostRedirects = 20;
/**
 * Sends a request and follows its redirects: 301 to 303 with GET (HEAD stays), 307 and 308 as it was (RFC 9110, 15.4).
 * The check's own headers, which may hold secrets, and its body do not go to another origin. One limit for all.
 */
const follow = async (client, first) => {
    let request = first;
    let left = first.limit;
    for (let hops = 0;; hops++) {
        const outcome = await client({ ...request, limit: Math.max(1, left) });
        left -= outcome.ms;
        const next = outcome.answered ? redirected(request, outcome) : undefined;
        if (next === undefined)
            return { outcome, url: request.url };
        if (hops === mostRedirects) {
            return {
                outcome: { answered: false, why: `more than ${mostRedirects} redirects`, ms: outcome.ms },
                url: request.url,
            };
        }
        request = next;
    }
};
const redirected = (request, answer) => {
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined)
        return undefined;
    const { host } = request.headers;
    // Relative to the name that was asked for, which may be another than the address's; the address stays while the name does.
    const asked = host === undefined ? request.url : new URL(request.url.pathname, `${request.url.protocol}//${host}`);
    if (!URL.canParse(location, asked.href))
        return undefined;
    const to = new URL(location, asked);
    if (!/^https?:$/.test(to.protocol))
        return undefined;
    const home = to.origin === asked.origin;
    const { body, ...rest } = request;
    const keeps = answer.status >= 307 || request.method === 'HEAD' || request.method === 'GET';
    const own = Object.entries(request.headers).filter(([name]) => keeps || !name.startsWith('content-'));
    return {
        ...rest,
        url: home ? new URL(to.pathname + to.search, request.url) : to,
        method: keeps ? request.method : 'GET',
        headers: home ? Object.fromEntries(own) : {},
        ...(home && keeps && body !== undefined ? { body } : {}),
    };
};

;// CONCATENATED MODULE: ./packages/check/retry-after.ts
/**
 * How long a server asks to be left alone, in ms: `Retry-After` of a 429 or 503, in seconds or as a date (counted from the
 * answer's own `Date`: clocks differ). Undefined where it asks for nothing. Pure.
 */
const retryAfter = ({ status, headers }) => {
    const text = headers['retry-after']?.trim();
    if ((status !== 429 && status !== 503) || text === undefined)
        return undefined;
    if (/^\d{1,9}$/.test(text))
        return Number(text) * 1000;
    if (!/^[A-Z][a-z]{2},/.test(text))
        return undefined;
    const ms = Date.parse(text) - Date.parse(headers.date ?? '');
    return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};

;// CONCATENATED MODULE: ./packages/check/saved.ts

/** What is saved may be so long, in characters: it becomes part of addresses and headers. */
const longest = 4096;
/** Takes what a check saves from its answer, or says in words what is not there. Pure. */
const save = (wanted, answer, { from, cookies, select }) => {
    const values = {};
    const wrong = [];
    for (const [name, { from: kind, at, secret }] of Object.entries(wanted)) {
        const found = sources[kind](at, answer, cookies, select);
        if (found === undefined)
            wrong.push(`expected to save {${name}}, found nothing at ${kind} ${at}`);
        else if (found.length > longest)
            wrong.push(`{${name}} would be longer than ${longest} characters`);
        else
            values[name] = { value: found, from, secret };
    }
    return { values, wrong };
};
const sources = {
    json: (at, { body }, _, select) => {
        try {
            const found = pick(JSON.parse(body), at, select);
            const [first] = typeof found === 'string' ? [] : found;
            return ['string', 'number', 'boolean'].includes(typeof first) ? String(first) : undefined;
        }
        catch {
            return undefined;
        }
    },
    header: (at, { headers }) => headers[at.toLowerCase()],
    cookie: (at, _, cookies) => cookies.find(({ name }) => name === at)?.value,
    match: (at, { body }) => {
        const found = new RegExp(at, 'u').exec(body);
        return found?.[1] ?? found?.[0];
    },
};

;// CONCATENATED MODULE: ./packages/check/through-host.ts
/** The HTTP client over connections that the host makes: to the address of the request, or to a Unix socket there. */
const throughHost = (client, reach, now, socket) => async (request) => {
    const { url, limit, signal } = request;
    const begun = now();
    const passed = () => Math.round(now() - begun);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const opened = await reach(socket === undefined ? { host, port } : { socket }, signal);
    if (!opened.ok) {
        const { what, said, next } = opened.fault;
        return { answered: false, why: `${what} (${said.join('; ')}). ${next}`, ms: passed() };
    }
    const over = opened.value;
    // also after the answer: an 'error' that nobody hears ends the process
    over.on('error', () => undefined);
    const spent = passed();
    const outcome = await client({ ...request, over, limit: Math.max(1, limit - spent) });
    over.destroy();
    return { ...outcome, ms: outcome.ms + spent };
};

;// CONCATENATED MODULE: ./packages/check/times.ts
/** The times of several requests, in ms; undefined where there was none. Pure. */
const timesOf = (all) => {
    const sorted = [...all].sort((a, b) => a - b);
    const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1];
    const max = sorted.at(-1);
    return p95 === undefined || max === undefined ? undefined : { count: sorted.length, p95, max };
};

;// CONCATENATED MODULE: ./packages/check/attempt.ts











/** One answer may take so long where the check has no `max`. */
const answerLimit = 10_000;
/** Asks as often as the check says, and judges each answer and then their times. */
const attempt = async (given) => {
    const { check, setting, end } = given;
    const { clock, signal } = setting;
    if (check.certificate !== undefined)
        return { wrong: await askCertificate(given) };
    if (check.websocket !== undefined)
        return { wrong: await converse(given) };
    if (check.repeat === 1 && check.p95 === undefined)
        return (await ask(given)).tried;
    const took = [];
    let wait = 0;
    while (took.length < check.repeat) {
        if (wait > 0)
            await clock.sleep(wait, signal);
        if (signal?.aborted === true)
            return { wrong: ['cancelled'] };
        if (took.length > 0 && check.within > 0 && clock.now() >= end)
            return { wrong: [`only ${took.length} of ${check.repeat} requests fitted into ${(0,packages_plan/* renderDuration */.PP)(check.within)}`] };
        const { tried, ms } = await ask(given);
        const pause = tried.pause === undefined ? undefined : Math.max(tried.pause, check.every);
        if (pause !== undefined && clock.now() + pause < end) {
            setting.show(`… ${given.says}: asked to wait ${(0,packages_plan/* renderDuration */.PP)(pause)} after ${took.length} right answers (Retry-After)`);
            wait = pause;
            continue;
        }
        if (tried.wrong[0]?.startsWith('not sent: ') === true)
            return tried;
        if (tried.wrong.length > 0)
            return { ...tried, wrong: [`request ${took.length + 1} of ${check.repeat}: ${tried.wrong.join('; ')}`] };
        took.push(ms);
        wait = check.every;
    }
    return judgeTimes(check, took);
};
const judgeTimes = ({ p95: limit }, took) => {
    const times = timesOf(took);
    if (times === undefined)
        return { wrong: [] };
    const { count, p95, max } = times;
    const slow = limit !== undefined && p95 > limit;
    const wrong = slow
        ? [
            `expected 95 of 100 requests within ${(0,packages_plan/* renderDuration */.PP)(limit)}, they took ${(0,packages_plan/* renderDuration */.PP)(p95)} (the longest of ${count} ${(0,packages_plan/* renderDuration */.PP)(max)})`,
        ]
        : [];
    return { wrong, times };
};
/** One request and its answer. */
const ask = async ({ check, setting, memory, select, end }) => {
    const { url: base, client, clock, env, reach, read, signal, deadline = Infinity } = setting;
    if (check.from === 'host' && reach === undefined)
        return { tried: { wrong: ['not sent: it is from: host, and no host is connected'] }, ms: 0 };
    const inside = insideOf(check);
    const sender = check.from === 'host' && reach !== undefined ? throughHost(client, reach, clock.now, check.socket) : client;
    const session = memory.session(check.session && `${check.session} ${inside ?? ''}`, sender);
    const { csrf } = check;
    const prepared = prepare(check, base, env, {
        saved: memory.saved(),
        boundary: `landfall-${(0,external_node_crypto_.randomUUID)()}`,
        ...(read === undefined ? {} : { read }),
        ...(csrf === undefined ? {} : { token: (url, headers) => session.token(csrf, url, headers) }),
    });
    if (!prepared.ok)
        return { tried: { wrong: [prepared.why] }, ms: 0 };
    const whole = Math.max(1000, (check.within === 0 ? deadline : end) - clock.now());
    const limit = Math.min(check.max ?? answerLimit, whole);
    const request = { ...prepared.request, limit, ...(signal === undefined ? {} : { signal }) };
    const asked = check.session === undefined ? sender : session.client;
    const { outcome, url } = check.follow
        ? await follow(asked, request)
        : { outcome: await asked(request), url: request.url };
    if (!outcome.answered)
        return { tried: { wrong: [outcome.why] }, ms: outcome.ms };
    const headers = url.origin === request.url.origin ? request.headers : {};
    const redirect = check.redirect === undefined ? undefined : absolute(check.redirect, base);
    const bench = {
        url,
        host: headers.host ?? url.host,
        select,
        scrub: memory.scrub,
        ...(redirect === undefined ? {} : { redirect }),
    };
    const origin = originOf(url, headers, inside);
    // before anything of the answer is shown: what is secret has to be known by then
    const taken = accepted(check, outcome, bench)
        ? save(check.save, outcome, { from: origin, cookies: session.cookies(url, headers), select })
        : { values: {}, wrong: [] };
    memory.keep(taken.values);
    const wrong = judge(check, outcome, bench);
    const pause = wrong.length === 0 ? undefined : retryAfter(outcome);
    return {
        tried: { wrong: [...wrong, ...taken.wrong], ...(pause === undefined ? {} : { pause }) },
        ms: outcome.ms,
    };
};

;// CONCATENATED MODULE: ./packages/check/cookies.ts
const most = 100;
const cookies_longest = 4096;
/**
 * The jar after an answer: RFC 6265, but stricter: a cookie goes to the host and port that set it and to no other, whatever
 * `Domain` says, and lives as long as the checks do unless it is deleted (`Max-Age` of 0 or less, `Expires` before `now`). Pure.
 */
const stored = (jar, site, setCookies, now) => setCookies.reduce((cookies, line) => {
    const read = parse(line, site);
    if (read === undefined)
        return cookies;
    const others = cookies.filter(({ name, host, path }) => name !== read.name || host !== read.host || path !== read.path);
    return over(line, now) ? others : [...others, read].slice(-most);
}, jar);
/** The cookies that a request takes along; the longest path first. */
const cookiesFor = (jar, { host, path, secure }) => jar
    .filter((cookie) => cookie.host === host && (secure || !cookie.secure) && below(path, cookie.path))
    .sort((a, b) => b.path.length - a.path.length);
const below = (path, root) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
const parse = (line, site) => {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    const sendable = /^[\x21-\x7e]*$/.test(name + value.replaceAll(' ', ''));
    if (at < 1 || name === '' || !sendable || line.length > cookies_longest)
        return undefined;
    const path = attribute(line, 'path');
    const folder = site.path.slice(0, site.path.lastIndexOf('/')) || '/';
    return {
        name,
        value,
        host: site.host,
        path: path?.startsWith('/') === true ? path : folder,
        secure: attribute(line, 'secure') !== undefined,
    };
};
const attribute = (line, name) => {
    for (const part of line.split(';').slice(1)) {
        const [key = '', ...value] = part.split('=');
        if (key.trim().toLowerCase() === name)
            return value.join('=').trim();
    }
    return undefined;
};
const over = (line, now) => {
    const age = attribute(line, 'max-age');
    if (age !== undefined && /^-?\d+$/.test(age))
        return Number(age) <= 0;
    const expires = Date.parse(attribute(line, 'expires') ?? '');
    return !Number.isNaN(expires) && expires <= now;
};

;// CONCATENATED MODULE: ./packages/check/csrf.ts
/**
 * The token that a form of this site needs: the cookie, which is always the newest, else the hidden field of the page that
 * was seen last. Undefined: there is none. Pure.
 */
const csrfToken = ({ cookie, field }, cookies, page) => cookies.find(({ name }) => name === cookie)?.value ?? hiddenField(page ?? '', field);
/** The value of the input of this name, in the order of the page. */
const hiddenField = (html, name) => {
    for (const [tag] of html.matchAll(/<input\b[^<>]*>/gi)) {
        const attributes = new Map([...tag.matchAll(/\s([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)].map(([, key = '', double, single, bare]) => [key.toLowerCase(), plain(double ?? single ?? bare ?? '')]));
        if (attributes.get('name') === name)
            return attributes.get('value');
    }
    return undefined;
};
const csrf_entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };
const plain = (text) => text.replace(/&(#39|#x27|[a-z]+);/gi, (whole, name) => name.toLowerCase() === '#x27' ? "'" : (csrf_entities[name.toLowerCase()] ?? whole));

;// CONCATENATED MODULE: ./packages/check/session.ts



/** Shorter values are words, not secrets; and hiding them would make an answer unreadable. */
const shortestSecret = 8;
/** A session with nothing in it. */
const newSession = (client) => {
    let jar = [];
    let page;
    const cookies = (url, headers) => cookiesFor(jar, siteOf(url, headers));
    return {
        cookies,
        client: async (request) => {
            const { url, headers, method } = request;
            const own = cookies(url, headers).map(({ name, value }) => `${name}=${value}`);
            const cookie = [...(headers.cookie === undefined ? [] : [headers.cookie]), ...own].join('; ');
            const outcome = await client(cookie === '' ? request : { ...request, headers: { ...headers, cookie } });
            if (!outcome.answered)
                return outcome;
            // the server's own clock, as far as it says it, judges its dates
            const now = Date.parse(outcome.headers.date ?? '') || 0;
            jar = stored(jar, siteOf(url, headers), outcome.setCookies, now);
            if (method === 'GET' && outcome.status < 300)
                page = { place: placeOf(url, headers), address: shown(url, headers), body: outcome.body };
            return outcome;
        },
        token: (names, url, headers) => {
            const here = page?.place === placeOf(url, headers) ? page : undefined;
            const value = csrfToken(names, cookies(url, headers), here?.body);
            return value === undefined
                ? `the session has no CSRF token: neither a cookie ${names.cookie}, nor a field ${names.field} in the page it saw last`
                : { value, page: here?.address ?? shown(url, headers) };
        },
        hidden: () => jar
            .filter(({ value }) => value.length >= shortestSecret)
            .map(({ name, value }) => ({ as: `{cookie ${name}}`, value })),
    };
};
const siteOf = (url, headers) => ({
    host: placeOf(url, headers),
    path: url.pathname,
    // to this machine itself nobody listens in
    secure: schemeOf(url, headers) === 'https' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname),
});
/** The address as a browser would have it. */
const shown = (url, headers) => `${schemeOf(url, headers)}://${headers.host ?? url.host}${url.pathname}`;

;// CONCATENATED MODULE: ./packages/check/memory.ts


/** An empty memory; `env` is what checks may use as `$NAME`. */
const newMemory = (env) => {
    const sessions = new Map();
    const saved = new Map();
    const hidden = () => [
        ...[...sessions.values()].flatMap((session) => session.hidden()),
        ...[...saved].flatMap(([name, one]) => (one?.secret === true ? [{ as: `{${name}}`, value: one.value }] : [])),
    ];
    return {
        session: (name, client) => {
            const session = sessions.get(name ?? '') ?? newSession(client);
            if (name !== undefined)
                sessions.set(name, session);
            return session;
        },
        saved: () => Object.fromEntries(saved),
        keep: (values) => {
            for (const [name, value] of Object.entries(values))
                saved.set(name, value);
        },
        expect: (names) => {
            for (const name of names)
                if (!saved.has(name))
                    saved.set(name, undefined);
        },
        scrub: (text) => scrubber(env, hidden())(text),
    };
};

;// CONCATENATED MODULE: ./packages/check/run-checks.ts




/**
 * Runs the checks one after another; each is tried again every `every` until its answer is right or `within` has passed.
 * Once one has failed, the others get one try each, but those that clear up: the verdict stands, and what is live should
 * not wait for its undo.
 */
const runChecks = async (checks, setting) => {
    const select = checks.some(needsPaths) ? await loadSelect() : () => [];
    const memory = newMemory(setting.env);
    const all = [];
    for (const check of checks) {
        const brief = !check.always && all.some((before) => !before.ok);
        const checked = await run(brief ? briefly(check) : check, setting, memory, select);
        memory.expect(Object.keys(check.save));
        all.push(checked);
        setting.show(line(checked));
    }
    return all;
};
/** Whether a check names anything by JSONPath. */
const needsPaths = ({ json, save }) => [...Object.keys(json), ...Object.values(save).map(({ from, at }) => (from === 'json' ? at : ''))].some((key) => key.startsWith('$'));
/** One request: nothing is measured any more. */
const briefly = (check) => ({ ...check, within: 0, repeat: 1, p95: undefined });
const line = ({ ok, says, ms, tries, times, found }) => {
    const tried = tries > 1 ? `, ${tries} tries` : '';
    const measured = times === undefined ? '' : `, p95 of ${times.count}: ${(0,packages_plan/* renderDuration */.PP)(times.p95)}`;
    return `${ok ? '✓' : '✗'} ${says} (${(0,packages_plan/* renderDuration */.PP)(ms)}${tried}${measured})${found === undefined ? '' : `: ${found}`}`;
};
/** What a check is called: its name, or what it sends. Holds `$NAME` and `{name}`, never a value. */
const checkSays = (check) => {
    if (check.certificate !== undefined)
        return check.name ?? `certificate of ${check.url === '/' ? 'url' : check.url.slice('https://'.length, -1)}`;
    if (check.websocket !== undefined)
        return check.name ?? `WebSocket ${check.url.replace(/^http/, 'ws')}`;
    return check.name ?? `${check.method} ${check.url}`;
};
const run = async (check, setting, memory, select) => {
    const { clock, deadline = Infinity, signal, show } = setting;
    const says = checkSays(check);
    const begun = clock.now();
    const end = Math.min(begun + check.within, deadline);
    let last = '';
    for (let tries = 1;; tries++) {
        const aborted = signal?.aborted === true;
        const { wrong, times, pause = 0, } = aborted ? { wrong: ['cancelled'] } : await attempt({ check, setting, memory, select, end, says });
        const ms = Math.round(clock.now() - begun);
        const result = { says, ms, tries, ...(times === undefined ? {} : { times }) };
        if (wrong.length === 0)
            return { ...result, ok: true };
        const found = memory.scrub(wrong.join('; '));
        const wait = Math.max(check.every, pause);
        const asks = pause === 0 ? '' : `; it asks to wait ${(0,packages_plan/* renderDuration */.PP)(pause)}`;
        const left = end - clock.now();
        if (wait >= left || signal?.aborted === true || found.startsWith('not sent: '))
            return {
                ...result,
                ok: false,
                found: found + (pause > 0 && pause >= left && check.within > 0 ? `${asks}, which is too long` : ''),
            };
        if (found + asks !== last)
            show(`… ${says}: ${found}${asks}; trying again for ${(0,packages_plan/* renderDuration */.PP)(Math.max(0, left))}`);
        last = found + asks;
        await clock.sleep(wait, signal);
    }
};

;// CONCATENATED MODULE: ./packages/check/lines.ts




/** Longer than any switch: ms. */
const lines_longest = 3_600_000;
/** A check that expects a WebSocket which stays open, from outside, without the cookies of checks before it. */
const staysOpen = ({ websocket, from, session, status }) => websocket !== undefined &&
    websocket.close === undefined &&
    from === 'runner' &&
    session === undefined &&
    status === undefined;
/** The WebSockets of the checks, to be kept open over a switch. One that needs what an earlier check saved is none of them. */
const linesOf = (checks, { url: base, env, webSocket }) => {
    const unsaved = Object.fromEntries(checks.flatMap(({ save }) => Object.keys(save)).map((name) => [name, undefined]));
    return checks.filter(staysOpen).flatMap((check) => {
        const prepared = prepare(check, base, env, { saved: unsaved });
        if (!prepared.ok)
            return [];
        const { url, headers, body } = prepared.request;
        const { 'content-type': _, ...written } = headers;
        const host = written['host'] ?? url.host;
        return [
            {
                says: checkSays(check),
                open: async (greeted, signal) => {
                    const select = needsPaths(check) ? await loadSelect() : () => [];
                    const bench = { url, host, select, scrub: (text) => text };
                    let told = false;
                    const conversation = await webSocket({
                        url,
                        headers: { origin: `${url.protocol}//${host}`, ...written },
                        ...(body === undefined ? {} : { message: body.toString() }),
                        enough: (messages) => {
                            const last = messages.at(-1);
                            const heard = wantsMessage(check) ? last !== undefined && fits(check, last, bench) : true;
                            if (heard && !told) {
                                told = true;
                                greeted();
                            }
                            return false;
                        },
                        untilClosed: false,
                        limit: lines_longest,
                        signal,
                    });
                    // broken, and no code has come: what a browser calls 1006
                    return conversation.opened ? { code: conversation.closed?.code ?? 1006 } : {};
                },
            },
        ];
    });
};

;// CONCATENATED MODULE: ./packages/check/certificate-client.ts



/** One TLS handshake with a server, verified against the authorities known here; nothing is sent over it. */
const certificateClient = ({ url, limit, signal }) => new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = (0,external_node_tls_.connect)({ host, port: Number(url.port || 443), ...serverName(url.host) });
    const end = (shown) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        socket.destroy();
        resolve(shown);
    };
    const cancel = () => {
        end({ verified: false, why: 'cancelled' });
    };
    const timer = setTimeout(() => {
        end({ verified: false, why: `no certificate from ${place(url)} within ${Math.round(limit)} ms` });
    }, limit);
    signal?.addEventListener('abort', cancel, { once: true });
    socket.on('error', (error) => {
        end({ verified: false, why: explain(error, place(url)) });
    });
    socket.once('secureConnect', () => {
        const { valid_to: until, issuer } = socket.getPeerCertificate();
        const names = [issuer.CN, issuer.O].flat().filter((name) => typeof name === 'string');
        end({ verified: true, left: Date.parse(until) - Date.now(), issuer: names.join(', ') });
    });
    if (signal?.aborted === true)
        cancel();
});

;// CONCATENATED MODULE: ./packages/check/websocket-client.ts



/** What is kept of a conversation at most: messages, and their characters. */
const websocket_client_most = { messages: 1000, characters: 4 * bodyLimit };
/** The WebSocket client of the checks: a connection of its own, no redirect, no compression; certificates are verified. */
const webSocketClient = async (request) => {
    const { WebSocket } = await __webpack_require__.e(/* import() */ 977).then(__webpack_require__.bind(__webpack_require__, 2977));
    const { url, headers, message, enough, untilClosed, limit, signal } = request;
    return new Promise((resolve) => {
        const messages = [];
        let socket;
        let opened = false;
        let characters = 0;
        let done = false;
        const end = (more = {}) => {
            finish({ opened: true, messages, ...more });
        };
        const finish = (conversation) => {
            if (done)
                return;
            done = true;
            clearTimeout(timer);
            signal?.removeEventListener('abort', cancel);
            resolve(conversation);
            if (conversation.opened && socket?.readyState === WebSocket.OPEN)
                socket.close(1000);
            else
                socket?.terminate();
        };
        const never = (why, status) => {
            finish({ opened: false, why, ...(status === undefined ? {} : { status }) });
        };
        const cancel = () => {
            if (opened)
                end({ broken: 'cancelled' });
            else
                never('cancelled');
        };
        const timer = setTimeout(() => {
            if (opened)
                end();
            else
                never(`no WebSocket from ${place(url)} within ${Math.round(limit)} ms`);
        }, limit);
        signal?.addEventListener('abort', cancel, { once: true });
        const failed = (error) => {
            const why = explain(error, place(url));
            if (opened)
                end({ broken: why });
            else
                never(why);
        };
        try {
            socket = new WebSocket(url.href.replace(/^http/, 'ws'), {
                headers: { 'user-agent': 'Landfall', ...headers },
                perMessageDeflate: false,
                followRedirects: false,
                maxPayload: bodyLimit,
                ...serverName(headers['host'] ?? url.host),
            });
        }
        catch (error) {
            failed(error);
            return;
        }
        // also after the end: an 'error' that nobody hears ends the process
        socket.on('error', failed);
        socket.on('unexpected-response', (_, response) => {
            never(`expected a WebSocket, ${place(url)} answers with status ${response.statusCode ?? 0}`, response.statusCode);
            response.resume();
        });
        socket.on('open', () => {
            opened = true;
            if (message !== undefined)
                socket.send(message);
            if (!untilClosed && enough(messages))
                end();
        });
        socket.on('message', (content) => {
            if (done)
                return;
            messages.push(content.toString('utf8'));
            characters += content.length;
            if (!untilClosed && enough(messages))
                end();
            else if (messages.length >= websocket_client_most.messages || characters > websocket_client_most.characters)
                end({ broken: 'the server said more than a check listens to' });
        });
        socket.on('close', (code, reason) => {
            end({ closed: { code, reason: reason.toString('utf8') } });
        });
        if (signal?.aborted === true)
            cancel();
    });
};

;// CONCATENATED MODULE: ./packages/check/outside.ts



/** The clients of this machine. */
const outside = {
    client: httpClient,
    webSocket: webSocketClient,
    certificate: certificateClient,
};

;// CONCATENATED MODULE: ./packages/check/index.ts






// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 11 modules
var schemas = __webpack_require__(2857);
;// CONCATENATED MODULE: ./packages/release/shared.ts

/**
 * The key `shared` as paths with their kinds: a folder if the commit has it as one, else by its name (`db.sqlite3` has an ending).
 * `.env` is not among them, for it always comes from `shared`.
 */
const declaredShared = (paths, entries) => paths
    .map((path) => external_node_path_.posix.normalize(path).replace(/\/$/, ''))
    .filter((path) => path !== '.env' && path !== '.')
    .map((path) => {
    const folder = entries.some((entry) => entry.path.startsWith(`${path}/`));
    const file = !folder && (external_node_path_.posix.extname(path) !== '' || entries.some((entry) => entry.path === path));
    return { path, kind: file ? 'file' : 'folder' };
});
/** Without those that lie below another, or are there twice: the outer link carries them. */
const shareable = (all) => all.filter(({ path }, at) => !all.some((other, index) => path.startsWith(`${other.path}/`) || (other.path === path && index < at)));
/** As the programs take them: a `/` at the end says that it is a folder. */
const sharedArguments = (all) => shareable(all).map(({ path, kind }) => (kind === 'folder' ? `${path}/` : path));

;// CONCATENATED MODULE: ./packages/release/translations.ts



/** What Django says of folders with .po files that `compilemessages` would compile. */
const translationFacts = schemas/* object */.Ikc({
    /** USE_I18N. */
    used: schemas/* boolean */.zMY(),
    /** Relative to the release. */
    inside: schemas/* array */.YOg(schemas/* string */.YjP()),
    /** Those that really lie elsewhere: relative where a link of the release leads there, else absolute. */
    outside: schemas/* array */.YOg(schemas/* string */.YjP()),
});
/** Files of translations below the folder of manage.py, where Django's command looks for them: what a plan can tell before Django is asked. */
const translationFiles = (entries, directory) => {
    const top = external_node_path_.posix.join(directory, '/');
    return entries
        .map(({ path }) => path)
        .filter((path) => (top === './' || path.startsWith(top)) && /(?:^|\/)locale\/[^/]+\/LC_MESSAGES\/.*\.po$/.test(path));
};
/**
 * Are translations compiled? Where Django uses any. They must lie in the release itself: elsewhere compiling would write into what is
 * running now. Faults: `APPLICATION_FAILED` with what to change.
 */
const compiled = ({ used, inside, outside, }) => {
    const all = [...inside, ...outside];
    if (all.length === 0)
        return (0,packages_fault.ok)({ compilemessages: false, notes: [] });
    if (!used)
        return (0,packages_fault.ok)({
            compilemessages: false,
            notes: [{ kind: 'info', text: `USE_I18N is off: the translations in ${all.join(', ')} are not compiled` }],
        });
    if (outside.length > 0)
        return (0,packages_fault/* fail */.fJ)({
            code: 'APPLICATION_FAILED',
            what: `translations in ${outside.join(', ')} lie outside of the release: compiling them would change what is running now`,
            next: 'Keep translations in the repository, in folders that `shared` does not name.',
        });
    return (0,packages_fault.ok)({
        compilemessages: true,
        notes: [{ kind: 'detected', text: `translations in ${inside.join(', ')} are compiled by compilemessages` }],
    });
};

;// CONCATENATED MODULE: ./packages/release/application.ts





const database = schemas/* object */.Ikc({
    alias: schemas/* string */.YjP(),
    engine: schemas/* string */.YjP(),
    vendor: schemas/* string */.YjP(),
    name: schemas/* string */.YjP(),
    /** Of a SQLite database: its file, and the file relative to the release when it lies in it. */
    path: schemas/* string */.YjP().nullable(),
    inside: schemas/* string */.YjP().nullable(),
    /** The last lines of what went wrong; null: it was read. */
    error: schemas/* array */.YOg(schemas/* string */.YjP()).nullable(),
    /** Migrations, `app.name`: not applied yet, in the order of application; and applied, but not in this release. */
    pending: schemas/* array */.YOg(schemas/* string */.YjP()),
    unknown: schemas/* array */.YOg(schemas/* string */.YjP()),
    conflicts: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* array */.YOg(schemas/* string */.YjP())),
    /** The last migration of each app of the release. */
    leaves: schemas/* array */.YOg(schemas/* string */.YjP()),
    /** Has it a table of migrations? */
    recorded: schemas/* boolean */.zMY(),
    /** No migration was ever applied, and no table of a managed model exists. */
    fresh: schemas/* boolean */.zMY(),
});
const application = schemas/* object */.Ikc({
    django: schemas/* string */.YjP(),
    python: schemas/* string */.YjP(),
    settings: schemas/* string */.YjP().nullable(),
    wsgi: schemas/* string */.YjP().nullable(),
    debug: schemas/* boolean */.zMY(),
    static: schemas/* object */.Ikc({
        app: schemas/* boolean */.zMY(),
        root: schemas/* string */.YjP().nullable(),
        inside: schemas/* string */.YjP().nullable(),
        url: schemas/* string */.YjP().nullable(),
        /** The probe has collected them. */
        collected: schemas/* boolean */.zMY(),
    }),
    media: schemas/* object */.Ikc({ root: schemas/* string */.YjP().nullable(), inside: schemas/* string */.YjP().nullable() }),
    translations: translationFacts,
    databases: schemas/* array */.YOg(database),
    error: schemas/* null */.chJ(),
});
const failed = schemas/* object */.Ikc({ django: schemas/* null */.chJ(), error: schemas/* array */.YOg(schemas/* string */.YjP()) });
/** Reads the probe's JSON. undefined: there is no manage.py. Faults: `APPLICATION_FAILED` with the last lines of the application's own error. */
const probedOf = (printed) => {
    const error = failed.safeParse(printed);
    if (error.success) {
        return (0,packages_fault/* fail */.fJ)({
            code: 'APPLICATION_FAILED',
            what: 'Django could not be loaded in the prepared release',
            said: error.data.error,
            next: 'Mend what the last line says: often a variable that is missing in .env, or a package that is not in the requirements.',
        });
    }
    const found = application.safeParse(printed);
    if (found.success)
        return (0,packages_fault.ok)(found.data);
    if (schemas/* object */.Ikc({ django: schemas/* null */.chJ() }).safeParse(printed).success)
        return (0,packages_fault.ok)(undefined);
    return (0,packages_fault/* fail */.fJ)({
        code: 'INTERNAL',
        what: `the probe printed something else: ${found.error.message}`,
        next: 'Please report this: it is a defect in Landfall.',
    });
};
/**
 * Translations are compiled where Django uses any. A SQLite file and MEDIA_ROOT inside the release are shared, for they must outlive it. STATIC_ROOT must lie in the release itself:
 * elsewhere collecting would write into what is running now. Faults: `APPLICATION_FAILED` with the line to change.
 */
const consequences = (found, declared) => {
    const notes = [];
    const detected = [];
    const detect = (path, kind, why) => {
        if (declared.some((one) => covers(one.path, path)))
            return;
        detected.push({ path, kind });
        notes.push({ kind: 'detected', text: `${path} is shared between releases: ${why}` });
    };
    for (const { alias, inside, error } of found.databases) {
        if (inside !== null)
            detect(inside, 'file', `the SQLite file of the database '${alias}'`);
        if (error !== null && alias !== 'default') {
            notes.push({ kind: 'warning', text: `the database '${alias}' cannot be read: ${error.at(-1) ?? ''}` });
        }
    }
    const media = found.media.inside;
    if (media === '.')
        notes.push({ kind: 'warning', text: 'MEDIA_ROOT is the root of the release: uploads will be lost with it' });
    else if (media !== null)
        detect(media, 'folder', 'it is MEDIA_ROOT');
    const shared = shareable([...declared, ...detected]);
    const compiles = compiled(found.translations);
    if (!compiles.ok)
        return compiles;
    const { compilemessages } = compiles.value;
    notes.push(...compiles.value.notes);
    const { app, root, inside } = found.static;
    if (!app || root === null) {
        notes.push({
            kind: 'info',
            text: app
                ? 'no STATIC_ROOT: static files are not collected'
                : 'no django.contrib.staticfiles: static files are not collected',
        });
        return (0,packages_fault.ok)({ compilemessages, collectstatic: false, shared, notes });
    }
    const outlives = inside === null ? undefined : shared.find(({ path }) => covers(path, inside));
    if (inside === null || outlives !== undefined) {
        return (0,packages_fault/* fail */.fJ)({
            code: 'APPLICATION_FAILED',
            what: outlives === undefined
                ? `STATIC_ROOT is ${root}, outside of the release: collecting static files would change what is running now`
                : `STATIC_ROOT is ${inside}, which is shared between releases: collecting static files would change what is running now`,
            next: outlives === undefined
                ? 'Set STATIC_ROOT = BASE_DIR / "staticfiles" in the settings, and let the web server serve that folder of <path>.'
                : `Take ${outlives.path} out of \`shared\`: each release has its own static files.`,
        });
    }
    return (0,packages_fault.ok)({ compilemessages, collectstatic: !found.static.collected, shared, notes });
};
const covers = (outer, inner) => outer === inner || external_node_path_.posix.normalize(inner).startsWith(`${outer}/`);
/**
 * Where the databases stand. Counted are `default` and each other that has a table of migrations, since only those are migrated.
 * Faults: `APPLICATION_FAILED` where the default one cannot be read, or where migrations of the release contradict one another.
 */
const schemaOf = ({ databases }) => {
    const counted = databases.filter(({ alias, recorded, vendor }) => vendor !== 'unknown' && (alias === 'default' || recorded));
    for (const { alias, error, conflicts } of counted) {
        if (error !== null) {
            return (0,packages_fault/* fail */.fJ)({
                code: 'APPLICATION_FAILED',
                what: `the database '${alias}' cannot be read`,
                said: error,
                next: 'Mend what the last line says: often an address or a password in .env, or a right of the database user.',
            });
        }
        const [app] = Object.entries(conflicts);
        if (app !== undefined) {
            return (0,packages_fault/* fail */.fJ)({
                code: 'APPLICATION_FAILED',
                what: `the app '${app[0]}' has several last migrations: ${app[1].join(', ')}`,
                next: `Run \`python manage.py makemigrations --merge ${app[0]}\` and commit what it writes.`,
            });
        }
    }
    const pending = counted.flatMap((one) => one.pending.map((name) => (one.alias === 'default' ? name : `${one.alias}: ${name}`)));
    if (counted.length === 0)
        return (0,packages_fault.ok)({ state: 'none' });
    if (pending.length === 0)
        return (0,packages_fault.ok)({ state: 'current' });
    const fresh = counted.every((one) => one.pending.length === 0 || (one.alias === 'default' && one.fresh));
    return (0,packages_fault.ok)({ state: fresh ? 'fresh' : 'pending', pending });
};
/** The last migration of each app, as RELEASE.json records them: equal leaves, equal schema. */
const leavesOf = ({ databases }) => [...new Set(databases.flatMap(({ leaves }) => leaves))].sort();

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
// EXTERNAL MODULE: ./node_modules/tar-stream/index.js
var tar_stream = __webpack_require__(6118);
;// CONCATENATED MODULE: ./packages/release/tree.ts

/** The order of `LC_ALL=C sort`: by the bytes of UTF-8, which is not the order of JavaScript's strings. */
const bytewise = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
/** `<type><sha256>  ./<path>` NUL for each entry, sorted by path: what a host makes of the same files, byte for byte. */
const listOf = (entries) => Buffer.from([...entries]
    .sort((a, b) => bytewise(a.path, b.path))
    .map(({ type, hash, path }) => `${type}${hash}  ./${path}\0`)
    .join(''));
/** The sha256 of a list, in hex. */
const hashOf = (list) => (0,external_node_crypto_.createHash)('sha256').update(list).digest('hex');
/** What `tree` prints of a release: `<type><12 hex>  ./<path>` NUL. By path. Entries of another form are passed over: those files then travel. */
const baseOf = (printed) => new Map(printed
    .toString('utf8')
    .split('\0')
    .flatMap((line) => /^[fxl][0-9a-f]{12} {2}\.\/./s.test(line) ? [[line.slice(17), line.slice(0, 13)]] : []));
/**
 * What must travel so that a host that has `base` gets `entries`. Twelve digits of a hash can be equal by chance;
 * the host's proof of the whole tree would show it, and then everything is sent.
 */
const difference = (entries, base) => {
    const send = entries.filter(({ type, hash, path }) => base.get(path) !== type + hash.slice(0, 12));
    const here = new Set(entries.map(({ path }) => path));
    const changed = send.map(({ path }) => path).filter((path) => base.has(path));
    const gone = [...base.keys()].filter((path) => !here.has(path));
    return { send, drop: [...changed, ...gone].sort(bytewise) };
};
/** The drop list as `receive` reads it: `./path` NUL; a single NUL when there is nothing to drop. */
const dropList = (drop) => Buffer.from(drop.length === 0 ? '\0' : drop.map((path) => `./${path}\0`).join(''));

;// CONCATENATED MODULE: ./packages/release/archive.ts







/** Files up to this size go in one piece. */
const small = 1 << 20;
/** A stream of a gzipped tar; `fill` puts its entries in. What goes wrong there ends the stream with an error: it is then cut, and the host sees it. */
const tarGz = (fill) => {
    const tar = (0,tar_stream.pack)();
    const gzip = (0,external_node_zlib_.createGzip)({ level: 6 });
    const out = new external_node_stream_.PassThrough();
    (0,external_node_stream_.pipeline)(external_node_stream_.Readable.from(tar), gzip, out, () => undefined);
    fill(tar).then(() => {
        tar.finalize();
    }, (error) => {
        out.destroy(error instanceof Error ? error : new Error(String(error)));
    });
    // a receiver that went away: nothing waits for room in the tar any more
    out.on('close', () => {
        tar.destroy();
    });
    return out;
};
const put = (tar, headers, content) => new Promise((resolve, reject) => {
    const done = (error) => {
        if (error)
            reject(error);
        else
            resolve();
    };
    const entry = content === undefined ? tar.entry(headers, done) : tar.entry(headers, content, done);
    entry.on('error', reject);
});
const putStreamed = (tar, file, headers) => new Promise((resolve, reject) => {
    const entry = tar.entry(headers, (error) => {
        if (error)
            reject(error);
        else
            resolve();
    });
    entry.on('error', reject);
    // a size other than the announced one would spoil the archive: the entry fails, and with it the upload
    (0,external_node_stream_.pipeline)((0,external_node_fs_.createReadStream)(file), entry, (error) => {
        if (error)
            reject(error);
    });
});
/**
 * The entries as a gzipped tar, streamed. Modes are 644 and 755, owners none, and all have the one time of the release:
 * equal on all hosts, and never that of another content of the same size.
 */
const archive = (root, entries, time) => tarGz(async (tar) => {
    for (const { type, path, target, bytes } of entries) {
        const owned = { name: path, mtime: time, uid: 0, gid: 0, mode: type === 'x' ? 0o755 : 0o644 };
        const file = (0,external_node_path_.join)(root, path);
        if (type === 'l')
            await put(tar, { ...owned, type: 'symlink', linkname: target ?? '', mode: 0o777 });
        // as it is now: when it changed since it was hashed, the host's proof of the whole tree says so
        else if (bytes <= small)
            await put(tar, owned, await (0,promises_.readFile)(file));
        else
            await putStreamed(tar, file, { ...owned, size: bytes });
    }
});
/** What `receive` reads: the drop list, `dropBytes` long, then the archive. */
const upload = (root, { send, drop }, time) => {
    const list = dropList(drop);
    const body = external_node_stream_.Readable.from((async function* () {
        yield list;
        yield* archive(root, send, time);
    })(), { objectMode: false });
    return { body, dropBytes: list.length };
};
/** Small files by path as a gzipped tar: what `publish` reads. */
const packed = (files, time) => tarGz(async (tar) => {
    for (const [name, content] of files)
        await put(tar, { name, mtime: time, mode: 0o644, uid: 0, gid: 0 }, Buffer.from(content));
});

;// CONCATENATED MODULE: ./packages/release/env-file.ts

/** What a bad entry says: where it begins, never what stands there. */
const bad = (where, line) => ({
    where,
    line,
    what: 'not NAME=value, or its quotes are not closed',
    next: `NAME=value, NAME='value' or NAME="value"; a comment begins with #`,
});
const escapes = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$', '`': '`' };
const untab = (text) => text.replace(/^[ \t]+/, '');
/** A quoted value that may go on over lines: its value and what follows it in its last line. */
const quoted = (lines, from, first) => {
    const quote = first.charAt(0);
    let value = '';
    let text = first.slice(1);
    for (let at = from;;) {
        for (let i = 0; i < text.length; i++) {
            const c = text.charAt(i);
            if (c === quote)
                return { value, rest: text.slice(i + 1), at };
            const escaped = quote === '"' && c === '\\' ? escapes[text.charAt(i + 1)] : undefined;
            if (escaped !== undefined)
                i++;
            value += escaped ?? c;
        }
        const next = lines[++at];
        if (next === undefined)
            return undefined;
        value += '\n';
        text = next;
    }
};
/**
 * Reads a `.env` file exactly as remote/dotenv.sh does on a host, which says what it takes.
 * Of two entries with the same name the later counts. Faults: `INPUT_INVALID` with the line of the first bad entry; never its text.
 */
const readEnvFile = (content, where = 'input env-file') => {
    const lines = content
        .replace(/^\uFEFF/, '')
        .split('\n')
        .map((line) => line.replace(/\r$/, ''));
    const found = new Map();
    const refuse = (line) => (0,packages_fault/* fail */.fJ)({
        code: 'INPUT_INVALID',
        what: `line ${line} of ${where} cannot be read`,
        problems: [bad(where, line)],
        next: 'Mend this line and run again.',
    });
    if (content.includes('\0'))
        return refuse(content.slice(0, content.indexOf('\0')).split('\n').length);
    for (let at = 0; at < lines.length; at++) {
        const text = untab(lines[at] ?? '');
        if (text === '' || text.startsWith('#'))
            continue;
        const [, name, raw] = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*=(.*)$/s.exec(text.replace(/^export[ \t]+/, '')) ?? [];
        if (name === undefined || raw === undefined)
            return refuse(at + 1);
        const value = untab(raw);
        if (!/^['"]/.test(value)) {
            found.set(name, untab(raw.replace(/[ \t]#.*$/s, '')).replace(/[ \t]+$/, ''));
            continue;
        }
        const whole = quoted(lines, at, value);
        if (whole === undefined || !/^[ \t]*(#.*)?$/s.test(whole.rest))
            return refuse(at + 1);
        found.set(name, whole.value);
        at = whole.at;
    }
    return (0,packages_fault.ok)([...found].map(([name, value]) => ({ name, value })));
};

;// CONCATENATED MODULE: ./packages/release/requirements.ts

/** pip's logical lines: a backslash at the end joins, # after a blank begins a comment. */
const requirements_linesOf = (text) => {
    const found = [];
    let joined = '';
    let first = 0;
    text.split(/\r?\n/).forEach((physical, at) => {
        if (joined === '')
            first = at + 1;
        if (physical.endsWith('\\') && !/^\s*#/.test(physical)) {
            joined += `${physical.slice(0, -1)} `;
            return;
        }
        const line = `${joined}${physical}`.replace(/(^|\s)#.*$/, '').trim();
        joined = '';
        if (line !== '')
            found.push({ number: first, line });
    });
    if (joined.trim() !== '')
        found.push({ number: first, line: joined.trim() });
    return found;
};
const include = /^(?:-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc]))(.+)$/;
const remote = /^(?!file:)[a-z][a-z+]*:\/\//i;
const editable = /^(?:-e|--editable)(?:\s|=)/;
/** A path, or a file: address, instead of a name and a version. */
const local = /^(?:\.{1,2}(?:\/|$)|\/|~\/|file:)|\s@\s*file:|^[^\s@=<>~!;]+\.(?:whl|tar\.gz|zip)$|^[\w.-]+\//;
/**
 * Follows a requirements file of the checkout and what it includes with -r and -c. `read` gives a file of the source, by path.
 * What cannot be told from the files alone is a problem: editable and local installs, whose code is in no hash and whose path does not last.
 */
const requirementsOf = (path, read) => {
    const files = new Map();
    const problems = [];
    const follow = (file, from) => {
        if (files.has(file))
            return;
        const text = read(file);
        if (text === undefined) {
            problems.push({
                ...(from ?? { where: file }),
                what: from === undefined
                    ? 'is not among the files that are deployed'
                    : `includes ${file}, which is not among the files that are deployed`,
                next: `Commit ${file}, or add it to \`include\`.`,
            });
            return;
        }
        files.set(file, text);
        for (const { number, line } of requirements_linesOf(text)) {
            const at = { where: file, line: number };
            const included = include.exec(line)?.[1];
            if (included !== undefined && !remote.test(included))
                follow(external_node_path_.posix.normalize(external_node_path_.posix.join(external_node_path_.posix.dirname(file), included)), at);
            else if (editable.test(line)) {
                problems.push({
                    ...at,
                    what: 'an editable install points into a folder that does not last',
                    next: 'Name the package and its version.',
                });
            }
            else if (!line.startsWith('-') && !remote.test(line) && local.test(line)) {
                problems.push({
                    ...at,
                    what: 'a package from a local path: its content is in no lock, and the path does not last',
                    next: 'Publish it to an index, or put its folder on the import path of the application.',
                });
            }
        }
    };
    follow(path, undefined);
    return { files, problems };
};

;// CONCATENATED MODULE: ./packages/release/uv-lock.ts

/** Where a package of the lock comes from: `source = { registry = "https://…" }`. */
const source = /^source = \{ ([a-z]+) = "([^"]*)"/;
/** The project itself, whose code runs from the release, and members that are nothing but lists of dependencies. */
const notInstalled = (kind, from) => from === '.' || kind === 'virtual';
const isLocal = (kind, from) => ['editable', 'directory', 'path'].includes(kind) || (kind === 'registry' && !/^[a-z]+:\/\//i.test(from));
/**
 * Reads an uv.lock of the checkout. `read` gives a file of the source, by path. Its pyproject.toml counts too, and an uv.toml beside
 * it: they hold uv's settings. A package from a local path is a problem, for its content is in no lock and the path does not last.
 */
const uvLockOf = (path, read) => {
    const beside = (name) => external_node_path_.posix.join(external_node_path_.posix.dirname(path), name);
    const files = new Map();
    const problems = [];
    for (const file of [path, beside('pyproject.toml'), beside('uv.toml')]) {
        const text = read(file);
        if (text !== undefined)
            files.set(file, text);
        else if (file !== beside('uv.toml')) {
            problems.push({
                where: file,
                what: 'is not among the files that are deployed, and uv installs nothing without it',
                next: `Commit ${file}, or add it to \`include\`.`,
            });
        }
    }
    (files.get(path) ?? '').split(/\r?\n/).forEach((line, at) => {
        const [, kind = '', from = ''] = source.exec(line) ?? [];
        if (notInstalled(kind, from) || !isLocal(kind, from))
            return;
        problems.push({
            where: path,
            line: at + 1,
            what: `a package from the local path ${from}: its content is in no lock, and the path does not last`,
            next: 'Publish it to an index, or put its folder on the import path of the application.',
        });
    });
    return { files, problems };
};

;// CONCATENATED MODULE: ./packages/release/environment.ts






/** Locks that nothing here installs, and the command that exports them. */
const exported = [
    ['poetry.lock', 'poetry export --format requirements.txt --output requirements.txt'],
    ['Pipfile.lock', 'pipenv requirements > requirements.txt'],
    ['pdm.lock', 'pdm export --prod --format requirements > requirements.txt'],
];
const byUv = (path) => external_node_path_.posix.basename(path) === 'uv.lock';
/**
 * What the environment is built from: `python.requirements`, else what lies beside manage.py, else what lies at the root, uv.lock
 * before requirements.txt. undefined: the release needs none. Faults: `ENVIRONMENT_LOCK`.
 */
const lockOf = ({ requirements, directory, read }) => {
    const folders = [...new Set([external_node_path_.posix.normalize(directory), '.'])];
    const named = requirements ??
        folders
            .flatMap((folder) => ['uv.lock', 'requirements.txt'].map((name) => external_node_path_.posix.join(folder, name)))
            .find((file) => read(file) !== undefined);
    if (named === undefined)
        return withoutRequirements(folders, read);
    const path = external_node_path_.posix.normalize(named);
    const { files, problems } = byUv(path) ? uvLockOf(path, read) : requirementsOf(path, read);
    if (problems.length > 0) {
        return (0,packages_fault/* fail */.fJ)({
            code: 'ENVIRONMENT_LOCK',
            what: `${named} names something that cannot be installed on a host as it is`,
            problems,
            next: 'Mend each of these lines and run again.',
        });
    }
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for (const [name, text] of files)
        hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
    return (0,packages_fault.ok)({
        installer: byUv(path) ? 'uv' : 'pip',
        file: path,
        lockHash: hash.digest('hex'),
        files: [...files.keys()],
        hashed: byUv(path) || [...files.values()].some((text) => /\s--hash[= ]/.test(text)),
    });
};
const withoutRequirements = (folders, read) => {
    for (const folder of folders) {
        for (const [lock, command] of exported) {
            const file = external_node_path_.posix.join(folder, lock);
            if (read(file) === undefined)
                continue;
            return (0,packages_fault/* fail */.fJ)({
                code: 'ENVIRONMENT_LOCK',
                what: `there is ${file}, but neither uv.lock nor requirements.txt, and nothing else is installed`,
                next: `Run \`${command}\` in ${folder === '.' ? 'the repository' : folder} and commit the file, or do so in a step before and add requirements.txt to \`include\`.`,
            });
        }
    }
    return (0,packages_fault.ok)(undefined);
};
/**
 * The name of an environment below `envs`: 16 hex digits over the lock, what of the host decides what is installed, and the address
 * of the index that it comes from, without user and password: two indexes may have two packages of one name and version.
 * @param index undefined: as pip or uv is set on the host
 */
const environmentHash = ({ lockHash, installer }, { version, platform, libc, [installer]: by }, index) => (0,external_node_crypto_.createHash)('sha256')
    .update([lockHash, version, platform, libc, by, ...(index === undefined ? [] : [(0,packages_plan/* withoutLogin */.Gq)(index)])].join('\0'))
    .digest('hex')
    .slice(0, 16);

;// CONCATENATED MODULE: ./packages/release/identity.ts

/**
 * A hash of the variables that may lie beside them and be shown: one that is slow to make (scrypt, about 50 ms), so that values
 * cannot be guessed by trying. Not random: the same variables give the same release on every host. `sha256` is that of the file's bytes.
 */
const envHash = (sha256) => (0,external_node_crypto_.scryptSync)(sha256, 'landfall .env', 32, { N: 16_384, r: 8, p: 1 }).toString('hex');
const canonical = (value) => {
    if (Array.isArray(value))
        return value.map(canonical);
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, canonical(one)]));
};
/** sha256 in hex over all ingredients. Equal hashes, equal releases: nothing to do. */
const releaseHash = (of) => (0,external_node_crypto_.createHash)('sha256')
    .update(JSON.stringify(canonical(of)))
    .digest('hex');
/** `<sha7>-<hash4>`; more digits of the hash where `known` has that name for another release. */
const releaseId = (commit, hash, known) => {
    const name = (digits) => `${commit.slice(0, 7)}-${hash.slice(0, digits)}`;
    const taken = (digits) => known.some(({ id, hash: other }) => id === name(digits) && other !== hash);
    return name([4, 8, 16, 32].find((digits) => !taken(digits)) ?? 64);
};

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/iso.js
var iso = __webpack_require__(4377);
;// CONCATENATED MODULE: ./packages/release/record.ts



const service = schemas/* object */.Ikc({
    name: schemas/* string */.YjP().regex(/^[A-Za-z0-9._-]+$/),
    command: schemas/* array */.YOg(schemas/* string */.YjP().regex(/^[^\n\0]*$/)).min(1),
    role: schemas/* enum */.k5n(packages_plan/* roles */.Ot),
    drain: schemas/* number */.aig().nonnegative(),
    boot: schemas/* number */.aig().nonnegative(),
    listen: schemas/* string */.YjP().optional(),
    unit: schemas/* array */.YOg(schemas/* string */.YjP().regex(/^[A-Za-z]+=[^\n\0]*$/)).optional(),
});
const hook = schemas/* object */.Ikc({ command: schemas/* array */.YOg(schemas/* string */.YjP().regex(/^[^\n\0]*$/)).min(1), timeout: schemas/* number */.aig().positive() })
    .optional();
const known = schemas/* object */.Ikc({
    v: schemas/* literal */.euz(1),
    id: schemas/* string */.YjP().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
    hash: schemas/* string */.YjP().regex(/^[0-9a-f]{64}$/),
    commit: schemas/* string */.YjP().regex(/^[0-9a-f]{40,64}$/),
    /** The run that prepared it first. */
    run: schemas/* object */.Ikc({ repository: schemas/* string */.YjP(), id: schemas/* string */.YjP(), attempt: schemas/* number */.aig(), url: schemas/* string */.YjP() }),
    actor: schemas/* string */.YjP(),
    /** Names of the variables, never their values, and their slow hash. null: no .env. */
    env: schemas/* object */.Ikc({ names: schemas/* array */.YOg(schemas/* string */.YjP()), hash: schemas/* string */.YjP() }).nullable(),
    /** Name of the Python environment below `envs`, and what it was made for. null: none. */
    environment: schemas/* string */.YjP().nullable(),
    python: schemas/* object */.Ikc({ version: schemas/* string */.YjP(), platform: schemas/* string */.YjP(), libc: schemas/* string */.YjP(), pip: schemas/* string */.YjP() }).nullable(),
    venv: schemas/* string */.YjP(),
    directory: schemas/* string */.YjP(),
    services: schemas/* array */.YOg(service),
    hooks: schemas/* object */.Ikc({ 'before-switch': hook, 'after-switch': hook, 'before-undo': hook }).default({}),
    shared: schemas/* array */.YOg(schemas/* string */.YjP()),
    url: schemas/* string */.YjP().nullable(),
    /** The checks that it was deployed with, in the form of the configuration. */
    checks: schemas/* array */.YOg(schemas/* unknown */.L5J()),
    /** The last migration of each app: the schema that it expects. */
    leaves: schemas/* array */.YOg(schemas/* string */.YjP()),
    /** ISO 8601. */
    createdAt: iso/* datetime */.w$(),
});
const release = known.loose();
const encodeRelease = (of) => `${JSON.stringify(of, undefined, 2)}\n`;
/** Reads RELEASE.json. Keys that it does not know are kept. Faults: `RELEASE_UNKNOWN`; of a newer form `STATE_NEWER`. */
const decodeRelease = (text) => {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        value = undefined;
    }
    const form = schemas/* object */.Ikc({ v: schemas/* number */.aig() }).safeParse(value);
    if (form.success && form.data.v > 1) {
        return (0,packages_fault/* fail */.fJ)({
            code: 'STATE_NEWER',
            what: `RELEASE.json has the form ${form.data.v}; this Landfall reads 1`,
            next: 'Use the version of Landfall that deployed this release, or a newer one.',
        });
    }
    const found = release.safeParse(value);
    if (found.success)
        return (0,packages_fault.ok)(found.data);
    return (0,packages_fault/* fail */.fJ)({
        code: 'RELEASE_UNKNOWN',
        what: 'RELEASE.json of the release is damaged',
        said: found.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`),
        next: 'Choose another release, or deploy its commit again.',
    });
};
/** Seconds, rounded up: sh counts in whole ones. */
const seconds = (ms) => String(Math.ceil(ms / 1000));
/** key=value lines. A value never holds a newline: {@link decodeRelease} and the configuration see to that. */
const lines = (pairs) => pairs.map(([key, value]) => `${key}=${value.replaceAll(/[\n\0]/g, ' ')}\n`).join('');
/**
 * The files that a release has beside those of the commit, for {@link packed} and `publish`: RELEASE.json, and the facts that sh reads.
 * @param site the words of nginx's site; undefined: it has none
 */
const recordFiles = (of, site) => new Map([
    ['RELEASE.json', encodeRelease(of)],
    [
        '.landfall/release',
        lines([
            ['id', of.id],
            ['hash', of.hash],
            ['commit', of.commit],
            ['environment', of.environment ?? ''],
            ['venv', of.environment === null ? '' : of.venv],
            ['directory', of.directory],
            ['leaves', of.leaves.join(' ')],
        ]),
    ],
    ...of.services.map((one) => [`.landfall/services/${one.name}`, serviceFacts(one)]),
    ...(site === undefined ? [] : [['.landfall/site', `${site}\n`]]),
    ...(0,packages_plan/* hooksOf */.uj)(of.hooks).map((one) => [`.landfall/hooks/${one.moment}`, hookFacts(one)]),
]);
const serviceFacts = ({ role, drain, boot, listen, unit = [], command }) => lines([
    ['role', role],
    ['drain', seconds(drain)],
    ['boot', seconds(boot)],
    ['listen', listen ?? ''],
    ...unit.map((line) => ['unit', line]),
    ...command.map((word) => ['word', word]),
]);
const hookFacts = ({ timeout, command }) => lines([['timeout', seconds(timeout)], ...command.map((word) => ['word', word])]);

;// CONCATENATED MODULE: ./packages/release/retention.ts
const week = 7 * 24 * 3600;
/**
 * What may be deleted. The `keep` latest confirmed releases stay, and all that is needed. One that was prepared and never opened
 * stays for 7 days: an approval may be waiting. One that was opened and never confirmed goes. Environments go with their last release.
 */
const prunable = ({ releases, confirmed, opened, needed, environments, keep }) => {
    const staying = new Set([
        ...confirmed.filter((id) => releases.some((one) => one.id === id)).slice(0, keep),
        ...needed,
    ]);
    const waiting = ({ id, age }) => !confirmed.includes(id) && !opened.includes(id) && age < week;
    const stays = releases.filter((one) => staying.has(one.id) || waiting(one));
    const used = new Set(stays.map(({ environment }) => environment));
    return {
        releases: releases.filter((one) => !stays.includes(one)).map(({ id }) => id),
        environments: environments.filter((environment) => !used.has(environment)),
    };
};

;// CONCATENATED MODULE: ./packages/release/site.ts

const commented = /(?:^|\s)#/;
/** Of a word as nginx reads it, within quotes or without. */
const unescaped = (word) => word.replaceAll(/\\(["'\\trn])/g, (_, one) => ({ t: '\t', r: '\r', n: '\n' })[one] ?? one);
const space = /\s+|#[^\n]*/y;
const site_quoted = /"((?:[^"\\]|\\[^])*)"(?=[\s;{)]|$)|'((?:[^'\\]|\\[^])*)'(?=[\s;{)]|$)/y;
// a brace is part of a word behind a dollar: ${name}
const bare = /(?:\\[^]|\$\{|[^\s;{\\])+/y;
/** The words and marks of nginx's grammar; `lost`: the line on which it ends to be one. */
const tokensOf = (text) => {
    const tokens = [];
    let at = 0;
    let line = 1;
    const take = (pattern) => {
        pattern.lastIndex = at;
        const found = pattern.exec(text) ?? undefined;
        if (found === undefined)
            return undefined;
        at += found[0].length;
        line += found[0].split('\n').length - 1;
        return found;
    };
    while (at < text.length) {
        const began = line;
        const first = text.charAt(at);
        if (take(space) !== undefined)
            continue;
        if (';{}'.includes(first)) {
            at += 1;
            tokens.push({ text: first, line: began, mark: true });
            continue;
        }
        const found = /["']/.test(first) ? take(site_quoted) : take(bare);
        if (found === undefined)
            return { tokens, lost: began };
        tokens.push({ text: unescaped(found[1] ?? found[2] ?? found[0]), line: began, mark: false });
    }
    return { tokens };
};
/**
 * Reads the file of a site, with the values in place of their names: words to be told to root's program, or every problem that
 * nginx's grammar has with it. Which directives may stand in it is that program's to say.
 * @param file its name, for problems
 */
const siteWords = (file, content, values) => {
    const { text, problems: unknown } = (0,packages_plan/* fillNames */._E)(file, content, values, commented);
    const problems = [...unknown];
    const say = (line, what, next) => {
        problems.push({ where: file, line, what, next });
    };
    const { tokens, lost } = tokensOf(text);
    const words = [];
    const lines = [];
    const open = [];
    let statement = [];
    for (const token of tokens) {
        const [name] = statement;
        if (!token.mark) {
            statement.push(token);
            continue;
        }
        if (token.text === '}') {
            if (name !== undefined)
                say(name.line, `${name.text}: its ; is missing`, 'end each directive with ;');
            if (open.pop() === undefined)
                say(token.line, '} closes nothing', 'take it away');
            statement = [];
            words.push('}');
            lines.push(token.line);
            continue;
        }
        if (name === undefined)
            say(token.line, `${token.text} stands behind nothing`, 'take it away');
        else if (!/^[a-z0-9_]+$/.test(name.text))
            say(name.line, `${name.text} is not the name of a directive`, 'begin each directive with its name');
        else {
            words.push(`.${name.text}`, ...statement.slice(1).map((one) => `-${one.text.replaceAll(/[\0\n\r]/g, '\t')}`));
            words.push(token.text);
            lines.push(name.line);
        }
        if (token.text === '{')
            open.push(token.line);
        statement = [];
    }
    const [rest] = statement;
    if (lost !== undefined)
        say(lost, 'a quote is not closed, or a word stands right behind it', 'look for the quote');
    else {
        if (rest !== undefined)
            say(rest.line, `${rest.text}: its ; is missing`, 'end each directive with ;');
        for (const line of open)
            say(line, 'the block that begins here is not closed', 'close it with }');
    }
    return problems.length > 0
        ? { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
        : { site: { words: words.join('\n'), lines }, problems: [] };
};
/** The line of the file that is meant by a line of the text which the host has made of it; undefined: none. */
const lineOfSite = ({ lines }, line) => lines[line - 2];

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
;// CONCATENATED MODULE: ./packages/release/checkout.ts







/** Files up to this size are read in one piece. */
const checkout_small = 1 << 20;
/** git's own variables could lead it to another repository than the checkout's. */
const environment = () => ({
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
    LC_ALL: 'C',
    // reading must not write the index of a checkout that other steps use too
    GIT_OPTIONAL_LOCKS: '0',
});
/**
 * Runs git in the checkout. A checkout that another user made (a container job's) is accepted.
 * Faults: `SOURCE_UNFIT` with git's last lines.
 */
const git = (root, words, input) => new Promise((resolve) => {
    const child = (0,external_node_child_process_.execFile)('git', ['-c', 'safe.directory=*', '-c', 'core.quotePath=false', '-C', root, ...words], { encoding: 'buffer', maxBuffer: 1 << 29, env: environment() }, (error, stdout, stderr) => {
        if (error === null) {
            resolve((0,packages_fault.ok)(stdout));
            return;
        }
        resolve((0,packages_fault/* fail */.fJ)({
            code: 'SOURCE_UNFIT',
            what: `\`git ${words.join(' ')}\` failed in ${root}`,
            said: `${stderr.toString('utf8')}${stderr.length === 0 ? error.message : ''}`.trim().split('\n').slice(-5),
            next: 'Run actions/checkout before this step, in the same job, and see that git is installed on the runner.',
        }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
});
/** The parts of NUL-separated output. Names that are not UTF-8 are given as bytes. */
const parts = (output) => {
    const found = [];
    for (let from = 0; from < output.length;) {
        const to = output.indexOf(0, from);
        const part = output.subarray(from, to === -1 ? output.length : to);
        found.push((0,external_node_buffer_.isUtf8)(part) ? part.toString('utf8') : part);
        from = to === -1 ? output.length : to + 1;
    }
    return found;
};
const streamed = async (file) => {
    const sum = (0,external_node_crypto_.createHash)('sha256');
    await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file), sum);
    return sum.digest('hex');
};
/** What stands at `path`, hashed. A file that vanishes meanwhile is absent. */
const standing = async (root, path) => {
    const file = (0,external_node_path_.join)(root, path);
    const stat = (0,external_node_fs_.lstatSync)(file, { throwIfNoEntry: false });
    if (stat === undefined)
        return { kind: 'absent' };
    if (stat.isDirectory())
        return { kind: 'folder' };
    if (stat.isSymbolicLink()) {
        const target = (0,external_node_fs_.readlinkSync)(file, 'buffer');
        if (!(0,external_node_buffer_.isUtf8)(target))
            return { kind: 'unnameable' };
        const entry = { type: 'l', hash: (0,external_node_crypto_.hash)('sha256', target), path, bytes: 0, target: target.toString('utf8') };
        return { kind: 'entry', entry, pointer: false };
    }
    if (!stat.isFile())
        return { kind: 'other' };
    const type = (stat.mode & 0o100) === 0 ? 'f' : 'x';
    if (stat.size > checkout_small) {
        return { kind: 'entry', entry: { type, hash: await streamed(file), path, bytes: stat.size }, pointer: false };
    }
    const content = (0,external_node_fs_.readFileSync)(file);
    const pointer = content.length < 1024 && content.toString('latin1').startsWith('version https://git-lfs');
    return { kind: 'entry', entry: { type, hash: (0,external_node_crypto_.hash)('sha256', content), path, bytes: content.length }, pointer };
};
/** Lets the connection that is being made meanwhile go on. */
const breathe = () => new Promise((resolve) => {
    setImmediate(resolve);
});
/** All files and symlinks below a folder of the checkout, without `.git`. Names that are not UTF-8 are given as bytes. */
const checkout_below = (root, folder) => {
    const stat = (0,external_node_fs_.lstatSync)((0,external_node_path_.join)(root, folder), { throwIfNoEntry: false });
    if (stat === undefined)
        return [];
    if (!stat.isDirectory())
        return [folder];
    return (0,external_node_fs_.readdirSync)((0,external_node_path_.join)(root, folder), { withFileTypes: true, encoding: 'buffer' }).flatMap((found) => {
        const name = found.name;
        if (!(0,external_node_buffer_.isUtf8)(name))
            return [Buffer.concat([Buffer.from(folder === '' ? '' : `${folder}/`), name])];
        const path = folder === '' ? name.toString('utf8') : `${folder}/${name.toString('utf8')}`;
        if (name.toString('utf8') === '.git')
            return [];
        return found.isDirectory() ? checkout_below(root, path) : [path];
    });
};

// EXTERNAL MODULE: ./node_modules/picomatch/index.js
var picomatch = __webpack_require__(4006);
var picomatch_default = /*#__PURE__*/__webpack_require__.n(picomatch);
;// CONCATENATED MODULE: ./packages/release/patterns.ts

// `dist/**` means all of dist: also `.vite/manifest.json`. A path without wildcards names a file, or a folder and all in it.
const options = { dot: true };
/** Does a path of the checkout fit one of these patterns, or lie below a folder that fits? */
const patterns_fits = (patterns) => {
    if (patterns.length === 0)
        return () => false;
    const matchers = patterns.flatMap((pattern) => [picomatch_default()(pattern, options), picomatch_default()(`${pattern}/**`, options)]);
    return (path) => matchers.some((matches) => matches(path));
};
/** The folder below which everything that fits a pattern lies; empty: the root. A pattern without wildcards is its own. */
const rootOf = (pattern) => {
    const { base, isGlob } = picomatch_default().scan(pattern);
    const folder = isGlob ? base : pattern;
    return folder === '.' ? '' : folder;
};

;// CONCATENATED MODULE: ./packages/release/unfit.ts
/** Names at the root of a release that Landfall itself makes. */
const reserved = ['RELEASE.json', '.landfall', '.env'];
/** A name as it is shown: printable, whatever its bytes. */
const unfit_shown = (path) => typeof path === 'string'
    ? JSON.stringify(path).slice(1, -1)
    : path.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '?');
/** What a name of the source says against its being deployed; `venv`: where the link to the environment will be. */
const unfitName = (path, venv) => {
    if (typeof path !== 'string') {
        return { where: unfit_shown(path), what: 'its name is not UTF-8', next: 'Rename it.' };
    }
    const top = path.split('/', 1)[0] ?? path;
    if (path === '.env') {
        return {
            where: path,
            what: 'secrets in the repository, and Landfall writes its own .env into a release',
            next: 'git rm --cached .env; put its content into a secret and pass it as `env-file`, or into shared/.env on the host.',
        };
    }
    if (reserved.includes(top)) {
        return {
            where: unfit_shown(path),
            what: 'Landfall itself writes this into a release',
            next: 'Rename it, or `exclude` it.',
        };
    }
    if (venv !== undefined && (path === venv || path.startsWith(`${venv}/`))) {
        return {
            where: unfit_shown(path),
            what: 'the link to the Python environment belongs there',
            next: 'Remove it from git, or set `python.venv` to another name.',
        };
    }
    return undefined;
};
const unfit = {
    pointer: (path) => ({
        where: unfit_shown(path),
        what: 'a pointer of Git LFS, not the file itself',
        next: 'Set `lfs: true` on actions/checkout.',
    }),
    folder: (path) => ({
        where: unfit_shown(path),
        what: 'an empty submodule',
        next: 'Set `submodules: recursive` on actions/checkout, or `exclude` it.',
    }),
    unnameable: (path) => ({
        where: unfit_shown(path),
        what: 'a symlink whose target is not UTF-8',
        next: 'Rename the target.',
    }),
    other: (path) => ({
        where: unfit_shown(path),
        what: 'neither a file nor a symlink',
        next: 'Remove it, or `exclude` it.',
    }),
    include: (pattern) => ({
        where: `include ${pattern}`,
        what: 'fits no file of the checkout',
        next: 'Run the build step before this one, or take the pattern out of `include`.',
    }),
};

;// CONCATENATED MODULE: ./packages/release/source.ts





/**
 * Reads a checkout: tracked files (submodules too) as they are on disk, plus `include`, minus `exclude` and export-ignore.
 * Untracked files never travel unasked, `.git` never. Faults: `SOURCE_UNFIT` with a problem for each thing that cannot be deployed.
 */
const readSource = async (options) => {
    try {
        return await source_read(options);
    }
    catch (thrown) {
        if (thrown instanceof packages_fault/* Failure */.HR)
            return { ok: false, fault: thrown.fault };
        throw thrown;
    }
};
const source_read = async ({ root, include, exclude, venv }) => {
    const [head, tracked, changes] = await Promise.all([
        git(root, ['rev-parse', '--verify', 'HEAD']),
        git(root, ['ls-files', '-z', '--recurse-submodules']),
        git(root, ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames']),
    ]);
    const commit = (0,packages_fault/* must */.sb)(head).toString('utf8').trim();
    const excluded = patterns_fits(exclude);
    const named = parts((0,packages_fault/* must */.sb)(tracked)).filter((path) => typeof path !== 'string' || !excluded(path));
    const ignored = await exportIgnored(root, named);
    const build = include.map((pattern) => ({ pattern, paths: matching(root, pattern) }));
    const built = new Set(build.flatMap(({ paths }) => paths).filter((path) => typeof path !== 'string' || !excluded(path)));
    const wanted = new Set([...named.filter((path) => typeof path !== 'string' || !ignored(path)), ...built]);
    const problems = build
        .filter(({ paths }) => paths.length === 0)
        .map(({ pattern }) => unfit.include(pattern));
    const entries = [];
    const absent = [];
    let seen = 0;
    for (const path of wanted) {
        if (++seen % 64 === 0)
            await breathe();
        const problem = unfitName(path, venv);
        if (problem !== undefined || typeof path !== 'string') {
            if (problem !== undefined)
                problems.push(problem);
            continue;
        }
        const found = await standing(root, path);
        switch (found.kind) {
            case 'entry':
                if (found.pointer)
                    problems.push(unfit.pointer(path));
                else
                    entries.push(found.entry);
                break;
            case 'absent':
                absent.push(path);
                break;
            default:
                problems.push(unfit[found.kind](path));
        }
    }
    if (problems.length > 0) {
        return (0,packages_fault/* fail */.fJ)({
            code: 'SOURCE_UNFIT',
            what: `${problems.length} ${problems.length === 1 ? 'thing' : 'things'} in the checkout cannot be deployed`,
            problems,
            next: 'Mend each of these and run again; nothing was sent.',
        });
    }
    entries.sort((a, b) => bytewise(a.path, b.path));
    const list = listOf(entries);
    return (0,packages_fault.ok)({
        root,
        commit,
        entries,
        list,
        listHash: hashOf(list),
        bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
        notes: notesOf(modified((0,packages_fault/* must */.sb)(changes)), absent),
    });
};
const matching = (root, pattern) => {
    const match = patterns_fits([pattern]);
    return checkout_below(root, rootOf(pattern)).filter((path) => match(typeof path === 'string' ? path : unfit_shown(path)));
};
/** git answers for a path itself only; export-ignore on a folder, with or without a slash, holds for all below it. */
const exportIgnored = async (root, names) => {
    const asked = new Set();
    for (const name of names) {
        if (typeof name !== 'string')
            continue;
        for (const path of ancestry(name))
            asked.add(path);
    }
    const answer = (0,packages_fault/* must */.sb)(await git(root, ['check-attr', '-z', '--stdin', 'export-ignore'], Buffer.from([...asked].map((path) => `${path}\0`).join(''))));
    const fields = parts(answer);
    const ignored = new Set();
    for (let at = 0; at + 2 < fields.length; at += 3)
        if (fields[at + 2] === 'set')
            ignored.add(fields[at]);
    return ignored.size === 0 ? () => false : (path) => ancestry(path).some((one) => ignored.has(one));
};
/** The path, and each folder above it in both forms. */
const ancestry = (path) => {
    const found = [path];
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
        found.push(path.slice(0, at), path.slice(0, at + 1));
    return found;
};
const modified = (status) => parts(status).map((line) => unfit_shown(typeof line === 'string' ? line.slice(3) : line.subarray(3)));
const few = (paths) => paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
const notesOf = (changed, absent) => {
    const away = absent.map(unfit_shown).filter((path) => !changed.includes(path));
    return [
        ...(changed.length === 0
            ? []
            : [
                {
                    kind: 'warning',
                    text: `tracked files differ from the commit and are deployed as they are on disk: ${few(changed)}`,
                },
            ]),
        ...(away.length === 0
            ? []
            : [
                {
                    kind: 'warning',
                    text: `tracked files are not in the checkout (sparse?) and are not deployed: ${few(away)}`,
                },
            ]),
    ];
};

;// CONCATENATED MODULE: ./packages/release/source-text.ts


/** Reads regular files of a source as text, by their path; undefined: the source has no such file. */
const textOf = ({ root, entries }) => {
    const files = new Set(entries.filter(({ type }) => type !== 'l').map(({ path }) => path));
    return (path) => (files.has(path) ? (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(root, path), 'utf8') : undefined);
};

;// CONCATENATED MODULE: ./packages/release/index.ts














;// CONCATENATED MODULE: ./packages/remote/program.ts
/** Keeps the types of one program's input and output together. */
const program = (definition) => definition;
/** `key=value` lines, the first `=` divides. Repeated keys are kept in order by {@link lists}. */
const pairs = (stdout) => new Map(lists(stdout).map(([key, value]) => [key, value]));
/** `key=value` lines as they came. Lines without `=` are not ours and are passed over. */
const lists = (stdout) => stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
});

;// CONCATENATED MODULE: ./packages/remote/hand-made.ts

/** `PID MAIN UNIT COMMAND…`; the command may hold anything. */
const processOf = (line) => {
    const [pid = '0', main = '0', unit = '-', ...command] = line.split(' ');
    return {
        pid: Number(pid),
        main: Number(main),
        unit: unit === '-' ? undefined : unit,
        command: command.join(' ').trim(),
    };
};
const keeperOf = (word) => word === 'root' || word === 'units' ? word : 'supervisor';
/** `KEEPER PROGRAM STATE PID CONF`; a path may hold blanks. */
const programOf = (line) => {
    const [keeper = '', program = '', state = '', pid = '0', ...conf] = line.split(' ');
    return { keeper: keeperOf(keeper), program, state, pid: Number(pid), conf: conf.join(' ') };
};
/** `UNIT KEY=VALUE` lines; systemd has a line for each of several commands. */
const unitsOf = (lines) => [...Map.groupBy(lines, (line) => line.slice(0, line.indexOf(' ')))].map(([name, its]) => {
    const is = new Map();
    for (const line of its) {
        const pair = line.slice(name.length + 1);
        const at = pair.indexOf('=');
        const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
        is.set(key, is.has(key) ? `${is.get(key) ?? ''}\n${value}` : value);
    }
    return { name, is };
});
const mainOf = ({ is }) => Number(is.get('MainPID') ?? 0);
/** A unit as what it keeps running. */
const programOfUnit = (unit) => ({
    keeper: 'units',
    conf: '',
    program: unit.name.replace(/\.service$/, ''),
    state: unit.is.get('ActiveState') ?? '',
    pid: mainOf(unit),
});
const hand_made_json = (text) => {
    if (text === undefined)
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch {
        return null;
    }
};
/** What units.sh printed, typed; hand-made.sh and their-programs.sh print the same of units. */
const unitsFoundOf = (stdout) => {
    const lines = lists(stdout);
    const all = (key) => lines.flatMap(([k, value]) => (k === key ? [value] : []));
    return { units: unitsOf(all('unit')), barred: all('barred'), sudo: new Map(lines).get('sudo') !== '' };
};
/** What hand-made.sh printed, typed. */
const handMadeOf = (stdout) => {
    const lines = lists(stdout);
    const one = new Map(lines);
    const all = (key) => lines.flatMap(([k, value]) => (k === key ? [value] : []));
    const [owner = '', parent = ''] = one.get('right')?.split(' ') ?? [];
    const hash = one.get('env');
    const { units, barred, sudo } = unitsFoundOf(stdout);
    const main = new Map(units.map((unit) => [unit.name, mainOf(unit)]));
    return {
        commit: one.get('commit'),
        gitError: one.get('git.error') ?? '',
        dirty: all('dirty'),
        left: all('left'),
        env: hash === undefined ? undefined : { hash, names: (one.get('env.names') ?? '').split(' ').filter(Boolean) },
        venvs: all('venv'),
        owners: one.has('right') ? { path: owner, parent } : undefined,
        apart: one.get('apart'),
        mounts: all('mount'),
        taken: all('taken'),
        processes: all('process')
            .map(processOf)
            .map((one) => (one.main === 0 ? { ...one, main: main.get(one.unit ?? '') ?? 0 } : one)),
        supervisors: all('supervisor').map((line) => {
            const [user = '', ...conf] = line.split(' ');
            return { user, conf: conf.join(' ') };
        }),
        programs: [...all('program').map(programOf), ...units.map(programOfUnit)],
        units,
        unseen: all('unseen').map((line) => {
            const [unit = '', group = ''] = line.split(' ');
            return { unit, group };
        }),
        barred,
        sudo,
        application: hand_made_json(one.get('application')),
    };
};
/** What their-programs.sh printed, typed. */
const theirProgramsOf = (stdout) => {
    const lines = lists(stdout);
    const one = new Map(lines);
    return {
        keeper: keeperOf(one.get('keeper')),
        conf: one.get('conf') ?? '',
        absent: lines.flatMap(([key, value]) => (key === 'absent' ? [value] : [])),
        ...unitsFoundOf(stdout),
    };
};

;// CONCATENATED MODULE: ./packages/remote/look.ts

const releaseOf = (link) => link.replace(/^releases\//, '');
const kept = (line) => {
    const [id = '', hash = '', env = '', environment = '', at = '0', preparedBy = ''] = line.split(' ');
    return {
        id,
        hash,
        env: env === '-' ? undefined : env,
        environment,
        at: Number(at),
        preparedBy: preparedBy.split(',').filter(Boolean),
    };
};
/** A `service pid release verdict` line. */
const look_processOf = (line) => {
    const [service = '', pid = '0', release = '-', verdict = 'missing'] = line.split(' ');
    return { service, pid: Number(pid), release, verdict: verdict };
};
const paceOf = (line) => {
    const [schedulers = 0, others = 0, boot = 0] = line.split(' ').map((seconds) => Number(seconds) * 1000);
    return { schedulers, others, boot };
};
/** What look.sh printed, typed. */
const foundOf = (stdout) => {
    const lines = lists(stdout);
    const one = new Map(lines);
    const get = (key) => one.get(key) ?? '';
    const all = (key) => lines.flatMap(([k, value]) => (k === key ? [value] : []));
    const number = Number(get('number'));
    const beat = get('beat');
    return {
        user: get('user'),
        home: get('home'),
        number,
        kind: get('kind'),
        phase: get('phase'),
        release: get('release'),
        previous: get('previous'),
        of: get('of'),
        seen: `${number}:${get('phase')}:${get('driver')}:${beat}`,
        claim: number === 0
            ? undefined
            : {
                repository: get('claim.repository'),
                run: get('claim.run'),
                attempt: Number(get('claim.attempt')),
                token: get('claim.token'),
                driver: get('claim.driver'),
                actor: get('claim.actor'),
                url: get('claim.url'),
                commit: get('claim.commit'),
            },
        remaining: Number(get('remaining')),
        booted: get('booted') === 'yes',
        unchecked: get('claim.checked') === 'no',
        hookDue: get('claim.hooks') === 'due',
        silence: Number(get('silence')),
        journal: Buffer.from(get('journal'), 'base64').toString('utf8'),
        path: get('at.path'),
        base: get('at.base'),
        parent: { path: get('parent'), writable: get('parent.writable') === 'yes' },
        baseNearest: { path: get('base.nearest'), writable: get('base.writable') === 'yes' },
        free: { bytes: Number(get('free.bytes')), inodes: Number(get('free.inodes')) },
        programs: new Map(lines.flatMap(([key, value]) => (key.startsWith('program.') ? [[key.slice(8), value]] : []))),
        manager: get('manager') === 'yes',
        systemd: get('systemd') === 'yes',
        systemUnits: get('system.units') === 'yes',
        servicesUnder: get('services.under'),
        python: {
            version: get('python.version'),
            platform: get('python.platform'),
            libc: get('python.libc'),
            pip: get('python.pip'),
            uv: get('python.uv'),
        },
        current: releaseOf(get('current')),
        releases: all('has').map(kept),
        environments: all('env'),
        sharedEnv: one.has('shared.env')
            ? { hash: get('shared.env'), names: get('shared.names').split(' ').filter(Boolean) }
            : undefined,
        processes: all('process').map(look_processOf),
        drifted: all('drift').map((path) => path.replace(/^\.\//, '')),
        edited: all('edited'),
        pace: paceOf(get('pace')),
        listening: all('listening').map(Number),
        clock: Number(get('clock')),
    };
};

;// CONCATENATED MODULE: ./packages/remote/transaction-programs.ts




const common = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5672), __webpack_require__.b), 'utf8');
const dotenv = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1687), __webpack_require__.b), 'utf8');
const transaction = common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(9277), __webpack_require__.b), 'utf8');
const scrub = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5430), __webpack_require__.b), 'utf8');
const processes = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1492), __webpack_require__.b), 'utf8');
const rpc = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5222), __webpack_require__.b), 'utf8');
const supervisor = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(6571), __webpack_require__.b), 'utf8');
const systemd = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4578), __webpack_require__.b), 'utf8');
const system = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3336), __webpack_require__.b), 'utf8');
const site = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(6950), __webpack_require__.b), 'utf8');
const keepers = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(522), __webpack_require__.b), 'utf8');
const transaction_programs_kept = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3741), __webpack_require__.b), 'utf8');
const halting = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3800), __webpack_require__.b), 'utf8');
const managers = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(9629), __webpack_require__.b), 'utf8');
const roles = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4264), __webpack_require__.b), 'utf8');
const serving = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(7509), __webpack_require__.b), 'utf8');
const carryEnv = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5432), __webpack_require__.b), 'utf8');
const manager = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1126), __webpack_require__.b), 'utf8');
const adopting = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(8803), __webpack_require__.b), 'utf8');
/** What programs begin with that read or change what serves. */
const serviceText = transaction +
    dotenv +
    scrub +
    processes +
    rpc +
    supervisor +
    systemd +
    system +
    site +
    keepers +
    transaction_programs_kept +
    halting +
    managers +
    roles +
    serving +
    carryEnv +
    manager;
const transaction_programs_service = serviceText;
/** What programs begin with that look at units which root has written. */
const unitText = transaction_programs_service + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5867), __webpack_require__.b), 'utf8');
const uv = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5694), __webpack_require__.b), 'utf8');
const hooks = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(761), __webpack_require__.b), 'utf8');
/** What programs begin with that may take a transaction back. */
const undoingText = transaction_programs_service + hooks + adopting + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3151), __webpack_require__.b), 'utf8');
const undoing = undoingText;
/** The programs that lie on a host from the first transaction on, for its watchdog, its process manager and a person. */
const resident = {
    undo: undoing +
        (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(7200), __webpack_require__.b), 'utf8') +
        (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(6367), __webpack_require__.b), 'utf8'),
    status: transaction_programs_service + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5451), __webpack_require__.b), 'utf8'),
    start: common + dotenv + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(9721), __webpack_require__.b), 'utf8'),
};
const residents = Object.entries(resident).map(([name, text]) => ({ name, body: Buffer.from(text) }));
/** What `open` reads on stdin: the resident programs, in the order in which its arguments name them. What notices there are follows them. */
const residentBody = Buffer.concat(residents.map(({ body }) => body));
const transaction_programs_standing = (stdout) => {
    const at = pairs(stdout);
    return { phase: at.get('phase') ?? '', number: Number(at.get('number') ?? 0), release: at.get('release') ?? '' };
};
const readTheLog = 'Read the lines above. `sh <base>/.landfall/status` on the host says what serves and how to go on.';
/** Ten minutes for the mutex, a quarter of an hour for the undo that fits into it (`tooSlow` of plan), a minute for its hook, and some more. */
const undoLimitMs = 1_800_000;
/** Programs of the transaction: they read or change its state, and what serves. Durations in seconds, as the host counts. */
const transactionPrograms = {
    look: program({
        text: transaction_programs_service + uv + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(766), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [
            input.base,
            input.path,
            input.python,
            ...input.programs,
        ],
        out: foundOf,
        fault: 'STATE_UNREADABLE',
        next: readTheLog,
    }),
    units: program({
        text: unitText + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(7106), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [input.base, ...input.services],
        out: unitsFoundOf,
        fault: 'STATE_UNREADABLE',
        next: readTheLog,
    }),
    /** Reads the words of a site. `missing`: no program of root's would take one. */
    'try-site': program({
        text: transaction_programs_service + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(9126), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 120_000,
        args: (input) => [input.base],
        out: (stdout) => {
            const at = pairs(stdout);
            const refused = at.get('refused');
            return {
                missing: at.get('missing') === 'yes',
                /** What it may be for. */
                domains: (at.get('domains') ?? '').split(' ').filter(Boolean),
                refused: refused === undefined ? undefined : Buffer.from(refused, 'base64').toString('utf8').split('\n'),
            };
        },
        fault: 'PROGRAM_FAILED',
        next: readTheLog,
    }),
    describe: program({
        text: common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5024), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 30_000,
        args: (input) => [input.base, input.release],
        out: (stdout) => stdout.toString('utf8'),
        fault: 'RELEASE_UNKNOWN',
        next: 'Name another release with `to`, or deploy that commit again.',
    }),
    recover: program({
        text: common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(8525), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: undoLimitMs,
        args: (input) => [input.base],
        // what the program of an earlier version lies there and does not say counts as a change
        out: (stdout) => ({ ...transaction_programs_standing(stdout), untouched: pairs(stdout).get('untouched') === 'yes' }),
        fault: 'UNDO_FAILED',
        next: readTheLog,
    }),
    open: program({
        text: undoing + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(361), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 120_000,
        args: (input) => [
            input.base,
            input.path,
            input.seen,
            input.how,
            input.kind,
            input.release,
            String(input.limit),
            ...input.claim,
            '--',
            ...residents.flatMap(({ name, body }) => [name, String(body.length)]),
            ...(input.notices === undefined ? [] : ['notices', String(input.notices)]),
        ],
        out: (stdout) => {
            const at = pairs(stdout);
            return { number: Number(at.get('number')), previous: at.get('previous') ?? '' };
        },
        fault: 'STATE_UNREADABLE',
        next: readTheLog,
    }),
    beat: program({
        text: transaction + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(7249), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 15_000,
        args: (input) => [input.base, input.driver],
        out: () => undefined,
        fault: 'PROGRAM_FAILED',
        next: readTheLog,
    }),
    switch: program({
        text: undoing + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5681), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: 1_800_000,
        limitOf: ({ limit }) => limit * 1000,
        args: (input) => [
            input.base,
            String(input.number),
            input.release,
            String(input.limit),
            String(input.within),
            input.environmentFrom,
            input.manager ?? '',
        ],
        out: (stdout) => ({
            remaining: Number(pairs(stdout).get('remaining')),
            /** How long ago its youngest main process began: ms. */
            since: Number(pairs(stdout).get('since')) * 10,
            processes: lists(stdout).flatMap(([key, value]) => (key === 'process' ? [look_processOf(value)] : [])),
        }),
        fault: 'SWITCH_FAILED',
        next: 'The lines above are what the services said. Mend the release and deploy again; the one before it is brought back.',
    }),
    hook: program({
        text: undoing + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3402), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: 1_800_000,
        limitOf: ({ limit }) => limit * 1000,
        args: (input) => [
            input.base,
            String(input.number),
            input.moment,
        ],
        out: (stdout) => ({ remaining: Number(pairs(stdout).get('remaining')) }),
        fault: 'HOOK_FAILED',
        next: 'The lines above are what the hook said. Mend it, or what it found, and deploy again.',
    }),
    renew: program({
        text: undoing + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3844), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: undoLimitMs,
        args: (input) => [
            input.base,
            String(input.number),
            String(input.within),
        ],
        out: (stdout) => ({ remaining: Number(pairs(stdout).get('remaining')) }),
        fault: 'UNDO_FAILED',
        next: readTheLog,
    }),
    confirm: program({
        text: undoing + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5257), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: undoLimitMs,
        args: (input) => [input.base, String(input.number)],
        out: transaction_programs_standing,
        fault: 'UNDO_FAILED',
        next: readTheLog,
    }),
    'take-back': program({
        text: common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(7924), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: undoLimitMs,
        args: (input) => [input.base, String(input.number), input.why],
        out: transaction_programs_standing,
        fault: 'UNDO_FAILED',
        next: readTheLog,
    }),
    checked: program({
        text: transaction + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1480), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [input.base, String(input.number)],
        out: () => undefined,
        fault: 'PROGRAM_FAILED',
        next: readTheLog,
    }),
    tell: program({
        text: transaction + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4914), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [input.base, ...input.numbers.map(String)],
        out: () => undefined,
        fault: 'PROGRAM_FAILED',
        next: readTheLog,
    }),
    'sign-off': program({
        text: transaction + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4056), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [
            input.base,
            input.seen,
            String(input.number),
            input.run,
            String(input.attempt),
            input.who,
        ],
        out: () => undefined,
        fault: 'PROGRAM_FAILED',
        next: readTheLog,
    }),
    prune: program({
        text: transaction + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(2445), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 600_000,
        args: (input) => [
            input.base,
            String(input.number),
            input.what,
            ...input.ids,
        ],
        out: (stdout) => lists(stdout).flatMap(([key, value]) => (key === 'deleted' ? [value] : [])),
        fault: 'PROGRAM_FAILED',
        next: 'The deploy itself is done. Look at the free space and the rights below <base>/releases.',
    }),
};

;// CONCATENATED MODULE: ./packages/remote/adoption-programs.ts




const adoption_programs_common = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5672), __webpack_require__.b), 'utf8');
const readTheLines = 'Read the lines above. Nothing was changed: what people have made there runs as before.';
/** Programs for a place where people have installed the application by hand: of the first deploy, and of those after it. */
const adoptionPrograms = {
    /** Reads {@link probeBody}. */
    'hand-made': program({
        text: unitText + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1536), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 300_000,
        args: (input) => [
            input.base,
            input.path,
            input.directory,
            input.venv,
        ],
        out: handMadeOf,
        fault: 'PROGRAM_FAILED',
        next: readTheLines,
    }),
    'their-programs': program({
        text: unitText + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(9915), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [input.base, ...input.services],
        out: theirProgramsOf,
        fault: 'PROGRAM_FAILED',
        next: 'Read the lines above. Nothing was changed.',
    }),
    lend: program({
        text: adoption_programs_common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(6564), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [
            input.base,
            input.path,
            input.env ? 'yes' : 'no',
            ...input.shared,
        ],
        out: (stdout) => lists(stdout).flatMap(([key, value]) => (key === 'lent' ? [value] : [])),
        fault: 'PATH_OCCUPIED',
        next: readTheLines,
    }),
    adopt: program({
        text: undoingText + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(763), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [
            input.base,
            String(input.number),
            input.path,
            input.release,
        ],
        out: (stdout) => ({ previous: pairs(stdout).get('previous') ?? '' }),
        fault: 'PATH_OCCUPIED',
        next: readTheLines,
    }),
};

;// CONCATENATED MODULE: ./packages/remote/release-programs.ts



const release_programs_common = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5672), __webpack_require__.b), 'utf8');
const release_programs_dotenv = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1687), __webpack_require__.b), 'utf8');
const release_programs_transaction = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(9277), __webpack_require__.b), 'utf8');
const release_programs_uv = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5694), __webpack_require__.b), 'utf8');
const staging = release_programs_common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4820), __webpack_require__.b), 'utf8');
const release_programs_scrub = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(5430), __webpack_require__.b), 'utf8');
const release_programs_application = release_programs_common + release_programs_dotenv + release_programs_scrub + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4820), __webpack_require__.b), 'utf8');
/** What `probe` reads on stdin. */
const probeBody = (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(2815), __webpack_require__.b));
/** What `environment` reads on stdin: the address of a package index, and the texts of it that may not be shown. */
const indexBody = (address, secrets) => Buffer.from([address, ...secrets, ''].join('\n'));
const names = (stdout, wanted) => lists(stdout).flatMap(([key, value]) => (key === wanted ? [value] : []));
/**
 * Programs that prepare a release beside the running one, in this order: tree, receive, arrange, environment, probe, publish.
 * They hold no mutex, touch nothing that serves, and may be run again. `migrate` alone changes something outside its release, under the mutex.
 */
const releasePrograms = {
    /** `<type><12 hex>  ./<path>` NUL of the files of a release that are still as they were uploaded; empty for an unknown one. `@`: what `current` leads to. */
    tree: program({
        text: release_programs_common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(581), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 60_000,
        args: (input) => [input.base, input.release ?? '-'],
        out: (stdout) => {
            const said = (0,external_node_zlib_.gunzipSync)(stdout);
            const at = said.indexOf(0);
            return { release: said.toString('utf8', 0, at), list: said.subarray(at + 1) };
        },
        fault: 'PROGRAM_FAILED',
        next: 'Read the lines above: the list of the files on the host could not be read.',
    }),
    /** Reads the body of `release/archive.ts`'s `upload`. On TREE_DIFFERS call it again with `from: undefined` and all files. */
    receive: program({
        text: staging + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3964), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 3_600_000,
        args: (input) => [
            input.base,
            input.staging,
            input.from ?? '-',
            input.want,
            String(input.dropBytes),
        ],
        out: (stdout) => ({ files: Number(pairs(stdout).get('files')) }),
        fault: 'TREE_DIFFERS',
        next: 'Run it again. If it says the same, something on the host changes files of releases, or the checkout changes while it is read.',
    }),
    /** Reads the content of the env-file where `env.from` is `given`. Gives the names of the variables. */
    arrange: program({
        text: release_programs_application + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(45), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 600_000,
        args: (input) => [
            input.base,
            input.staging,
            input.environment ?? '-',
            input.venv ?? '-',
            input.env.from,
            input.env.from === 'none' ? '-' : input.env.sha256,
            ...input.shared,
        ],
        out: (stdout) => ({ names: names(stdout, 'name') }),
        fault: 'PREFLIGHT',
        next: 'Mend the `env-file` input, or shared/.env on the host where none is given, and run again.',
    }),
    /** Reads {@link indexBody} where `index` is. */
    environment: program({
        text: release_programs_application + release_programs_uv + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(1420), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 3_600_000,
        args: (input) => [
            input.base,
            input.staging,
            input.hash,
            input.python,
            input.installer,
            input.lock,
            input.index ? 'given' : '-',
        ],
        out: (stdout) => ({ built: pairs(stdout).get('built') === 'yes' }),
        fault: 'ENVIRONMENT_FAILED',
        next: 'The lines above are what pip or uv said. Mend the requirements, or install what it misses on the host, and run again.',
    }),
    /** Reads {@link probeBody}. Its output is read by `probedOf` of release. */
    probe: program({
        text: release_programs_application + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(3947), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 1_800_000,
        args: (input) => [
            input.base,
            input.staging,
            input.directory,
            input.venv ?? '-',
            input.python,
            input.collect ? 'yes' : 'no',
        ],
        out: (stdout) => JSON.parse(stdout.toString('utf8')),
        fault: 'APPLICATION_FAILED',
        next: 'The lines above are what the application, or collectstatic, said. Mend it, the static files that it names, or the variables of its .env, and run again.',
    }),
    /** Reads the facts of the release as `release/archive.ts`'s `facts`. */
    publish: program({
        text: release_programs_application + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(2950), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 1_800_000,
        args: (input) => [
            input.base,
            input.staging,
            input.id,
            input.hash,
            input.directory,
            input.venv ?? '-',
            input.python,
            input.environment ?? '-',
            input.compilemessages ? 'yes' : 'no',
            input.collectstatic ? 'yes' : 'no',
            input.run,
            ...input.shared,
        ],
        out: (stdout) => ({
            published: pairs(stdout).get('published') === 'yes',
            changed: Number(pairs(stdout).get('changed')),
        }),
        fault: 'APPLICATION_FAILED',
        next: 'The lines above are what compilemessages or collectstatic said. Mend the translations or the static files that they name, or the variables of .env, and run again.',
    }),
    discard: program({
        text: release_programs_common + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4275), __webpack_require__.b), 'utf8'),
        interrupt: 'kill',
        limitMs: 300_000,
        args: (input) => [input.base, input.driver],
        out: () => undefined,
        fault: 'PROGRAM_FAILED',
        next: 'What was staged stays on the host, and is deleted by a later run.',
    }),
    migrate: program({
        text: release_programs_common + release_programs_transaction + release_programs_dotenv + release_programs_scrub + (0,external_node_fs_.readFileSync)(new URL(/* asset import */ __webpack_require__(4176), __webpack_require__.b), 'utf8'),
        interrupt: 'finish',
        limitMs: 1_800_000,
        args: (input) => [
            input.base,
            String(input.number),
            input.release,
            input.python,
        ],
        out: () => undefined,
        fault: 'MIGRATE_FAILED',
        next: 'The lines above are what Django said. Mend the migration and deploy again; nothing was switched.',
    }),
};

;// CONCATENATED MODULE: ./packages/remote/exit-codes.ts
/** The exit codes that all programs on a host share. 0 is success; 1 is the program's own fault. */
const exitCodes = {
    64: { fault: 'INTERNAL', what: 'the program was given input that it does not take' },
    69: { fault: 'PREFLIGHT', what: 'a program is missing on the host' },
    73: { fault: 'PREFLIGHT', what: 'the host cannot write' },
    75: { fault: 'TX_BUSY', what: 'another run holds the target' },
    77: { fault: 'PREFLIGHT', what: 'a right is missing on the host' },
    78: { fault: 'STATE_UNREADABLE', what: 'the state on the host cannot be read' },
    79: { fault: 'TX_FENCED', what: 'a newer transaction has begun' },
    80: { fault: 'TX_LATE', what: 'too late: the host took the release back already' },
    81: { fault: 'TX_BUSY', what: 'another transaction is armed' },
};

;// CONCATENATED MODULE: ./packages/remote/transport.ts

const transport_common = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "common.sh", 'utf8');
const watch = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "watch.sh", 'utf8');
const endGroup = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "end-group.sh", 'utf8');
const relay = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "relay.sh", 'utf8');
const relayBody = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "relay.py", 'utf8');
const launch = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "launch.sh", 'utf8');
const transport_follow = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "follow.sh", 'utf8');
/** How programs are kept on a leash on a host: texts that the transport itself runs, beside those of the table. */
const transport = {
    /** Goes in front of a program without stdin: ends it when the connection is lost. */
    watch,
    /** Argument: a process group. Ends it. */
    endGroup: transport_common + endGroup,
    /** Arguments: {@link relayBody}, and an address or a socket of the host. Passes stdin on to it, and back what it answers. */
    relay,
    relayBody,
    /**
     * Starts a detached program once, however often it is run, and follows it to its end: one text, so that it costs one round trip.
     * Arguments: directory of steps, step, bytes of stderr seen, limit in s, bytes and sha256 of the program, which is its stdin.
     */
    detach: transport_common + launch + transport_follow,
};

;// CONCATENATED MODULE: ./packages/remote/index.ts







/** All programs that Landfall runs on a host, by name. */
const programs = { ...transactionPrograms, ...releasePrograms, ...adoptionPrograms };

;// CONCATENATED MODULE: ./packages/operations/unit-reasons.ts

const unit_reasons_words = (value) => (value ?? '').split(' ').filter(Boolean);
/** The unit to be edited by a drop-in, which is no edit of its file. */
const edit = ({ name }, line) => `systemctl edit ${name}: ${line}`;
/** Why this unit of the system cannot be stopped and started again so that all is as it was; none: it can. */
const unitReasons = (unit, needs) => {
    const { name, is } = unit;
    const reasons = [];
    const reason = (what, next) => {
        reasons.push({ what: `${name} ${what}`, next });
    };
    const yes = (key) => is.get(key) === 'yes';
    reasons.push(...rootReasons(unit, needs));
    started(unit, needs, reason);
    stopped(unit, needs, reason);
    if (yes('Transient'))
        reason('is transient: once it has stopped there is none to start', 'write it to a file in /etc/systemd/system');
    if (yes('NeedDaemonReload'))
        reason('was changed since systemd read it: it would start as something else', 'systemctl daemon-reload');
    for (const key of ['RootDirectory', 'RootImage'])
        if ((is.get(key) ?? '') !== '')
            reason(`has ${key}=: the paths that it sees are others`, 'leave that out: which release a process runs is told by its path');
    const writes = unit_reasons_words(is.get('ReadWritePaths')).map((path) => path.replace(/^[-+]*/, ''));
    if (is.get('ProtectSystem') === 'strict' &&
        !writes.some((path) => needs.base === path || needs.base.startsWith(`${path.replace(/\/$/, '')}/`)))
        reason(`may write only where it is told (ProtectSystem=strict), and that is not ${needs.base}, where its data will be`, edit(unit, `ReadWritePaths=-${needs.base}`));
    return reasons;
};
/** Why an order to stop it does not do what a deploy needs. */
const stopReasons = (unit, needs) => {
    const reasons = [];
    stopped(unit, needs, (what, next) => {
        reasons.push({ what: `${unit.name} ${what}`, next });
    });
    return reasons;
};
/** What root would do that somebody else may say: whoever commits, for one, who can write what the deploy user can. */
const rootReasons = ({ name, is }, { user, path, base }) => {
    const writable = is.get('Writable');
    const asRoot = ([key, ofRelease]) => (is.get(`${key}Ex`) ?? '')
        .split('\n')
        .filter((command) => / ; flags=(?:[a-z-]+ )*(?:privileged|no-setuid)[ ;]/.test(command))
        .filter((command) => !ofRelease || [path, base].some((root) => command.includes(`${root}/`)))
        .map(() => key);
    return [
        ...(writable === undefined
            ? []
            : [
                {
                    what: `${name} is read from ${writable}, a file or folder that ${user} may write, or that is not root's: who writes it is root`,
                    next: 'copy the file to /etc/systemd/system, with all folders above it root’s, then: systemctl daemon-reload',
                },
            ]),
        ...[...new Set(commands.flatMap(asRoot))].map((key) => ({
            what: `${name} has root run what the release has (${key}= with + or !): who commits is root`,
            next: `systemctl edit --full ${name}: take + or ! away from ${key}=`,
        })),
    ];
};
/** Commands of a unit, and whether root may run them where they are none of the release's: what runs the service may not be root's at all. */
const commands = [
    ['ExecStart', false],
    ...['ExecCondition', 'ExecStartPre', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'].map((key) => [key, true]),
];
/** What it needs to come up again by an order, and be proven. */
const started = (unit, { user, path, made }, reason) => {
    const { is } = unit;
    const main = is.get('MainPID') ?? '0';
    if (is.get('Type') === 'oneshot' || (main === '0' && made !== undefined))
        reason('has no main process: whether it runs could not be proven', 'let it run one that stays (Type=simple or exec; celery worker, not celery multi)');
    else if (made?.processes.every(({ pid }) => String(pid) !== main) === true)
        reason(`has the main process ${main}, which does not work in ${path} as ${user}`, `in the unit: User=${user}, WorkingDirectory=${path}, and the command itself, no su or sudo`);
    if (is.get('RemainAfterExit') === 'yes')
        reason('counts as running after its end (RemainAfterExit=yes)', 'leave that out: systemctl edit');
    if (is.get('RefuseManualStart') === 'yes' || is.get('RefuseManualStop') === 'yes')
        reason('obeys no order (RefuseManualStart=, RefuseManualStop=)', 'leave these out');
    const wakers = [...unit_reasons_words(is.get('TriggeredBy')), ...unit_reasons_words(is.get('UpheldBy'))];
    if (wakers.length > 0)
        reason(`is started by ${wakers.join(', ')} too, also while it must not run`, `let it be started by its own unit alone: systemctl disable --now ${wakers.join(' ')}`);
};
/** What its stop does, and how long that may take. */
const stopped = (unit, { service, units }, reason) => {
    const { is } = unit;
    const others = ['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf', 'PropagatesStopTo']
        .flatMap((key) => unit_reasons_words(is.get(key)))
        .filter((one) => !units.includes(one));
    if (others.length > 0)
        reason(`takes ${[...new Set(others)].join(', ')} with it when it stops, and a start does not bring that back`, 'let that want it (Wants=), not require it');
    const mode = is.get('KillMode') ?? '';
    if (!['control-group', 'mixed'].includes(mode))
        reason(`leaves processes behind when it stops (KillMode=${mode})`, 'KillMode=mixed, which tells the main process alone');
    const takes = (0,packages_plan/* spanOf */.ee)(is.get('TimeoutStopUSec') ?? '0') * ((is.get('ExecStop') ?? '') === '' ? 1 : 2);
    if (takes === Infinity)
        reason('may take for ever to stop (TimeoutStopSec=infinity)', edit(unit, 'TimeoutStopSec= of some seconds'));
    else if (takes > service.drain)
        reason(`may take ${takes / 1000} s to stop, and ${service.name} has ${service.drain / 1000} s`, `services: { ${service.name}: { drain: ${Math.ceil(takes / 1000)}s } }, or a lower TimeoutStopSec in the unit`);
};

;// CONCATENATED MODULE: ./packages/operations/sudo-lines.ts
/** What sudoers would read as something else, patterns too: in a command these are written with a backslash. */
const sudo_lines_escaped = (text) => text.replace(/[,:=\\*?[\]!]/g, '\\$&');
// `supervisorctl stop all` stops whatever is there, and what begins with a hyphen is an option
const sudo_lines_name = String.raw `(?!-|all$)[\w.-]+(?::[\w.-]+)?`;
/** The commands that a line of sudo is printed for: names and paths come from processes that the application has begun. */
const sayable = new RegExp(String.raw `^/[a-z/]+/(?:systemctl (?:stop|reset-failed|--no-block start) ${sudo_lines_name}\.service|supervisorctl -c /[\w./@+-]+ (?:status|(?:stop|start) ${sudo_lines_name}))$`);
/** The lines of sudoers that let a user have root run these very commands and no others. None of them holds a pattern. */
const sudoLines = (user, commands) => commands.map((command) => `${user} ALL=(root) NOPASSWD: ${sudo_lines_escaped(command)}`);
/** What is said where sudo does not allow some commands yet: what they are for, and the lines for root to add. */
const mayNot = (user, path, { barred, sudo }) => {
    const odd = barred.find((command) => !sayable.test(command));
    return odd === undefined
        ? lacks(user, path, { barred, sudo })
        : {
            what: `no line of sudo can be written for ${JSON.stringify(odd)}: it could allow more than that`,
            next: 'let the names of programs be of letters, digits, _, . and - (GROUP:NAME, but not all), and the path of their file of these, /, @ and +',
        };
};
const lacks = (user, path, { barred, sudo }) => ({
    what: `${user} may not stop and start what runs from ${path} by sudo, without a password, as an undo must`,
    next: [
        `as root: ${sudo ? '' : 'apt-get install -y sudo, then '}visudo -f ${sudoFile(path)}, and add these lines:`,
        ...sudoLines(user, barred),
    ].join('\n'),
});
/** The file for them; sudo passes over names with a dot. */
const sudoFile = (path) => `/etc/sudoers.d/landfall-${path.slice(path.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_-]/g, '-')}`;

;// CONCATENATED MODULE: ./packages/operations/hand-made-programs.ts


/** The service of a program: the last part of its name. */
const serviceOf = ({ program }) => program.slice(program.lastIndexOf(':') + 1);
/** The program that runs a service there. undefined: none does. */
const hand_made_programs_programOf = ({ programs, processes }, service) => programs.find((one) => one.pid !== 0 && serviceOf(one) === service && processes.some(({ main }) => main === one.pid));
/** Who keeps it, in words. */
const keptBy = ({ keeper, conf }) => ({ supervisor: `the supervisord of ${conf}`, root: `root's supervisord (${conf})`, units: "the system's systemd" })[keeper];
/** Why what runs from there cannot be stopped and started again as it is, and proven; none: it can. */
const programProblems = (user, target, made) => {
    const where = `host ${target.host.name}`;
    return [
        ...silent(target, made),
        ...absent(user, target, made),
        ...several(target, made),
        ...units(user, target, made),
        ...barred(user, target, made),
        ...strangers(target, made),
    ].map((one) => ({ where, ...one }));
};
/** Why programs that were adopted, and those of services that were added since, cannot be stopped and started by this deploy; none: they can. */
const adoptedProblems = ({ user, theirs }, { path, base, services, host }, back = false) => {
    if (theirs === undefined)
        return [];
    const units = theirs.units.map(({ name }) => name);
    return [
        ...theirs.absent.map((name) => ({
            what: `${name} is no program of ${keptBy(theirs)}`,
            next: `add it there, and let it be read: ${theirs.keeper === 'units' ? 'systemctl daemon-reload' : 'supervisorctl update'}`,
        })),
        ...(theirs.barred.length === 0 ? [] : [mayNot(user, path, theirs)]),
        ...services.flatMap((service) => {
            const unit = theirs.units.find(({ name }) => name === `${service.name}.service`);
            return unit === undefined
                ? []
                : [...rootReasons(unit, { user, path, base }), ...(back ? [] : stopReasons(unit, { service, units }))];
        }),
    ].map((one) => ({ where: `host ${host.name}`, ...one }));
};
const unitOf = ({ units }, service) => units.find(({ name }) => name === `${service}.service`);
const silent = ({ path }, { supervisors, programs }) => supervisors
    .filter(({ conf }) => !programs.some((one) => one.conf === conf))
    .map(({ user, conf }) => ({
    what: `programs that run from ${path} are minded by a supervisord of ${user} (${conf}), which cannot be asked`,
    next: conf === '-'
        ? 'start it with the name of its file: supervisord -c FILE'
        : `let this user run: supervisorctl -c ${conf} status`,
}));
/** Each service of landfall.yml is run from there by a program of its name. */
const absent = (user, { path, services }, made) => {
    const names = [...new Set(made.programs.map(serviceOf))];
    return services
        .filter(({ name }) => hand_made_programs_programOf(made, name) === undefined && unitOf(made, name) === undefined)
        .map(({ name }) => {
        const unseen = made.unseen.find(({ unit }) => unit === `${name}.service`);
        if (unseen === undefined)
            return nothingRuns(path, name, names);
        return {
            what: `${unseen.unit} runs with the group ${unseen.group}: where its processes work, ${user} is not told by the kernel`,
            next: `systemctl edit ${unseen.unit}: Group=, with the group of ${user} (id -gn ${user}), and restart it`,
        };
    });
};
const nothingRuns = (path, name, names) => ({
    what: `no program ${name} of a supervisord, and no unit ${name}.service, runs from ${path}`,
    next: `name services as their programs or units are named${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
});
const several = ({ services }, made) => {
    const keepers = new Set(services.flatMap(({ name }) => {
        const one = hand_made_programs_programOf(made, name);
        return one === undefined ? [] : [keptBy(one)];
    }));
    return keepers.size > 1
        ? [{ what: `its services are kept running by ${[...keepers].join(' and ')}`, next: 'let one run all of them' }]
        : [];
};
const units = (user, { path, base, services }, made) => {
    const names = services.flatMap(({ name }) => unitOf(made, name)?.name ?? []);
    return services.flatMap((service) => {
        const unit = unitOf(made, service.name);
        return unit === undefined ? [] : unitReasons(unit, { user, path, base, service, units: names, made });
    });
};
const barred = (user, { path, services }, made) => {
    const programs = services.flatMap(({ name }) => hand_made_programs_programOf(made, name)?.program ?? []);
    const commands = made.barred.filter((command) => {
        const last = command.slice(command.lastIndexOf(' ') + 1).replace(/\.service$/, '');
        return last === 'status' || programs.includes(last);
    });
    return programs.length === 0 || commands.length === 0
        ? []
        : [mayNot(user, path, { barred: commands, sudo: made.sudo })];
};
/** What else works there would be left with paths that lead elsewhere. */
const strangers = ({ path, services }, made) => {
    const known = new Set(services.flatMap(({ name }) => hand_made_programs_programOf(made, name)?.pid ?? []));
    return made.processes
        .filter(({ main, unit }) => !known.has(main) && !services.some(({ name }) => unit === `${name}.service`))
        .map(({ pid, main, unit, command }) => {
        const program = made.programs.find((one) => one.pid !== 0 && one.pid === main);
        return {
            what: `process ${pid} (${command}) works in ${path}, and belongs to ${owner(program, unit)}, which is none of the services`,
            next: rid(pid, program, unit, made),
        };
    });
};
const owner = (program, unit) => program === undefined || program.keeper === 'units'
    ? (unit?.replace(/^user:/, "the user's own ") ?? 'no program')
    : `supervisor's ${program.program}`;
const rid = (pid, program, unit = '', { processes }) => {
    if (unit.startsWith('user:'))
        return "units of a user's own systemd are not adopted: let one of the system's, or a program of a supervisord, run it";
    // what cron or sshd has begun
    if (program === undefined || (program.keeper === 'units' && !processes.some((one) => one.pid === program.pid)))
        return `end it: kill ${pid}`;
    const name = serviceOf(program);
    return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(name)
        ? `add it to services: { ${name}: … }`
        : 'no service can have its name (letters, digits, _ and -): instances of template units, for one, are not adopted';
};

;// CONCATENATED MODULE: ./packages/operations/live.ts
/** The release that was confirmed last; empty: none. */
const liveOf = (found) => found.phase === 'confirmed' ? found.release : found.previous;

;// CONCATENATED MODULE: ./packages/operations/hand-made.ts


const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const some = (all) => all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');
/** What was found at `path`, in one line for people. */
const describeHandMade = ({ commit, dirty, venvs, env, left, processes, programs }) => [
    commit === undefined
        ? 'no git checkout'
        : `a git checkout of ${commit.slice(0, 7)}, ${dirty.length === 0 ? 'as committed' : `with ${count(dirty.length, 'changed or unknown file')}`}`,
    ...(venvs.length === 0 ? [] : [`Python in ${venvs.join(', ')}`]),
    ...(env === undefined ? [] : ['.env']),
    ...(left.length === 0 ? [] : [`ignored by git: ${some(left)}`]),
    processes.length === 0
        ? 'no process that this user can see runs from it'
        : `${count(processes.length, 'process', 'processes')} ${processes.length === 1 ? 'runs' : 'run'} from it${ranBy(processes.flatMap(({ main }) => programs.filter(({ pid }) => pid === main)))}`,
].join('; ');
const ranBy = (programs) => {
    const names = [...new Set(programs.map(({ program }) => program))];
    const whose = programs.every(({ keeper }) => keeper === 'units') ? 'units' : "supervisor's";
    return names.length === 0 ? '' : ` (${whose} ${some(names)})`;
};
/** Why what was found cannot be adopted as it is, all reasons together; none: it can. */
const adoptionProblems = (found, target, made) => {
    const where = `host ${target.host.name}`;
    const { path, base } = target;
    const problem = (what, next) => ({ where, what, next });
    return [
        ...(liveOf(found) === '' || liveOf(found).startsWith('adopted-')
            ? []
            : [
                problem(`${liveOf(found)} was deployed to ${base} before: ${path} was the link to it, and somebody has put a directory there`, `move it away: mv ${path} ${path}.before`),
            ]),
        ...(made.commit === undefined
            ? [
                problem(`${path} is no git checkout of its own: ${made.gitError}`, 'make it the checkout of what runs there, or install the application anew beside it and move its data yourself'),
            ]
            : []),
        ...(made.dirty.length === 0
            ? []
            : [
                problem(`${path} has files that are not as committed: ${made.dirty.map((line) => line.trim()).join(', ')}`, `commit, ignore or discard them: git -C ${path} status`),
            ]),
        ...(made.owners === undefined
            ? []
            : [
                problem(`${found.user} may not rename ${path} (of ${made.owners.path}, in a directory of ${made.owners.parent})`, mayRename(found.user, path, made.owners)),
            ]),
        ...(made.apart === undefined
            ? []
            : [problem(`${path} and ${made.apart} are on different file systems`, 'set base to a folder beside it')]),
        ...made.mounts.map((mount) => problem(`${mount} is a mount point: a directory with it cannot be renamed`, 'mount it elsewhere, and put a link there')),
        ...made.taken.map((name) => problem(`${path}/${name} has the name of a file that Landfall writes`, `move it away: mv ${path}/${name} ${path}/${name}.before`)),
        ...hand_made_environment(target, made, where),
        ...programProblems(found.user, target, made),
    ];
};
/** Systemd gives these back to root at each boot (its tmpfiles.d/home.conf), unless a file that is read before that one says otherwise. */
const givenBack = ['/srv', '/home'];
/** The line for root by which a user may rename what is his in the directory above, after a reboot too. With `t` nobody may rename there what others have. */
const mayWriteAbove = (user, path) => {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    const group = `$(id -gn ${user})`;
    const now = `chgrp "${group}" ${parent} && chmod g+w,+t ${parent}`;
    if (!givenBack.includes(parent))
        return now;
    return `${now} && echo "q ${parent} 1775 root ${group}" >/etc/tmpfiles.d/00-landfall.conf`;
};
const mayRename = (user, path, owners) => owners.path === user
    ? `as root, until the deploy is confirmed: ${mayWriteAbove(user, path)}`
    : `only where the directory is ${user}'s, an installation is adopted: chown -R ${user}: ${path}`;
const hand_made_environment = ({ path, python }, { venvs }, where) => venvs.includes(python.venv)
    ? []
    : [
        {
            where,
            what: `${path} has no Python environment ${python.venv}${venvs.length === 0 ? '' : `, but ${venvs.join(' and ')}`}`,
            next: venvs.length === 0
                ? 'what its programs call must lie in it: make one there, and let the programs call it'
                : `name the one that the programs call: python: { venv: ${venvs[0] ?? ''} }`,
        },
    ];

;// CONCATENATED MODULE: ./packages/operations/scene.ts


const noEvidence = () => ({
    transaction: undefined,
    release: undefined,
    previous: undefined,
    commit: undefined,
    gap: undefined,
    processes: [],
    checks: [],
    undo: undefined,
    notes: [],
    reverted: undefined,
    plan: undefined,
    approvals: undefined,
    record: undefined,
    sockets: undefined,
});
const exclusive = new Set([
    'open',
    'adopt',
    'switch',
    'hook',
    'migrate',
    'renew',
    'confirm',
    'take-back',
    'checked',
    'sign-off',
    'prune',
    'recover',
]);
/** One step on the host, as data. */
const step = (scene, id, says, program, input) => ({
    id,
    on: scene.host.name,
    says,
    call: { program, input },
    exclusive: exclusive.has(program),
    interrupt: programs[program].interrupt,
});
/** Carries one step out, shown and timed. Throws a Failure that names the step. */
const perform = async (scene, { id, says, call }, how = {}) => scene.timeline.step(id, says, async (note) => {
    const result = await scene.host.run(call.program, call.input, {
        signal: scene.signal,
        onLine: (line) => {
            if (line.trim() !== '')
                scene.show(`    ${line}`);
        },
        ...how,
    });
    if (!result.ok)
        throw new packages_fault/* Failure */.HR({ step: id, ...result.fault });
    if (how.note !== undefined)
        note(how.note(result.value));
    return result.value;
});

;// CONCATENATED MODULE: ./packages/operations/adoption.ts








/**
 * Where a directory is at `path`, it is looked at; where one was adopted before, its programs are asked for. Where it may be adopted too, what follows reads as if it were a release already:
 * something serves that an undo brings back. Changes nothing.
 */
const withHandMade = async (scene, surveyed) => {
    const { found } = surveyed;
    const { target } = scene;
    if (!found.path.startsWith('directory'))
        return withTheirs(scene, surveyed);
    const { base, path, directory, python } = target;
    const made = await perform(scene, step(scene, 'hand-made', `look at what is at ${path}`, 'hand-made', { base, path, directory, venv: python.venv }), { body: probeBody, note: describeHandMade });
    if (target.adopt !== true)
        return { ...surveyed, made };
    return { ...surveyed, found: asServing(found, made, target.services), made };
};
/** Whoever keeps programs that were adopted may have changed what they are since, and knows of new ones. */
const withTheirs = async (scene, surveyed) => {
    const { found } = surveyed;
    const { base, services } = scene.target;
    if (found.servicesUnder !== 'adopted')
        return surveyed;
    const asking = step(scene, 'their-programs', 'ask who keeps the adopted programs', 'their-programs', {
        base,
        services: services.map(({ name }) => name),
    });
    return { ...surveyed, found: { ...found, theirs: await perform(scene, asking) } };
};
const asServing = (found, made, services) => ({
    ...found,
    previous: idOf(made),
    sharedEnv: made.env ?? found.sharedEnv,
    servicesUnder: 'adopted',
    pace: (0,packages_plan/* paceOf */.x3)(services),
    processes: services.flatMap(({ name }) => {
        const pid = hand_made_programs_programOf(made, name)?.pid;
        return pid === undefined ? [] : [{ service: name, pid, release: idOf(made), verdict: 'ok' }];
    }),
});
const idOf = ({ commit }) => `adopted-${(commit ?? 'unknown').slice(0, 7)}`;
/**
 * What is to be adopted, once preflight has found nothing against it; undefined: nothing is. What outlives releases is what the
 * key `shared` names, and what Django there says: its SQLite files and its MEDIA_ROOT. Faults: APPLICATION_FAILED.
 */
const adoptionOf = ({ target, host }, { made }) => {
    if (made?.commit === undefined || target.adopt !== true)
        return undefined;
    if (made.application === null)
        throw new packages_fault/* Failure */.HR({
            code: 'APPLICATION_FAILED',
            what: `the application in ${target.path} cannot be asked what it keeps there`,
            host: host.name,
            next: `Read the lines above. It is asked with ${target.python.venv}/bin/python and the variables of its .env: what its program sets beside these must stand there, too.`,
        });
    const application = made.application === undefined ? undefined : (0,packages_fault/* must */.sb)(probedOf(made.application));
    const programs = target.services.flatMap(({ name }) => {
        const one = hand_made_programs_programOf(made, name);
        return one === undefined ? [] : [{ service: name, program: one.program, keeper: one.keeper, conf: one.conf }];
    });
    return {
        id: idOf(made),
        commit: made.commit,
        programs,
        application,
        shared: shareable([
            ...declaredShared(target.shared, []),
            ...keptInside(application).map((path) => ({ path, kind: 'file' })),
        ]).map(({ path }) => path),
        env: made.env,
        left: made.left,
    };
};
const keptInside = (application) => application === undefined
    ? []
    : [...application.databases.map(({ inside }) => inside), application.media.inside].filter((inside) => inside !== null && inside !== '.');
/** @param variables the release takes its variables from the host */
const lendStep = (on, { shared, env }, variables) => step(on, 'lend', `let the release see what ${on.target.path} has of ${shared.join(', ') || 'nothing'}`, 'lend', {
    base: on.target.base,
    path: on.target.path,
    env: variables && env !== undefined,
    shared,
});
const adoptStep = (on, number, { id }) => step(on, 'adopt', `note that ${on.target.path} becomes ${id}, and is given back by an undo`, 'adopt', {
    base: on.target.base,
    number,
    path: on.target.path,
    release: id,
});
/** Lets the release that is prepared see what is there. Gives what there is of it. Nothing where nothing is adopted. Faults: PATH_OCCUPIED. */
const lend = async (scene, { adoption }, variables) => adoption === undefined
    ? []
    : perform(scene, lendStep(scene, adoption, variables), {
        note: (lent) => (lent.length === 0 ? 'there is none of it' : lent.join(', ')),
    });
/** What is given back must be what it was, its database too. Throws MIGRATIONS_PENDING. */
const refuseMigration = (adoption, before) => {
    if (adoption === undefined || before === undefined)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'MIGRATIONS_PENDING',
        what: 'the database of the installation that is to be adopted is empty, and the release would fill it',
        next: 'Migrate it there, by hand, and run again: a deploy that adopts changes no database.',
    });
};
/** Notes it in the open transaction: from the switch on it is the release that an undo brings back. Faults: PATH_OCCUPIED, TX_FENCED. */
const adopt = async (scene, number, adoption, lent) => {
    await perform(scene, adoptStep(scene, number, adoption), {
        body: packed(written(scene, adoption, lent), scene.wall()),
    });
};
/** What is written about it on the host, apart from its own files. */
const written = (scene, adoption, lent) => {
    const facts = [...recordFiles(recordOf(scene, adoption, lent))].map(([name, text]) => [name.replace(/^\.landfall\//, ''), text]);
    return new Map([
        ...facts.map(([name, text]) => [name, name === 'release' ? `${text}${keeperFacts(adoption)}` : text]),
        ['programs', adoption.programs.map(({ service, program }) => `${service} ${program}\n`).join('')],
        ['shared', lent.map((path) => `${path}\n`).join('')],
    ]);
};
const keeperFacts = ({ programs: [one] }) => `keeper=${one?.keeper ?? ''}\nsupervisor=${one?.conf ?? ''}\n`;
const recordOf = ({ context, target, wall }, { id, commit, application, env }, lent) => ({
    v: 1,
    id,
    // no release of Landfall's is ever equal to it
    hash: (0,external_node_crypto_.createHash)('sha256').update(`${id} ${commit} ${target.path}`).digest('hex'),
    commit,
    run: { repository: context.repository, id: context.runId, attempt: context.attempt, url: context.url },
    actor: context.actor,
    env: env === undefined ? null : { names: [...env.names], hash: envHash(env.hash) },
    environment: null,
    python: null,
    venv: target.python.venv,
    directory: target.directory,
    services: [...target.services],
    // what people have made has none
    hooks: {},
    shared: [...lent],
    url: target.url ?? null,
    checks: [...target.checks],
    leaves: application === undefined ? [] : [...leavesOf(application)],
    createdAt: wall().toISOString(),
});
/** What becomes of it, for the plan. */
const adoptionNotes = ({ target }, { adoption }) => {
    if (adoption === undefined)
        return [];
    const { id, commit, shared, programs, left } = adoption;
    const keeper = programs[0] === undefined ? 'nobody' : keptBy(programs[0]);
    const stays = left
        .map((path) => path.replace(/\/$/, ''))
        .filter((path) => path !== '.env' && path !== target.python.venv && !shared.some((one) => adoption_covers(one, path)));
    const note = (kind, text) => ({ kind, text });
    return [
        note('detected', `${target.path}, a checkout of ${commit.slice(0, 7)}, is adopted: it becomes releases/${id}, and ${target.path} the link`),
        note('detected', `of it outlives releases: ${shared.join(', ') || 'nothing'}`),
        note('detected', `services stay with ${keeper}: ${programs.map(({ program }) => program).join(', ')}; their files are not edited, and \`command\` is not used`),
        ...(stays.length === 0
            ? []
            : [
                note('warning', `git ignores ${stays.join(', ')}: the new release does not have it, it stays in releases/${id}. Name under \`shared\` what the application needs`),
            ]),
    ];
};
/** The path is the shared one, lies in it, or is what SQLite has beside it. */
const adoption_covers = (shared, path) => path === shared ||
    path.startsWith(`${shared}/`) ||
    (/^-(?:wal|shm|journal)$/.test(path.slice(shared.length)) && path.startsWith(shared));

;// CONCATENATED MODULE: ./packages/operations/approvals.ts
/** As many as are kept: a run with more has been approved again and again. */
const approvals_most = 20;
/**
 * Asks GitHub who approved this run, once a release is to go live by it. It is information and nothing else: nothing waits for an
 * approval here, and nothing is refused for want of one. Undefined: GitHub did not say. Never rejects.
 */
const approvalsOf = async ({ context, github, show, }) => {
    // on a person's machine, or another run than GitHub's
    if (!/^https?:/.test(context.url) || !/^\d+$/.test(context.runId))
        return undefined;
    const answer = await github.approvals(context.runId);
    if (answer.ok)
        return answer.value.slice(-approvals_most);
    show(`    who approved this run is not known: ${answer.why}`);
    return undefined;
};

;// CONCATENATED MODULE: ./packages/journal/destination.ts

const destination_name = (to) => (to === 'previous' ? 'the release before the live one' : `\`${to}\``);
/**
 * Which release a rollback goes to: `previous`, a transaction (`t41`), a commit, or a release's id. What was taken back is never
 * "previous". Of several releases of one commit the newest confirmed one is taken; `several` says so.
 * Faults: `RELEASE_UNKNOWN`, `RELEASE_AMBIGUOUS`.
 */
const destination = (to, history, live, kept) => {
    const known = `On this host are: ${kept.join(', ') || 'none'}.`;
    const gone = (release) => (0,packages_fault/* fail */.fJ)({
        code: 'RELEASE_UNKNOWN',
        what: `${destination_name(to)} is ${release}, which is no longer on the host`,
        next: `Deploy that commit again. ${known}`,
    });
    const take = (release, several = []) => kept.includes(release) ? (0,packages_fault.ok)({ release, several }) : gone(release);
    if (to === 'previous') {
        const previous = history.line.at(-1) === live ? history.line.at(-2) : undefined;
        if (previous === undefined)
            return (0,packages_fault/* fail */.fJ)({
                code: 'RELEASE_AMBIGUOUS',
                what: `the journal names no release before ${live || 'the live one'}`,
                next: `Name the release with \`to\`. ${known}`,
            });
        return take(previous);
    }
    const transaction = /^t(\d+)$/.exec(to)?.[1];
    if (transaction !== undefined) {
        const past = history.transactions.find(({ number, last }) => String(number) === transaction && last === 'confirmed');
        if (past === undefined)
            return (0,packages_fault/* fail */.fJ)({
                code: 'RELEASE_UNKNOWN',
                what: `the journal knows no confirmed transaction ${to}`,
                next: `Name a release or a commit with \`to\`. ${known}`,
            });
        return take(past.release);
    }
    if (kept.includes(to))
        return (0,packages_fault.ok)({ release: to, several: [] });
    const confirmed = history.transactions.filter(({ last }) => last === 'confirmed').map(({ release }) => release);
    const ofCommit = kept.filter((id) => /^[0-9a-f]{7,40}$/.test(to) && to.startsWith(id.slice(0, 7)));
    const newest = confirmed.findLast((release) => ofCommit.includes(release)) ?? (ofCommit.length === 1 ? ofCommit[0] : undefined);
    if (newest === undefined)
        return (0,packages_fault/* fail */.fJ)({
            code: ofCommit.length > 1 ? 'RELEASE_AMBIGUOUS' : 'RELEASE_UNKNOWN',
            what: ofCommit.length > 1
                ? `${destination_name(to)} fits ${ofCommit.join(', ')}, none of them ever confirmed`
                : `${destination_name(to)} is no release on this host`,
            next: `Name one with \`to\`. ${known}`,
        });
    return (0,packages_fault.ok)({ release: newest, several: ofCommit.length > 1 ? ofCommit : [] });
};

;// CONCATENATED MODULE: ./packages/journal/events.ts
const events_names = [
    'opened',
    'switching',
    'switched',
    'confirmed',
    'undone',
    'held',
    'migrating',
    'migrated',
    'checked',
    'told',
    'approved',
    'verified',
];
const events_words = [
    'kind',
    'of',
    'release',
    'previous',
    'repository',
    'workflow',
    'run',
    'attempt',
    'run_number',
    'text',
];
/** The line's value, if it is an event. Keys that are unknown are kept, a missing text is an empty one. */
const eventOf = (value) => {
    if (typeof value !== 'object' || value === null)
        return undefined;
    const found = value;
    const whole = Number.isSafeInteger(found.tx) &&
        typeof found.at === 'number' &&
        events_names.some((name) => name === found.e) &&
        events_words.every((key) => found[key] === undefined || typeof found[key] === 'string');
    if (!whole)
        return undefined;
    const event = value;
    return { ...event, text: Buffer.from((found.text ?? ''), 'base64').toString('utf8') };
};
const events_read = (line) => {
    try {
        return eventOf(JSON.parse(line));
    }
    catch {
        return undefined;
    }
};
/**
 * The events of a journal's text, oldest first. A torn, damaged or unknown line is passed over and counted:
 * it never hides the others. The first line may be cut, for only the journal's end is read.
 */
const readJournal = (text) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const events = lines.flatMap((line) => events_read(line) ?? []);
    return { events, damaged: lines.length - events.length };
};

;// CONCATENATED MODULE: ./packages/journal/line.ts
/** The way ends at this stretch: what came after it is left. */
const cut = ({ line, left }, at) => ({
    line: line.slice(0, at + 1),
    left: new Set([...left, ...line.slice(at + 1).flatMap(({ by }) => by)]),
});
/** One stretch more, or the last one again. Who brought this release before it was left stands in the line again too. */
const append = ({ line, left }, release, by) => {
    const end = line.at(-1);
    if (end?.release !== release)
        return { line: [...line, { release, by }], left };
    return { line: [...line.slice(0, -1), { release, by: [...end.by, ...by] }], left };
};
/** What served when a transaction opened is certain. Where the line ends with something else, lines of the journal are lost. */
const align = (way, previous) => {
    if (previous === '' || way.line.at(-1)?.release === previous)
        return way;
    const at = way.line.findLastIndex(({ release }) => release === previous);
    return at < 0 ? append(way, previous, []) : cut(way, at);
};
const again = (way, { number, release }, before) => {
    const back = before
        .filter((past) => past.release === release && way.left.has(past.number))
        .map((past) => past.number);
    const left = new Set([...way.left].filter((one) => !back.includes(one)));
    return append({ line: way.line, left }, release, [...back, number]);
};
/** A deploy follows; going back leaves what came after the release that it goes back to. */
const line_follow = (way, past, before) => {
    if (past.kind === 'deploy')
        return again(way, past, before);
    const at = way.line.findLastIndex(({ release }) => release === past.release);
    if (at >= 0)
        return append(cut(way, at), past.release, [past.number]);
    // forward again, to what had been left
    if (past.kind !== '' && before.some(({ release }) => release === past.release))
        return again(way, past, before);
    // back to what is older than the journal, or by a transaction whose kind is lost: what was before it cannot be told
    const none = past.kind === '' ? { line: [], left: way.left } : cut(way, -1);
    return append(none, past.release, [past.number]);
};
/** The order in which releases followed one another, from transactions in the order of their numbers. */
const lineOf = (transactions) => {
    let way = { line: [], left: new Set() };
    for (const [at, past] of transactions.entries()) {
        way = align(way, past.previous);
        if (past.last === 'confirmed')
            way = line_follow(way, past, transactions.slice(0, at));
    }
    return { line: way.line.map(({ release }) => release), left: way.left, serving: new Set(way.line.at(-1)?.by) };
};

;// CONCATENATED MODULE: ./packages/journal/word.ts
/**
 * A value as the journal keeps it: hosts leave out values that hold anything but letters, digits and `._:/@#+-`, so everything
 * else, and `+` itself, is written as `+` and the hexadecimal digits of its bytes. No two values give the same word.
 */
const toWord = (value) => encodeURIComponent(value.toWellFormed())
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%', '+');
/** The value of a journal's word. What was not written by {@link toWord} is given back as it is. */
const fromWord = (word) => {
    try {
        return decodeURIComponent(word.replaceAll('%', '%25').replaceAll('+', '%'));
    }
    catch {
        return word;
    }
};

;// CONCATENATED MODULE: ./packages/journal/fold.ts


const begun = (event) => ({
    number: event.tx,
    kind: event.e === 'opened' ? (event.kind ?? 'deploy') : '',
    release: event.release ?? '',
    previous: event.previous ?? '',
    repository: event.repository ?? '',
    workflow: fromWord(event.workflow ?? ''),
    run: event.run ?? '',
    attempt: Number(event.attempt ?? 0),
    runNumber: Number(event.run_number ?? 0),
    last: event.e,
    migrated: event.e === 'migrating' || event.e === 'migrated',
    at: event.at,
});
const goneOn = (known, event) => ({
    ...known,
    last: event.e,
    release: event.release ?? known.release,
    // what was adopted is called a release only after the opening, and is one from the confirm on
    previous: known.previous === '' && event.e === 'confirmed' ? (event.previous ?? '') : known.previous,
    migrated: known.migrated || event.e === 'migrating',
});
/** Who looked at what came of it, heard of it, agreed to it or stands for it changes nothing about it. */
const bystanding = new Set(['checked', 'told', 'approved', 'verified']);
/**
 * Folds events, oldest first, into the history of a host. A program writes its event before it changes the state: killed in
 * between and run again, it writes it twice, or another run opens under the same number. The last word counts.
 */
const fold = ({ events, damaged }) => {
    const byNumber = new Map();
    for (const event of events) {
        if (bystanding.has(event.e))
            continue;
        const known = byNumber.get(event.tx);
        byNumber.set(event.tx, event.e === 'opened' || known === undefined ? begun(event) : goneOn(known, event));
    }
    const transactions = [...byNumber.values()];
    return { transactions, ...lineOf(transactions), damaged };
};

;// CONCATENATED MODULE: ./packages/journal/holder.ts
const holder_originOf = (url) => (URL.canParse(url) ? new URL(url).origin : undefined);
/**
 * Only a run of the claim's own repository, on the claim's own GitHub, may be asked for: an id means another run everywhere else,
 * and one that is completed there would open the target to whoever starts it. A run need not ask for itself.
 */
const askable = (claim, context) => {
    if (claim === undefined || claim.run === '')
        return { ask: false };
    if (claim.repository !== context.repository)
        return { ask: false, why: `${claim.repository} holds it: its runs cannot be asked for from ${context.repository}` };
    if (claim.run === context.runId)
        return { ask: false };
    const [theirs, ours] = [holder_originOf(claim.url), holder_originOf(context.url)];
    if (theirs === undefined || theirs !== ours || !/^\d+$/.test(claim.run))
        return { ask: false, why: 'what holds it is no run of this GitHub' };
    return { ask: true };
};
/**
 * Has the run that holds the target come to its end? Then nobody will confirm what it left open. An attempt after the claim's
 * that is still going takes it up again by itself. An answer about any other run counts for nothing.
 */
const isOver = (claim, run) => run.id === claim.run &&
    run.repository.toLowerCase() === claim.repository.toLowerCase() &&
    run.attempt >= claim.attempt &&
    run.status === 'completed';

;// CONCATENATED MODULE: ./packages/journal/record.ts
const when = ({ at }) => new Date(at * 1000).toISOString();
/** The first line is a name; what follows it is why. */
const signed = (event) => ({ by: event.text.split('\n')[0] ?? '', at: when(event) });
/** Approvals as the journal keeps them: one line of text. */
const approvalsText = (approvals) => approvals.length === 0 ? '' : JSON.stringify(approvals.map(({ environment, by }) => ({ environment, by })));
const isApproval = (value) => {
    const { environment, by } = (value ?? {});
    return typeof environment === 'string' && typeof by === 'string';
};
/** What {@link approvalsText} wrote; nothing where it is something else. */
const record_approvalsOf = (text) => {
    try {
        const value = JSON.parse(text);
        return Array.isArray(value) ? value.filter(isApproval) : [];
    }
    catch {
        return [];
    }
};
/** What the journal keeps of one transaction; undefined: nothing. */
const record_recordOf = (events, number) => {
    const its = events.filter(({ tx }) => tx === number);
    const last = (name) => its.findLast(({ e }) => e === name);
    const [opened, approved, confirmed] = [last('opened'), last('approved'), last('confirmed')];
    const release = its.findLast((event) => event.release !== undefined)?.release;
    if (release === undefined)
        return undefined;
    return {
        transaction: `t${number}`,
        release,
        ...(opened === undefined ? {} : { opened: signed(opened) }),
        approvals: record_approvalsOf(approved?.text ?? ''),
        ...(confirmed === undefined ? {} : { confirmedAt: when(confirmed) }),
        verified: its.filter(({ e }) => e === 'verified').map(signed),
    };
};

;// CONCATENATED MODULE: ./packages/journal/reverted.ts
/** Why a host took a release back without being asked, in words. */
const reasons = {
    silence: 'nobody confirmed it in time',
    reboot: 'the host was started anew before it was confirmed',
    died: 'the program that worked on it died half-way',
};
/** What is older is no news any more: seconds. Hosts have done so before Landfall told of it. */
const age = 7 * 86_400;
const says = ({ number, release, previous, held, by, why }) => {
    const came = held
        ? 'its undo failed, and the target is held for a person'
        : `the host took it back by itself, and ${previous || 'nothing'} serves since`;
    return `t${number} (${release}${by === '' ? '' : `, opened by ${by}`}): ${reasons[why] ?? why}; ${came}`;
};
const said = (event, opened) => {
    const { tx: number, release = '', previous = '', at, text: why, e } = event;
    const when = new Date(at * 1000).toISOString();
    const told = { number, release, previous, held: e === 'held', by: opened?.text.split('\n')[0] ?? '', why };
    return { number, release, previous, held: told.held, at: when, says: `${says(told)} (${when})` };
};
/** All that a host may come to do by itself with a transaction that is about to be opened: each reason, and each end. */
const couldRevert = (opened) => Object.keys(reasons).flatMap((why) => [false, true].map((held) => {
    const { number, release, previous } = opened;
    return { number, release, previous, held, why, says: says({ ...opened, held, why }) };
}));
/**
 * The releases that the host took back by itself and of which nobody was told yet, oldest first. What had switched nothing is
 * no loss to anybody, and what a person has dealt with since is no news. `clock`: seconds, as the events' own.
 */
const revertedOf = (events, clock) => {
    const opened = new Map();
    const switched = new Set();
    const news = new Map();
    for (const event of events) {
        const { tx, e, text, at } = event;
        if (e === 'opened') {
            opened.set(tx, event);
            switched.delete(tx);
        }
        if (e === 'switching' || e === 'switched')
            switched.add(tx);
        const byItself = (e === 'undone' || e === 'held') && Object.hasOwn(reasons, text) && switched.has(tx);
        if (byItself && clock - at < age)
            news.set(tx, said(event, opened.get(tx)));
        else
            news.delete(tx);
    }
    return [...news.values()];
};

;// CONCATENATED MODULE: ./packages/journal/standing.ts
/**
 * Is the newest transaction this caller's? The same run and job, or a later attempt of that run: yes. Another job of the run
 * (a matrix leg) is another caller, except to check, confirm or abort what was left open for a later job.
 */
const own = ({ claim }, context, wish) => {
    if (claim?.repository !== context.repository || claim.run !== context.runId)
        return false;
    if (context.attempt !== claim.attempt)
        return context.attempt > claim.attempt;
    if (claim.token === context.token)
        return true;
    return claim.commit === 'later' && ['smoke', 'confirm', 'abort', 'abort-by-hand'].includes(wish);
};
/** The last deploy of the caller's run. */
const lastDeploy = ({ transactions }, { repository, runId }) => transactions.findLast((past) => past.kind === 'deploy' && past.repository === repository && past.run === runId);
/** The live release is one that this run has prepared, in whatever attempt. */
const preparedHere = ({ release, releases }, { runId }) => releases.some(({ id, preparedBy }) => id === release && preparedBy.some((by) => by.startsWith(`${runId}/`)));
/**
 * Nothing is open. The run's own deploy decides, where the newest transaction is not that: another run's, or a rollback of this
 * run, does not make it unhappen.
 */
const standing_closed = (phase, mine, { found, history, context }) => {
    const deploy = lastDeploy(history, context);
    if (deploy !== undefined && history.left.has(deploy.number))
        return 'rolled-back-own';
    if (mine && found.kind !== 'rollback')
        return `${phase}-own`;
    if (mine && phase === 'confirmed')
        return 'confirmed-own-rollback';
    // a matrix leg of this run is no other run: its newest transaction is what it is
    const ofRun = found.claim?.repository === context.repository && found.claim.run === context.runId;
    if (mine || !ofRun) {
        if (deploy?.last === 'undone')
            return 'undone-own';
        if (deploy !== undefined && history.serving.has(deploy.number))
            return 'confirmed-own';
        // what this run prepared served already, so it opened nothing: that is as good as its own
        if (phase === 'confirmed' && preparedHere(found, context))
            return 'confirmed-own';
    }
    return `${phase}-other`;
};
/** What the caller finds, in the terms of the table. `switching` and `undoing` have been settled by `recover` before this. */
const standing_standing = (found, history, context, wish) => {
    const mine = own(found, context, wish);
    const ours = found.kind === 'rollback' ? 'own-rollback' : 'own';
    switch (found.phase) {
        case 'none':
            return 'none';
        case 'held':
            return 'held';
        case 'open':
            return `open-${mine ? ours : 'other'}`;
        case 'switched':
        case 'switching':
        case 'undoing':
            return `switched-${mine ? ours : 'other'}`;
        case 'confirmed':
        case 'undone':
            return standing_closed(found.phase, mine, { found, history, context });
    }
};
/**
 * May another run's open transaction be taken over? Nothing is switched, and its driver was silent for a minute (it beats every
 * 20 s), or its time is over, or the host was started anew. A switched one is the watchdog's.
 */
const mayTake = (found) => found.phase === 'open' && (found.booted || found.remaining <= 0 || found.silence >= 60);
/** A newer run of the same workflow has deployed here: its number, else nothing. Taken-back ones do not count. */
const newerRun = (history, context) => history.transactions
    .filter(({ kind, last, repository, workflow, number }) => kind === 'deploy' &&
    last === 'confirmed' &&
    repository === context.repository &&
    workflow === context.workflow &&
    !history.left.has(number))
    .map(({ runNumber }) => runNumber)
    .filter((number) => number > context.runNumber)
    .sort((a, b) => b - a)[0];

;// CONCATENATED MODULE: ./packages/journal/states.ts
/**
 * What a caller finds on a host, seen from its own run: whose the newest transaction is, and how far it came. `own` is a deploy of
 * this run, `own-rollback` a rollback of this run, `rolled-back-own` a deploy of this run that was left since.
 */
const standings = (/* unused pure expression or super */ null && ([
    'none',
    'open-own',
    'open-other',
    'switched-own',
    'switched-other',
    'confirmed-own',
    'confirmed-other',
    'undone-own',
    'undone-other',
    'open-own-rollback',
    'switched-own-rollback',
    'confirmed-own-rollback',
    'rolled-back-own',
    'held',
]));
/** What a caller wants: a phase of deploy-over-ssh, or another action. `abort-by-hand`: `abort` in a run that a person started; `sign-off`: a smoke test by which a person vouches for what is confirmed. */
const wishes = (/* unused pure expression or super */ null && ([
    'deploy',
    'prepare',
    'switch',
    'confirm',
    'abort',
    'abort-by-hand',
    'smoke',
    'rollback',
    'sign-off',
]));
const refuse = (code) => ({ refuse: code });
/**
 * Found state decides, not the caller's memory: a re-run replays old outputs. One cell for each state and wish; the type demands
 * a cell for each one added.
 */
const states = {
    none: {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: refuse('TX_NOTHING_SWITCHED'),
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: 'test',
        rollback: refuse('RELEASE_AMBIGUOUS'),
        'sign-off': refuse('RELEASE_AMBIGUOUS'),
    },
    'open-own': {
        deploy: 'resume',
        prepare: 'go',
        switch: 'resume',
        confirm: refuse('TX_NOTHING_SWITCHED'),
        abort: 'undo',
        'abort-by-hand': 'undo',
        smoke: refuse('TX_NOTHING_SWITCHED'),
        rollback: 'undo',
        'sign-off': 'test',
    },
    'open-other': {
        deploy: 'wait',
        prepare: 'go',
        switch: 'wait',
        confirm: refuse('TX_BUSY'),
        abort: refuse('TX_BUSY'),
        'abort-by-hand': 'undo',
        smoke: 'warn-test',
        rollback: 'wait',
        'sign-off': refuse('TX_BUSY'),
    },
    'switched-own': {
        deploy: 'finish',
        prepare: 'go',
        switch: 'finish',
        confirm: 'confirm',
        abort: 'undo',
        'abort-by-hand': 'undo',
        smoke: 'test',
        rollback: 'undo',
        'sign-off': 'test',
    },
    'switched-other': {
        deploy: 'wait',
        prepare: 'go',
        switch: 'wait',
        confirm: refuse('TX_BUSY'),
        abort: refuse('TX_BUSY'),
        'abort-by-hand': 'undo',
        smoke: 'warn-test',
        rollback: 'wait',
        'sign-off': refuse('TX_BUSY'),
    },
    'confirmed-own': {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: 'nothing',
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: 'test',
        rollback: 'open',
        'sign-off': 'test',
    },
    'confirmed-other': {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: refuse('TX_NOTHING_SWITCHED'),
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: 'test',
        rollback: 'open',
        'sign-off': 'test',
    },
    'undone-own': {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: refuse('TX_UNDONE'),
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: refuse('TX_UNDONE'),
        rollback: 'nothing',
        'sign-off': 'test',
    },
    'undone-other': {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: refuse('TX_NOTHING_SWITCHED'),
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: 'test',
        rollback: 'open',
        'sign-off': 'test',
    },
    // a re-run after the rollback's runner was lost goes on with the rollback, and never takes it for the deploy
    'open-own-rollback': {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: refuse('TX_NOTHING_SWITCHED'),
        abort: 'undo',
        'abort-by-hand': 'undo',
        smoke: refuse('TX_NOTHING_SWITCHED'),
        rollback: 'resume',
        'sign-off': 'test',
    },
    'switched-own-rollback': {
        deploy: 'wait',
        prepare: 'go',
        switch: 'wait',
        confirm: 'confirm',
        abort: 'undo',
        'abort-by-hand': 'undo',
        smoke: 'test',
        rollback: 'finish',
        'sign-off': 'test',
    },
    // run again, it must not go back two releases
    'confirmed-own-rollback': {
        deploy: 'open',
        prepare: 'go',
        switch: 'open',
        confirm: 'nothing',
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: 'test',
        rollback: 'nothing',
        'sign-off': 'test',
    },
    'rolled-back-own': {
        deploy: refuse('TX_ROLLED_BACK'),
        prepare: refuse('TX_ROLLED_BACK'),
        switch: refuse('TX_ROLLED_BACK'),
        confirm: refuse('TX_ROLLED_BACK'),
        abort: 'nothing',
        'abort-by-hand': 'nothing',
        smoke: refuse('TX_ROLLED_BACK'),
        rollback: 'nothing',
        'sign-off': 'test',
    },
    held: {
        deploy: refuse('TX_HELD'),
        prepare: 'go',
        switch: refuse('TX_HELD'),
        confirm: refuse('TX_HELD'),
        abort: 'undo',
        'abort-by-hand': 'undo',
        smoke: 'warn-test',
        rollback: refuse('TX_HELD'),
        'sign-off': refuse('TX_HELD'),
    },
};

;// CONCATENATED MODULE: ./packages/journal/index.ts










;// CONCATENATED MODULE: ./packages/operations/gettext-missing.ts
/** What a host lacks to compile these .po files. */
const gettextMissing = ({ programs }, { host }, [first, ...more]) => {
    if (first === undefined || programs.get('msgfmt') !== '')
        return [];
    const all = more.length === 0 ? first : `${first} and ${more.length} more`;
    return [
        {
            where: `host ${host.name}`,
            what: `missing program: msgfmt, by which translations are compiled (${all})`,
            next: 'sudo apt-get install -y gettext',
        },
    ];
};

;// CONCATENATED MODULE: ./packages/operations/manager-unfit.ts

/** What is to run the services: what the target says, else what the host found. */
const managerOf = (found, { manager }) => manager ?? found.servicesUnder;
/** The deploy user's own systemd can run the services only where it lives without a login, the host's only by root's program. */
const manager_unfit_systemd = (found, target) => {
    const wanted = managerOf(found, target);
    const can = {
        supervisor: true,
        systemd: found.manager,
        system: found.systemUnits,
        units: found.systemd,
        adopted: true,
    }[wanted];
    if (target.services.length === 0 || can)
        return [];
    const where = `host ${target.host.name}`;
    return [
        found.systemd
            ? wanted === 'systemd'
                ? {
                    where,
                    what: `the systemd of ${found.user}, which shall run the services, does not answer, or ends with the last login`,
                    next: `sudo loginctl enable-linger ${found.user}`,
                    root: true,
                }
                : {
                    where,
                    what: `${found.user} may not have the host's systemd run the services of ${target.base}`,
                    next: 'run the setup script as root: it installs the program by which the deploy user may, and the line of sudo (docs/setup.md)',
                    root: true,
                }
            : {
                where,
                what: 'no systemd runs on this host, so none can run the services',
                next: 'set `manager: supervisor` in landfall.yml',
            },
    ];
};
/** Programs that were adopted are started at boot by what runs them: services that moved away would run twice. */
const adopted = (found, { manager, path, host }) => found.servicesUnder !== 'adopted' || manager === undefined
    ? []
    : [
        {
            where: `host ${host.name}`,
            what: `the services of ${path} stay with the programs that were adopted; manager: ${manager} would start them a second time`,
            next: 'leave manager out',
        },
    ];
/** What services are whose units Landfall does not write; undefined: it writes them. */
const withoutLimits = (manager) => ({
    supervisor: 'programs of a supervisord, which has no units',
    units: "root's own units, which Landfall does not write",
    adopted: 'what was adopted, which stays as it is',
    systemd: undefined,
    system: undefined,
})[manager];
/** Settings of units in landfall.yml that nobody would read. Those of a file are left alone: the plan says so. */
const unitless = (found, target) => {
    const manager = managerOf(found, target);
    const kind = withoutLimits(manager);
    if (kind === undefined)
        return [];
    return target.services
        .filter(({ name, unit = [] }) => {
        const described = target.serviceFiles.find(({ service }) => service === name)?.limits ?? [];
        return unit.some((line) => !described.includes(line));
    })
        .map(({ name }) => ({
        where: `landfall.yml, services.${name}.unit`,
        what: `the services of ${target.base} are ${kind}`,
        next: `${manager === 'adopted' ? '' : 'set `manager: systemd` or `manager: system`, or '}take \`unit\` away`,
    }));
};
/** Why what is to run the services cannot, here or as landfall.yml has it. */
const managerUnfit = (found, target, back = false) => [
    ...manager_unfit_systemd(found, target),
    ...adopted(found, target),
    ...adoptedProblems(found, target, back),
    ...unitless(found, target),
];

;// CONCATENATED MODULE: ./packages/operations/python-missing.ts
/**
 * Debian and Ubuntu have no package of uv; the index that pip asks has it. Its own folder keeps it apart from what the application
 * needs, and nothing of it is root's.
 */
const installUv = 'python3 -m venv ~/.local/uv && ~/.local/uv/bin/pip install uv && mkdir -p ~/.local/bin && ln -s ~/.local/uv/bin/uv ~/.local/bin/uv';
/** What a host lacks to make a Python environment by this installer; undefined: the release needs none. */
const pythonMissing = ({ python, user }, { python: { version }, host }, installer) => {
    if (installer === undefined)
        return [];
    const where = `host ${host.name}`;
    return [
        ...(python.version === ''
            ? [
                {
                    where,
                    what: `missing program: ${version}`,
                    next: `sudo apt-get install -y ${version} ${version}-venv`,
                    root: true,
                },
            ]
            : []),
        ...(installer === 'pip' && python.version !== '' && python.pip === ''
            ? [
                {
                    where,
                    what: `${version} has no venv module`,
                    next: `sudo apt-get install -y ${version}-venv`,
                    root: true,
                },
            ]
            : []),
        ...(installer === 'uv' && python.uv === ''
            ? [
                {
                    where,
                    what: `missing program: uv, by which uv.lock is installed (looked for on the PATH and in ~/.local/bin of ${user})`,
                    next: `as ${user}: ${installUv} (or name a requirements file in the key \`python.requirements\`)`,
                },
            ]
            : []),
    ];
};

;// CONCATENATED MODULE: ./packages/operations/space-missing.ts

/** A virtual environment with a few packages: measured 120 MB for Django, gunicorn and pip. */
const environmentBytes = 250_000_000;
const environmentFiles = 8_000;
/** What a host lacks of room for the release. */
const spaceMissing = (found, { base, host }, needs) => {
    const builds = needs.installer !== undefined && !needs.built;
    const bytes = Math.ceil(needs.bytes * 1.2) + (builds ? environmentBytes : 0) + 2_000_000;
    const files = Math.ceil(needs.files * 1.2) + (builds ? environmentFiles : 0) + 100;
    const where = `host ${host.name}`;
    const next = `df -h ${found.baseNearest.path}; du -xsh ${base}/* | sort -h`;
    return [
        ...(found.free.bytes < bytes
            ? [
                {
                    where,
                    what: `${(0,packages_plan/* renderBytes */.UP)(found.free.bytes)} free at ${found.baseNearest.path}, ${(0,packages_plan/* renderBytes */.UP)(bytes)} needed`,
                    next,
                },
            ]
            : []),
        // file systems that have no inodes to count (btrfs) report 0
        ...(found.free.inodes > 0 && found.free.inodes < files
            ? [
                {
                    where,
                    what: `${found.free.inodes} inodes free at ${found.baseNearest.path}, ${files} needed`,
                    next: `df -i ${found.baseNearest.path}`,
                },
            ]
            : []),
    ];
};

;// CONCATENATED MODULE: ./packages/operations/units.ts




/** Do units that root has written run the services, or shall they? */
const wanted = (found, target) => managerOf(found, target) === 'units';
/** Where that is so, now or after this deploy, the host is asked for them. Changes nothing. */
const withUnits = async (scene, surveyed) => {
    const { found } = surveyed;
    const { target } = scene;
    if (!wanted(found, target) && found.servicesUnder !== 'units')
        return surveyed;
    const services = wanted(found, target) ? target.services.map(({ name }) => name) : [];
    const units = await perform(scene, step(scene, 'units', 'look at the units of the services', 'units', { base: target.base, services }), { note: (at) => at.units.map(({ name }) => name).join(', ') || 'there are none' });
    return { ...surveyed, found: { ...found, units } };
};
/** Started at boot by something else than Landfall. */
const atBoot = ({ is }) => ['WantedBy', 'RequiredBy', 'UpheldBy'].some((key) => unit_reasons_words(is.get(key)).length > 0);
const nameOf = ({ name }) => name.replace(/\.service$/, '');
/**
 * Why the units cannot run the services as they are, all reasons together; none: they can, or others are to. Whoever goes back in need
 * is held up only by what cannot work at all.
 */
const unitsUnfit = (found, target, back = false) => {
    if (found.units === undefined || !found.systemd)
        return [];
    const where = `host ${target.host.name}`;
    const reasons = wanted(found, target) ? units_unfit(found, found.units, target, back) : left(found, found.units, target);
    return reasons.map((one) => ({ where, ...one }));
};
const units_unfit = (found, { units, barred, sudo }, target, back) => {
    const { path, base, services } = target;
    const { user } = found;
    const names = services.map(({ name }) => `${name}.service`);
    return [
        ...services.flatMap((service) => {
            const unit = units.find((one) => nameOf(one) === service.name);
            if (unit === undefined || unit.is.get('LoadState') !== 'loaded')
                return [units_absent(service.name, unit)];
            const needs = { user, path, base, service, units: names };
            return [
                ...defined(unit, needs),
                ...(back ? rootReasons(unit, needs) : [...unitReasons(unit, needs), ...boots(unit, found)]),
            ];
        }),
        ...(barred.length === 0 ? [] : [mayNot(user, path, { barred, sudo })]),
    ];
};
const units_absent = (service, unit) => {
    const state = unit?.is.get('LoadState') ?? 'not-found';
    const file = `/etc/systemd/system/${service}.service`;
    return state === 'not-found'
        ? {
            what: `the system has no unit ${service}.service`,
            next: `name the service as its unit is named; or, as root, write ${file}, then: systemctl daemon-reload`,
        }
        : {
            what: `${service}.service cannot be started: it is ${state}`,
            next: `systemctl status ${service}.service says why`,
        };
};
/** What its file must say for its processes to be those of the release that `path` leads to, and to be told as such. */
const defined = (unit, { user, path, base }) => {
    const { name, is } = unit;
    const get = (key) => is.get(key) ?? '';
    const through = (where) => [path, `${base}/current`].some((root) => where === root || where.startsWith(`${root}/`));
    const program = /^\{ path=(.*?) ; /.exec(get('ExecStart'))?.[1] ?? '';
    const folder = get('WorkingDirectory').replace(/^[-!]/, '');
    const reason = (when, what, next) => when ? [{ what: `${name} ${what}`, next }] : [];
    return [
        ...reason(get('Id') !== name, `is another name of ${get('Id')}`, `name the service ${get('Id').replace(/\.service$/, '')}`),
        ...reason(get('User') !== user || get('DynamicUser') === 'yes', `runs as ${get('DynamicUser') === 'yes' ? 'a user of its own' : get('User') || 'root'}: which release it runs can be told of processes of ${user} alone`, edit(unit, `User=${user}`)),
        ...reason(!through(folder), `works in ${folder || '/'}, which does not lead through ${path}: it would not change with the release`, edit(unit, `WorkingDirectory=${path}`)),
        ...reason(!through(program) && !/^\/(?:usr|bin|sbin)\//.test(program), `starts ${program || 'nothing'}, which is neither the system's nor leads through ${path}: it would not change with the release`, `let ExecStart call what the release has, for one ${path}/.venv/bin/gunicorn`),
    ];
};
/** Where nobody recovers at boot, it must start by itself. */
const boots = (unit, { manager, user }) => manager || atBoot(unit)
    ? []
    : [
        {
            what: `${unit.name} is not started at boot, neither by systemd nor by ${user}, who does not linger`,
            next: `systemctl enable ${unit.name}`,
        },
    ];
/** Services that move away from their units: at the next boot they would run twice, and until then these must be stopped. */
const left = ({ user }, { units, barred, sudo }, { path, manager }) => [
    ...units.filter(atBoot).map(({ name }) => ({
        what: `${name} is started at boot: with manager: ${manager ?? ''} its service would then run twice`,
        next: `systemctl disable ${name}`,
    })),
    ...(barred.length === 0 ? [] : [mayNot(user, path, { barred, sudo })]),
];
/** Units that run no service any more. */
const formerUnits = (found, { services }) => (found.units?.units ?? [])
    .filter((unit) => atBoot(unit) && !services.some(({ name }) => name === nameOf(unit)))
    .map(({ name }) => ({
    kind: 'warning',
    text: `${name} runs no service any more: the switch stops it, but it starts at each boot, until the host has stopped it again. systemctl disable ${name}`,
}));

;// CONCATENATED MODULE: ./packages/operations/preflight.ts








/** What the programs on a host call, and the package of Debian and Ubuntu that brings it. */
const preflight_packages = {
    flock: 'util-linux',
    setsid: 'util-linux',
    tar: 'tar',
    gzip: 'gzip',
    sha256sum: 'coreutils',
    timeout: 'coreutils',
    sed: 'sed',
    awk: 'mawk',
    find: 'findutils',
    grep: 'grep',
    supervisord: 'supervisor',
    supervisorctl: 'supervisor',
};
/** The programs that a host must have for this target. */
const neededPrograms = ({ python, tellsItself }) => [
    ...Object.keys(preflight_packages),
    python.version,
    'msgfmt',
    ...(tellsItself === true ? ['curl', 'python3'] : []),
];
/** The needs of a release that lies on the host already. */
const nothingMore = ({ env }) => ({
    bytes: 0,
    files: 0,
    installer: undefined,
    built: true,
    variables: env.require,
    translations: [],
});
/**
 * Everything that the host lacks for this release, together and before anything changes, each with the line that mends it.
 * Faults: PATH_OCCUPIED where something of somebody else's is at `path`, else PREFLIGHT.
 */
const preflight = (found, target, needs, made) => {
    const occupied = occupation(found, target, made);
    const problems = [
        ...occupied,
        ...rights(found, target),
        ...missing(found, target),
        ...pythonMissing(found, target, needs.installer),
        ...gettextMissing(found, target, needs.translations),
        ...managerUnfit(found, target, needs.back),
        ...unitsUnfit(found, target, needs.back),
        ...spaceMissing(found, target, needs),
        ...ports(found, target),
        ...variables(target, needs),
        ...slow(found, target),
    ];
    if (problems.length === 0)
        return (0,packages_fault.ok)(undefined);
    return (0,packages_fault/* fail */.fJ)({
        code: occupied.length > 0 ? 'PATH_OCCUPIED' : 'PREFLIGHT',
        what: problems.length === 1 ? (problems[0]?.what ?? '') : `the host lacks ${problems.length} things`,
        next: 'Mend each as said, on the host or in landfall.yml, and run again. Nothing was changed.',
        problems,
    });
};
const occupation = (found, target, made) => [
    ...(made !== undefined && target.adopt === true
        ? adoptionProblems(found, target, made)
        : pathOccupied(found, target, made)),
    ...(found.base === 'file'
        ? [
            {
                where: `host ${target.host.name}`,
                what: `${target.base}, where releases and state shall be, is a file`,
                next: `it is not touched: set another base, or move it away yourself: mv ${target.base} ${target.base}.before`,
            },
        ]
        : []),
];
const pathOccupied = (found, { path, base, host }, made) => {
    if (found.path === 'absent' || found.path === `link ${base}/current`)
        return [];
    const [kind = '', ...rest] = found.path.split(' ');
    const what = kind === 'link'
        ? `${path} is a link to ${rest.join(' ')}, not to ${base}/current`
        : kind === 'directory'
            ? `${path} is a directory that Landfall did not make; it holds: ${rest.join(' ').trim() || 'nothing'}${made === undefined ? '' : ` (${describeHandMade(made)})`}`
            : `${path} is a file`;
    return [
        {
            where: `host ${host.name}`,
            what,
            next: `it is not touched: ${made === undefined ? '' : 'let the first deploy take it over (`adopt: true`, docs/adopting.md), '}set another path, or move it away yourself: mv ${path} ${path}.before`,
        },
    ];
};
const rights = (found, { path, base, host }) => {
    const where = `host ${host.name}`;
    return [
        ...(found.path === 'absent' && !found.parent.writable
            ? [
                {
                    where,
                    what: `${found.user} may not write in ${found.parent.path}, where the link ${path} shall be`,
                    next: `sudo ln -s ${base}/current ${path}`,
                    root: true,
                },
            ]
            : []),
        ...(found.baseNearest.writable
            ? []
            : [
                {
                    where,
                    what: `${found.user} may not write in ${found.baseNearest.path}, where ${base} shall be`,
                    next: `sudo install -d -o ${found.user} ${base}`,
                    root: true,
                },
            ]),
    ];
};
const missing = (found, target) => {
    const { host } = target;
    const where = `host ${host.name}`;
    const supervised = target.services.length > 0 && managerOf(found, target) === 'supervisor';
    const absent = Object.keys(preflight_packages).filter((name) => found.programs.get(name) === '' && (supervised || preflight_packages[name] !== 'supervisor'));
    const wanted = [...new Set(absent.map((name) => preflight_packages[name] ?? name))];
    return [
        ...(absent.length === 0
            ? []
            : [
                {
                    where,
                    what: `missing programs: ${absent.join(', ')}`,
                    next: `sudo apt-get install -y ${wanted.join(' ')}`,
                    // what else is looked for here no Debian lacks, and the setup script does not bring it
                    ...(wanted.includes('supervisor') ? { root: true } : {}),
                },
            ]),
    ];
};
/** An undo has to stop either release, and to bring the other up. */
const slow = (found, { services }) => {
    const what = (0,packages_plan/* tooSlow */.gn)((0,packages_plan/* paceOf */.x3)(services), found.pace);
    if (what === undefined)
        return [];
    return [
        {
            where: 'services',
            what: `with the release that serves, ${what}`,
            next: 'lower `drain` or `boot` of these services; where those of the release that serves are longer, lower them in a deploy before',
        },
    ];
};
/** A port that a service wants is free, or held by that very service of the live release. */
const ports = (found, { services, host }) => services.flatMap(({ name, listen }) => {
    const port = Number(listen?.split(':').at(-1));
    if (listen === undefined || !found.listening.includes(port))
        return [];
    if (found.processes.some(({ service, verdict }) => service === name && verdict !== 'missing'))
        return [];
    return [
        {
            where: `host ${host.name}`,
            what: `port ${port}, which ${name} shall listen on, is taken`,
            next: `ss -ltnp 'sport = :${port}' shows by whom`,
        },
    ];
});
const variables = ({ env, base, host }, needs) => {
    const absent = env.require.filter((name) => !needs.variables.includes(name));
    if (absent.length === 0)
        return [];
    return [
        {
            where: `host ${host.name}`,
            what: `missing or empty environment variables: ${absent.join(', ')}`,
            next: `add them to ${base}/shared/.env on the host, or give the input env-file`,
        },
    ];
};

;// CONCATENATED MODULE: ./packages/operations/refusal.ts

const next = {
    TX_NOTHING_SWITCHED: 'Switch first: `phase: switch`, or a deploy with `commit: later`, in this run.',
    TX_UNDONE: 'Re-run all jobs, so that the release is deployed anew; re-running only the failed ones cannot bring it back.',
    TX_ROLLED_BACK: 'Start a new run for the commit that shall serve: this one was left on purpose.',
    TX_HELD: 'Look at the host. When it is mended, take the transaction back again by the line above, or by `phase: abort`.',
    RELEASE_AMBIGUOUS: 'Deploy first: nothing was ever deployed here.',
};
/** The fault for what the table of found states refuses, naming who is in the way and the line that undoes by hand. */
const refusal = (code, wish, found, undoLine) => {
    const who = found.claim === undefined ? '' : `, opened by ${found.claim.actor} (${found.claim.url || found.claim.run})`;
    const what = {
        TX_BUSY: `${wish}: t${found.number} is ${found.phase} and another run's${who}`,
        TX_HELD: `${wish}: t${found.number} is held, for its undo failed${who}`,
        TX_UNDONE: `${wish}: what this run deployed was undone; ${found.current || 'nothing'} serves`,
        TX_ROLLED_BACK: `${wish}: what this run deployed was rolled back since; ${found.current || 'nothing'} serves`,
        TX_NOTHING_SWITCHED: `${wish}: this run has switched nothing; t${found.number} is ${found.phase}`,
        RELEASE_AMBIGUOUS: `${wish}: no release was ever deployed here`,
    };
    return new packages_fault/* Failure */.HR({
        code,
        what: what[code] ?? `${wish}: refused`,
        said: code === 'TX_BUSY' || code === 'TX_HELD' ? [undoLine] : [],
        next: next[code] ??
            `Wait for that run, or take its transaction back: by \`phase: abort\` in a run that a person starts (workflow_dispatch), or by hand: ${undoLine}`,
    });
};

;// CONCATENATED MODULE: ./packages/operations/survey.ts






/** `user@host:port` for ssh's -J, where an IPv6 address stands in brackets. */
const jump = ({ user, address, port }) => `${user}@${address.includes(':') ? `[${address}]` : address}${port === 22 ? '' : `:${port}`}`;
/** The line that a person pastes to take a transaction back, without Landfall and without GitHub. */
const undoLine = ({ target: { host, via, base } }, number) => [
    'ssh',
    ...(via.length === 0 ? [] : ['-J', via.map(jump).join(',')]),
    ...(host.port === 22 ? [] : ['-p', host.port]),
    `${host.user}@${host.address}`,
    `sh ${base}/.landfall/undo t${number}`,
].join(' ');
/** Reads the host, and changes nothing. */
const look = async ({ host, target, signal }) => (0,packages_fault/* must */.sb)(await host.run('look', { base: target.base, path: target.path, python: target.python.version, programs: neededPrograms(target) }, { signal }));
/** Judges what was read by the table of found states. Throws the refusal where it says so. */
const survey_judge = (scene, wish, found) => {
    const history = fold(readJournal(found.journal));
    const where = standing_standing(found, history, scene.context, wish);
    const answer = states[where][wish];
    if (typeof answer === 'object')
        throw refusal(answer.refuse, wish, found, undoLine(scene, found.number));
    return { found, history, standing: where, answer };
};
/** Lets the host finish what was left half-way; that an undo fails there does not stop the reading: the state says `held`. Gives how it stands if that was so already. */
const recover = async (scene) => {
    const recovery = step(scene, 'recover', 'let the host finish what was left half-way', 'recover', {
        base: scene.target.base,
    });
    try {
        const stands = await perform(scene, recovery, {
            note: ({ phase, number }) => (number === 0 ? 'nothing was ever deployed' : `t${number} is ${phase}`),
        });
        return stands.untouched ? { number: stands.number, phase: stands.phase } : undefined;
    }
    catch (thrown) {
        if ((0,packages_fault/* faultOf */.Kl)(thrown).code !== 'UNDO_FAILED')
            throw thrown;
        return undefined;
    }
};
/** Recovers and reads side by side: what was read counts where nothing had to be finished, which is nearly always. */
const recoverAndLook = async (scene) => {
    const reading = () => scene.timeline.step('look', 'read the state of the host', () => look(scene));
    const [recovered, read] = await Promise.allSettled([recover(scene), reading()]);
    if (recovered.status === 'rejected') {
        const { code } = (0,packages_fault/* faultOf */.Kl)(recovered.reason);
        // where nothing was ever deployed there was nothing to finish: that nothing can be written there preflight tells, with all else
        if (code === 'PREFLIGHT' && read.status === 'fulfilled' && read.value.number === 0)
            return read.value;
        throw recovered.reason;
    }
    const stands = recovered.value;
    if (stands === undefined)
        return reading();
    if (read.status === 'rejected')
        throw read.reason;
    const same = stands.number === read.value.number && stands.phase === read.value.phase;
    return same ? read.value : reading();
};
/** What every action begins with: the host finishes what was left half-way, and is read and judged. A dry run only reads. */
const survey = async (scene, wish, { dry = false } = {}) => {
    const found = dry
        ? await scene.timeline.step('look', 'read the state of the host', () => look(scene))
        : await recoverAndLook(scene);
    // before judging: also a run that is refused tells what nobody was told
    news(scene, found);
    const surveyed = survey_judge(scene, wish, found);
    if (surveyed.history.damaged > 1)
        warn(scene, `${surveyed.history.damaged} lines of the host's journal are damaged and were passed over`);
    if (surveyed.answer === 'warn-test')
        warn(scene, `t${found.number} is ${found.phase}: ${found.claim?.actor ?? 'another run'} is at work (${found.claim?.url ?? ''})`);
    return surveyed;
};
/** What the host did by itself, for whoever reads this run's summary. */
const news = (scene, found) => {
    const reverted = revertedOf(readJournal(found.journal).events, found.clock);
    if (reverted.length === 0)
        return;
    scene.evidence.reverted = reverted;
    for (const { says } of reverted)
        warn(scene, says);
};
const warn = (scene, text) => {
    scene.evidence.notes = [...scene.evidence.notes, { kind: 'warning', text }];
    scene.show(`! ${text}`);
};

;// CONCATENATED MODULE: ./packages/operations/check.ts



/** Asks from outside whether the release serves. Throws CHECK_FAILED. */
const checkOutside = async (scene, deadline) => {
    const { target, timeline, evidence, clock, env, files, host, signal, show } = scene;
    const checks = target.checks;
    if (checks.length === 0) {
        evidence.notes = [
            ...evidence.notes,
            { kind: 'warning', text: 'not checked from outside: there is no url and no check' },
        ];
        return;
    }
    await timeline.step('checks', 'check the release from outside', async (note) => {
        const checked = await runChecks(checks, {
            ...(target.url === undefined ? {} : { url: target.url }),
            ...outside,
            clock,
            env,
            read: files,
            ...(host === undefined ? {} : { reach: (to, until) => host.reach(to, until) }),
            signal,
            ...(deadline === undefined ? {} : { deadline }),
            show: (line) => {
                show(`    ${line}`);
            },
        });
        evidence.checks = checked;
        note(`${checked.filter(({ ok }) => ok).length} of ${checked.length} passed`);
        const failure = failureOf(checked);
        if (failure !== undefined)
            throw failure;
    });
    signal.throwIfAborted();
};
/** What checks that failed come to; undefined: none did. The first is named, for the others may have failed because of it. */
const failureOf = (checked) => {
    const red = checked.filter(({ ok }) => !ok);
    const [first, ...others] = red;
    if (first === undefined)
        return undefined;
    const more = others.length === 0 ? '' : `; ${others.length} more of ${checked.length} failed after it`;
    return new packages_fault/* Failure */.HR({
        code: 'CHECK_FAILED',
        what: `the check ${first.says} failed: ${first.found ?? ''}${more}`,
        step: 'checks',
        said: red.map(({ says, found }) => `${says}: ${found ?? 'failed'}`),
        next: 'Read what was found instead, mend the release (or the check, under `smoke`), and deploy again.',
    });
};
/** What is wrong with the processes of a release; empty: each service has one, and all run it. */
const strays = (found, release, services) => [
    ...(found.current === release ? [] : [`current leads to ${found.current || 'nothing'}, not to ${release}`]),
    ...services
        .filter((name) => !found.processes.some(({ service }) => service === name))
        .map((name) => `${name}: no process was found`),
    ...found.processes
        .filter(({ verdict, release: runs }) => verdict !== 'ok' || runs !== release)
        .map(({ service, pid, release: runs, verdict }) => verdict === 'missing'
        ? `${service}: no process runs`
        : services.includes(service)
            ? `${service}: process ${pid} runs ${runs}`
            : `${service}: is no service of ${release}, and runs (process ${pid} on ${runs})`),
];
/** The pids of each service. */
const pidsOf = (processes) => {
    const pids = new Map();
    for (const { service, pid } of processes)
        pids.set(service, (pids.get(service) ?? new Set()).add(pid));
    return pids;
};
/**
 * Proves from outside the application which release each process runs. Where the processes after the switch are known, each
 * service must still have one of them: a service that was started anew since is in a crash loop. Throws SWITCH_FAILED.
 */
const checkProcesses = async (scene, release, services) => scene.timeline.step('processes', 'ask which release each process runs', async (note) => {
    const found = await look(scene);
    const before = pidsOf(scene.evidence.processes);
    const now = pidsOf(found.processes);
    const restarted = [...before].filter(([service, pids]) => ![...pids].some((pid) => now.get(service)?.has(pid) === true));
    const wrong = [
        ...strays(found, release, services),
        ...restarted.map(([service]) => `${service}: it ended and was started again since the switch`),
    ];
    scene.evidence.processes = found.processes;
    if (wrong.length > 0)
        throw new packages_fault/* Failure */.HR({
            code: 'SWITCH_FAILED',
            what: `not every process is on ${release}`,
            host: scene.host.name,
            said: wrong,
            next: 'Look at the service’s log below <base>/shared/logs on the host.',
        });
    note(`${found.processes.length} on ${release}`);
    return found;
});

;// CONCATENATED MODULE: ./packages/operations/confirm.ts




const confirmStep = (scene, number) => step(scene, 'confirm', `confirm t${number}`, 'confirm', { base: scene.target.base, number });
/** The release stays: the commit point. `found` is what was read of the host just before. Then what nobody needs any more is deleted. Faults: TX_LATE, TX_FENCED. */
const confirm_confirm = async (scene, number, found, signal = scene.signal) => {
    const { release } = await perform(scene, confirmStep(scene, number), { signal, note: (at) => `${at.release} stays` });
    scene.evidence.release = release;
    scene.evidence.undo = confirmed(scene.evidence.undo);
    await prune(scene, number, found, signal);
};
/** Confirmed: the host does nothing by itself any more. The line still works, unless there is nothing to go back to. */
const confirmed = (undo) => undo?.to === undefined ? undefined : { line: undo.line, to: undo.to };
/** What the journal and the folders say together. */
const shelf = (found, keep) => {
    const { transactions } = fold(readJournal(found.journal));
    const latest = [...transactions].reverse();
    const preparedAt = (release) => found.releases.find(({ id }) => id === release)?.at ?? 0;
    return prunable({
        releases: found.releases.map((one) => ({ ...one, age: found.clock - one.at })),
        // the newest has been confirmed since this was read
        confirmed: [
            ...new Set([found.release, ...latest.filter(({ last }) => last === 'confirmed').map(({ release }) => release)]),
        ],
        // one that was prepared again since it was opened is waiting again
        opened: transactions.filter(({ release, at }) => at >= preparedAt(release)).map(({ release }) => release),
        needed: [
            ...[found.current, found.release, found.previous].filter((id) => id !== ''),
            // people have made it, and may keep in it what Landfall knows nothing of
            ...found.releases.map(({ id }) => id).filter((id) => id.startsWith('adopted-')),
        ],
        environments: found.environments,
        keep,
    });
};
/** Keeps what `keep` says. It comes last and can fail without harm: creating files soon after a big deletion is slow. */
const prune = async (scene, number, found, signal) => {
    const { releases, environments } = shelf(found, scene.target.keep);
    if (releases.length + environments.length === 0)
        return;
    try {
        await scene.timeline.step('prune', `delete what is older than the ${scene.target.keep} releases kept`, async (note) => {
            const base = scene.target.base;
            for (const [what, ids] of [
                ['releases', releases],
                ['envs', environments],
            ]) {
                if (ids.length === 0)
                    continue;
                const result = await scene.host.run('prune', { base, number, what, ids }, { signal });
                if (!result.ok)
                    throw new Error(result.fault.what);
            }
            note(`${releases.length} releases, ${environments.length} environments`);
        });
    }
    catch (thrown) {
        warn(scene, `old releases were not all deleted: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
};

;// CONCATENATED MODULE: ./packages/operations/hook.ts


/** What the program itself needs beside its hook: to get the mutex, and to end one that does not end. Seconds. */
const apart = 90;
const hookStep = (on, number, moment, hooks) => {
    const hook = hooks[moment];
    if (hook === undefined)
        return undefined;
    return step(on, moment, `hook ${moment}: ${hook.command.join(' ')}`, 'hook', {
        base: on.target.base,
        number,
        moment,
        limit: Math.ceil(hook.timeout / 1000) + apart,
    });
};
/** The hook's part of a plan: one step, or none. */
const hookWave = (...of) => {
    const one = hookStep(...of);
    return one === undefined ? [] : [[one]];
};
/**
 * Runs the release's hook for this moment, if it has one. After a switch the host counts its time to confirm from the end of the hook.
 * Faults: HOOK_FAILED; TX_LATE and TX_FENCED where the transaction is not this caller's any more.
 */
const runHook = async (scene, number, moment, hooks) => {
    const one = hookStep(scene, number, moment, hooks);
    if (one === undefined)
        return;
    const { remaining } = await perform(scene, one);
    const { evidence, wall } = scene;
    if (evidence.undo?.by !== undefined)
        evidence.undo = { ...evidence.undo, by: new Date(wall().getTime() + remaining * 1000).toISOString() };
};
/** What of its hooks keeps a switched release from being confirmed, in words. The run that switched may have died in one. */
const hookDue = ({ hookDue: due, release }) => due ? [`the hook after-switch of ${release} has not ended well`] : [];
/** Throws HOOK_FAILED where {@link hookDue} says something. */
const refuseDue = (found) => {
    for (const what of hookDue(found))
        throw new packages_fault/* Failure */.HR({
            code: 'HOOK_FAILED',
            what,
            next: 'Look at the log of the run that switched, and deploy again.',
        });
};

;// CONCATENATED MODULE: ./packages/operations/baseline.ts



/** Asks the release that is back what passed on it before, for at most so many ms. Throws UNDO_FAILED: the target is held. */
const recheck = async (scene, baseline, budget) => {
    const checked = await scene.timeline.step('recheck', 'check the release that is back', () => check(scene, baseline, scene.deadline(budget)));
    const red = checked.filter(({ ok }) => !ok);
    if (red.length === 0)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'UNDO_FAILED',
        what: `${scene.evidence.release ?? ''} is back, but ${red.length} checks that passed on it before fail now`,
        said: red.map(({ says, found }) => `${says}: ${found ?? 'failed'}`),
        next: 'Look at the database and at what else the release may have changed: a person must decide.',
    });
};
const check = (scene, checks, signal) => runChecks(checks, {
    ...(scene.target.url === undefined ? {} : { url: scene.target.url }),
    ...outside,
    clock: scene.clock,
    env: scene.env,
    read: scene.files,
    reach: (to, until) => scene.host.reach(to, until),
    signal,
    show: (line) => {
        scene.show(`    ${line}`);
    },
});
/** Notes on the host that what an undo brought back was asked from outside. No run fails by it: whoever overtook it asks for himself. */
const noteChecked = async (scene, number) => {
    await scene.host.run('checked', { base: scene.target.base, number }, { signal: scene.deadline(20_000) });
};
/**
 * What the running release may be asked: the checks before the first one that sends something. What posts or uploads would leave its
 * traces twice, in a release that is about to be replaced; and those after it may need what it has saved. Nothing is measured.
 */
const questions = (checks) => {
    const sends = checks.findIndex(({ method, body, data, file }) => !['GET', 'HEAD'].includes(method) || [body, data, file].some((sent) => sent !== undefined));
    return checks.slice(0, sends < 0 ? checks.length : sends).map((check) => ({ ...check, repeat: 1, p95: undefined }));
};
/**
 * Which checks pass on the running release: what an undo must bring back. One try each. Where the host has undone something by itself
 * before, this is the first look at it from outside.
 */
const baselineOf = async (scene, { number, unchecked }) => {
    const checks = questions(scene.target.checks);
    if (checks.length === 0)
        return [];
    const once = checks.map((check) => ({ ...check, within: 0 }));
    const checked = await scene.timeline.step('baseline', 'check the running release', async (note) => {
        const all = await check(scene, once, scene.signal);
        const red = all.filter(({ ok }) => !ok).length;
        note(red === 0 ? `${all.length} of ${all.length} pass` : `${red} of ${all.length} fail already`);
        return all;
    });
    const green = checks.filter((_, at) => checked[at]?.ok === true);
    if (unchecked) {
        if (green.length === checks.length)
            await noteChecked(scene, number);
        else
            warn(scene, `t${number} brought back what serves, and not all checks pass on it`);
    }
    return green;
};

;// CONCATENATED MODULE: ./packages/operations/undo.ts





/** The budget for what is not cut by a cancel any more: post has 4 minutes. */
const budget = 240_000;
/**
 * How long the host's undo is waited for: ms. Its hook runs first, what it stops may finish, and what it starts comes up as this
 * release does, for all that is known.
 */
const undoBudget = ({ services, hooks }) => {
    const pace = (0,packages_plan/* paceOf */.x3)(services);
    return budget + (hooks['before-undo']?.timeout ?? 0) + (0,packages_plan/* stops */.Gb)(pace) + pace.boot;
};
/**
 * Runs the host's own undo of the transaction, at once. What passed on the release before must pass again; what was red before is only reported.
 * Faults: UNDO_FAILED (the target is held), SSH_* (the host undoes by itself when its time is over).
 */
const undo = async (scene, number, why, baseline = []) => {
    const takeBack = step(scene, 'undo', `take t${number} back`, 'take-back', { base: scene.target.base, number, why });
    const { phase, release, number: newest, } = await perform(scene, takeBack, {
        signal: scene.deadline(undoBudget(scene.target)),
        note: (at) => `${at.release || 'nothing'} serves`,
    });
    scene.evidence.undo = undefined;
    scene.evidence.release = release;
    scene.evidence.processes = await processesNow(scene);
    // its confirm had come through, although this run did not hear of it
    if (phase === 'confirmed' && newest === number)
        return 'stays';
    if (baseline.length > 0) {
        await recheck(scene, baseline, budget);
        await noteChecked(scene, newest);
    }
    return 'undone';
};
/** Evidence only: the host has proven them itself. */
const processesNow = async (scene) => {
    try {
        return (await look({ ...scene, signal: scene.deadline(budget) })).processes;
    }
    catch {
        return [];
    }
};
/** Where the host's program failed, it can be asked again by hand. */
const undo_again = (scene, number, { step: at }) => at === undefined ? [] : [undoLine(scene, number)];
/** The transaction is not this caller's any more, or was taken back already: there is nothing left to undo. */
const overtaken = new Set(['TX_FENCED', 'TX_LATE']);
/**
 * What to do after a failure between open and confirm: undoes, unless somebody else did, or the run was cancelled
 * (then `post`, or the host itself, does it: this process has 5 s). Returns the outcome and the fault to show.
 */
const undoAfter = async (scene, number, thrown, baseline, switched = true) => {
    const fault = (0,packages_fault/* faultOf */.Kl)(thrown);
    if (overtaken.has(fault.code))
        return { outcome: fault.code === 'TX_LATE' ? 'undone' : 'refused', fault };
    if (scene.signal.aborted)
        return { outcome: 'failed', fault };
    scene.show(`✗ ${fault.what}`);
    try {
        if ((await undo(scene, number, 'failed', switched ? baseline : [])) === 'undone')
            return { outcome: switched ? 'undone' : (0,packages_plan/* outcomeOf */.sG)(fault), fault };
        warn(scene, `t${number} is confirmed all the same: ${fault.what}`);
        // only the confirm itself may have come through unheard; any other failure stays one
        return { outcome: fault.step === 'confirm' ? 'done' : 'failed', fault };
    }
    catch (second) {
        const why = (0,packages_fault/* faultOf */.Kl)(second);
        if (why.code === 'UNDO_FAILED')
            return { outcome: 'held', fault: { ...why, said: [...why.said, ...undo_again(scene, number, why)], cause: fault } };
        if (overtaken.has(why.code)) {
            // whoever overtook this run has left nothing of it; why it failed before is of no use to anybody now
            return { outcome: (0,packages_plan/* outcomeOf */.sG)(why), fault: { ...why, cause: fault } };
        }
        warn(scene, `the undo could not be asked for: ${why.what}. The host does it by itself when its time is over.`);
        return { outcome: 'failed', fault };
    }
};
/** A failure with its outcome, for the action's report. */
class Ended extends packages_fault/* Failure */.HR {
    outcome;
    constructor(outcome, fault) {
        super(fault);
        this.outcome = outcome;
    }
}

;// CONCATENATED MODULE: ./packages/operations/close.ts






/** The services of the release that serves: each has a line, also when no process of it runs. */
const servicesOf = ({ processes }) => [...new Set(processes.map(({ service }) => service))];
/** `phase: confirm`: the run's switched release stays, if every process is on it still. */
const confirmPhase = async (scene, { dry = false } = {}) => {
    const { found, answer } = await survey(scene, 'confirm', { dry });
    if (answer === 'nothing') {
        scene.evidence.release = liveOf(found);
        return { outcome: 'unchanged', verdict: `this run's release is confirmed already: ${liveOf(found)} serves` };
    }
    scene.evidence.transaction = `t${found.number}`;
    scene.evidence.release = found.release;
    if (found.previous !== '')
        scene.evidence.previous = found.previous;
    if (dry)
        return { outcome: 'planned', verdict: `t${found.number} would be confirmed: ${found.release}` };
    try {
        refuseDue(found);
        const seen = await checkProcesses(scene, found.release, servicesOf(found));
        await confirm_confirm(scene, found.number, seen);
    }
    catch (thrown) {
        const { outcome, fault } = await undoAfter(scene, found.number, thrown, []);
        if (outcome !== 'done')
            throw new Ended(outcome, fault);
    }
    return { outcome: 'done', verdict: `${found.release} is confirmed (t${found.number})` };
};
/**
 * `phase: abort`: the run's open transaction is taken back. In a run that a person started (`workflow_dispatch`) also another
 * run's of the same repository: who may start it is who may write to the repository. Faults: TX_BUSY, UNDO_FAILED.
 */
const abortPhase = async (scene, { dry = false } = {}) => {
    const { context } = scene;
    const byHand = context.event === 'workflow_dispatch';
    const { found, answer, standing } = await survey(scene, byHand ? 'abort-by-hand' : 'abort', { dry });
    if (answer === 'nothing')
        return {
            outcome: 'unchanged',
            verdict: `nothing${byHand ? '' : ' of this run'} is open; ${found.current || 'nothing'} serves`,
        };
    const { claim, number } = found;
    const whose = standing.endsWith('-other') ? ` of ${claim?.actor ?? 'another run'} (${claim?.url ?? ''})` : '';
    if (whose !== '' && claim?.repository !== context.repository)
        throw refusal('TX_BUSY', 'abort', found, undoLine(scene, number));
    scene.evidence.transaction = `t${number}`;
    if (dry)
        return {
            outcome: 'planned',
            verdict: `t${number}${whose} would be taken back: ${found.previous || 'nothing'} would serve`,
        };
    if ((await undo(scene, number, `aborted by ${context.actor} ${context.url}`)) === 'stays')
        return { outcome: 'unchanged', verdict: `t${number} was confirmed meanwhile: ${found.release} stays` };
    return {
        outcome: 'done',
        verdict: `t${number}${whose} is taken back: ${found.previous || 'nothing'} serves`,
        back: true,
    };
};
/**
 * What `post` does with the transaction that this step's main opened, if it is still open: with `commit: job` it confirms after a
 * job that succeeded; it takes back what is left open otherwise. `later` is left to the host's clock while the job succeeded.
 * Returns nothing where there is nothing to do.
 */
const closeAfterJob = async (scene, commit, jobSucceeded) => {
    const found = await look(scene);
    const ours = found.claim?.driver === scene.context.driver;
    const isOpen = ['open', 'switching', 'switched', 'undoing'].includes(found.phase);
    if (!ours || !isOpen)
        return undefined;
    if (commit === 'later' && jobSucceeded && found.phase === 'switched')
        return undefined;
    scene.evidence.transaction = `t${found.number}`;
    scene.evidence.release = found.release;
    if (found.previous !== '')
        scene.evidence.previous = found.previous;
    const wrong = [...hookDue(found), ...strays(found, found.release, servicesOf(found))];
    if (commit === 'job' && jobSucceeded && found.phase === 'switched' && wrong.length === 0) {
        await confirm_confirm(scene, found.number, found);
        return { outcome: 'done', verdict: `the job succeeded: ${found.release} is confirmed (t${found.number})` };
    }
    if ((await undo(scene, found.number, 'failed')) === 'stays')
        return { outcome: 'done', verdict: `t${found.number} was confirmed meanwhile: ${found.release} stays` };
    const unfinished = found.phase === 'switched' && wrong.length > 0 ? wrong.join('; ') : 'the step did not finish';
    return {
        outcome: 'undone',
        verdict: `${jobSucceeded ? unfinished : 'the job did not succeed'}: t${found.number} is taken back, ${found.previous || 'nothing'} serves`,
    };
};

;// CONCATENATED MODULE: ./packages/operations/nginx-site.ts



/** The site that the checkout has for this target; none where it names none. */
const nginx_site_read = ({ base, nginx }, files) => {
    if (nginx === undefined)
        return { problems: [] };
    const { file, domains } = nginx;
    const found = files(file);
    if (typeof found === 'string')
        return { problems: [{ where: 'nginx.file', what: found, next: 'Commit it, and run actions/checkout before.' }] };
    return siteWords(file, Buffer.from(found).toString('utf8'), {
        domain: domains[0] ?? '',
        domains: domains.join(' '),
        current: `${base}/current`,
        shared: `${base}/shared`,
    });
};
/** What can be told of the file of the site without the host. */
const siteProblems = (target, files) => target === undefined ? [] : nginx_site_read(target, files).problems;
/** The site of the release, as words. Throws INPUT_INVALID. */
const nginx_site_siteOf = ({ target, files }) => {
    const { site, problems } = nginx_site_read(target, files);
    if (problems.length > 0)
        throw new packages_fault/* Failure */.HR({
            code: 'INPUT_INVALID',
            what: "the file of nginx's site cannot be read",
            next: 'Mend each of the lines; nothing was changed.',
            problems,
        });
    return site;
};
const nginx_site_own = /^landfall-\d+: line (\d+): (.*)$/;
/** Of the site that is tried; what another one has is not of this file. */
const nginxs = /^(?:nginx:|[\d/]+ [\d:]+) \[\w+\] (?:\d+#\d+: )?(.*) in \/\S+\/zz-landfall-\d+\.conf:(\d+)$/;
/** A line of what root's program said, as a problem of the file; undefined: it names no line of it. */
const problemOf = (file, site) => (said) => {
    const [, ownLine, what] = nginx_site_own.exec(said) ?? [];
    // nginx's first line stands behind words of the program
    const [, words, line = ownLine] = nginxs.exec(said.replace(/^landfall-\d+: nginx does not take it: /, '')) ?? [];
    const at = line === undefined ? undefined : lineOfSite(site, Number(line));
    if (line === undefined || (what === undefined && words === undefined))
        return undefined;
    return { where: file, ...(at === undefined ? {} : { line: at }), what: what ?? `nginx: ${words ?? ''}` };
};
/** What the host said, as a fault; undefined: it would take the site. PREFLIGHT: root has something to do; SOURCE_UNFIT: the file is wrong. */
const siteRefused = ({ base, host, nginx }, site, { missing, domains, refused }) => {
    if (nginx === undefined)
        return undefined;
    const strange = nginx.domains.filter((name) => !domains.includes(name));
    if (missing || strange.length > 0) {
        const what = missing
            ? `${host.user} may not have nginx serve a site of ${base}`
            : `${host.user} may not have nginx answer for ${strange.join(', ')}`;
        const next = 'run the setup script as root: it installs the program by which the deploy user may, for these domains (docs/nginx.md)'; // prettier-ignore
        return new packages_fault/* Failure */.HR({
            code: 'PREFLIGHT',
            what,
            next: 'Mend it as said, and run again. Nothing was changed.',
            problems: [{ where: `host ${host.name}`, what, next, root: true }],
        });
    }
    if (refused === undefined)
        return undefined;
    const problems = refused.flatMap((line) => problemOf(nginx.file, site)(line) ?? []);
    return new packages_fault/* Failure */.HR({
        code: 'SOURCE_UNFIT',
        what: `nginx's site of this release is refused on ${host.name}`,
        said: refused.slice(0, 20),
        next: `Mend ${nginx.file}, or what it names on the host; docs/nginx.md says what it may hold. Nothing was changed.`,
        ...(problems.length === 0 ? {} : { problems }),
    });
};
/** Has the host test the site; nothing there changes. Faults: PREFLIGHT, SOURCE_UNFIT. */
const trySite = async (scene, site) => {
    const { target } = scene;
    const one = step(scene, 'site', 'have nginx test the site of the release', 'try-site', { base: target.base });
    const failure = siteRefused(target, site, await perform(scene, one, { body: Buffer.from(site.words) }));
    if (failure !== undefined)
        throw failure;
};

;// CONCATENATED MODULE: ./packages/notify/for-host.ts
/**
 * A message as a configuration of curl, which takes it on stdin: nothing of it stands in a list of processes. What JSON escapes in
 * these values curl unescapes alike, for a quote and a backslash are all that is escaped: no address, header or JSON body has a
 * control character. curl.se/docs/manpage.html#-K
 */
const curlConfig = ({ url, headers, body }) => [
    `url = ${JSON.stringify(url)}`,
    ...Object.entries(headers).map(([name, value]) => `header = ${JSON.stringify(`${name}: ${value}`)}`),
    `data-raw = ${JSON.stringify(body)}`,
    '',
].join('\n');
/** The file from which a host sends, as `notices.sh` reads it; undefined: it has nothing to say to anybody. */
const noticesFile = (cases) => {
    const lines = cases.flatMap(({ came, why, messages }) => messages.map((message) => `${came} ${why} ${message.kind} ${Buffer.from(curlConfig(message)).toString('base64')}\n`));
    return lines.length === 0 ? undefined : lines.join('');
};

;// CONCATENATED MODULE: ./packages/notify/slack.ts

/**
 * Slack's limits: docs.slack.dev/reference/block-kit/blocks/header-block (150 characters), …/section-block (text 3,000; 10 fields
 * of 2,000). An address that breaks one is answered with 400 `invalid_blocks`, and nothing is shown.
 */
const slack_most = { header: 150, text: 3000, fields: 10, field: 2000 };
/** Slack reads these three in any text: docs.slack.dev/messaging/formatting-message-text#escaping */
const slack_escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** Escaping makes a text longer: it is cut before, so that no escape is torn, until what comes out is short enough. */
const fitting = (text, limit) => {
    let kept = (0,packages_plan/* shorten */.ml)(text, limit);
    for (let over = slack_escape(kept).length - limit; over > 0; over = slack_escape(kept).length - limit)
        // one character becomes five at most
        kept = (0,packages_plan/* shorten */.ml)(kept, kept.length - Math.ceil(over / 5));
    return slack_escape(kept);
};
/** The body for an incoming webhook: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const slackMessage = ({ title, text, facts, run }) => {
    const fields = facts
        .slice(0, slack_most.fields)
        .map(([name, value]) => ({ type: 'mrkdwn', text: `*${slack_escape(name)}*\n${fitting(value, slack_most.field - 100)}` }));
    const blocks = [
        { type: 'header', text: { type: 'plain_text', text: (0,packages_plan/* shorten */.ml)(title, slack_most.header), emoji: true } },
        { type: 'section', text: { type: 'mrkdwn', text: fitting(text, slack_most.text) } },
        ...(fields.length === 0 ? [] : [{ type: 'section', fields }]),
        ...(run === undefined
            ? []
            : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${slack_escape(run)}|the run>` }] }]),
    ];
    // shown in notifications, and where blocks are not
    return JSON.stringify({ text: fitting(`${title}: ${text}`, slack_most.text), blocks });
};

;// CONCATENATED MODULE: ./packages/notify/teams.ts

/**
 * A message may have 28 kB: learn.microsoft.com/microsoftteams/limits-specifications-teams. These keep it below that whatever
 * characters it is made of (4 bytes each, or 2 for an escaped one).
 */
const teams_most = { title: 200, text: 2000, facts: 10, fact: 300 };
/** Texts of a card are read as Markdown. */
const teams_escape = (text) => text.replace(/[\\`*_[\]]/g, '\\$&');
const block = (text, more = {}) => ({
    type: 'TextBlock',
    text,
    wrap: true,
    ...more,
});
/**
 * The body for the webhook of a Teams workflow ("Send webhook alerts to a channel"): a message with one Adaptive Card. Version 1.2
 * is what Teams shows everywhere, its mobile programs too: learn.microsoft.com/microsoftteams/platform/task-modules-and-cards
 */
const teamsMessage = ({ title, text, facts, run }) => {
    const shown = facts
        .slice(0, teams_most.facts)
        .map(([name, value]) => ({ title: name, value: teams_escape((0,packages_plan/* shorten */.ml)(value, teams_most.fact)) }));
    const content = {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.2',
        body: [
            block(teams_escape((0,packages_plan/* shorten */.ml)(title, teams_most.title)), { size: 'Medium', weight: 'Bolder' }),
            block(teams_escape((0,packages_plan/* shorten */.ml)(text, teams_most.text))),
            ...(shown.length === 0 ? [] : [{ type: 'FactSet', facts: shown }]),
        ],
        ...(run === undefined ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'The run', url: run }] }),
    };
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
    return JSON.stringify({ type: 'message', attachments: [card] });
};

;// CONCATENATED MODULE: ./packages/notify/webhook.ts

/** The body for any address: the notice as JSON. Keys are added, never changed, while `v` is 1. */
const webhookMessage = ({ event, title, text, run, at, report, fault }) => JSON.stringify({ v: 1, event, title, text, at, ...report, run, fault });
/**
 * The headers of it. With a key, the body's HMAC-SHA256 in hex, as GitHub signs its own webhooks:
 * docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
const webhookHeaders = (body, event, secret) => ({
    'x-landfall-event': event,
    ...(secret === undefined
        ? {}
        : { 'x-landfall-signature-256': `sha256=${(0,external_node_crypto_.createHmac)('sha256', secret).update(body).digest('hex')}` }),
});

;// CONCATENATED MODULE: ./packages/notify/messages.ts



/** The messages of a notice, for those who want to hear of it; `values` holds what the variables hold. */
const messagesOf = (notice, receivers, values) => receivers
    .filter(({ on }) => on.includes(notice.event))
    .map(({ kind, url, secret }) => {
    const body = { slack: slackMessage, teams: teamsMessage, webhook: webhookMessage }[kind](notice);
    const key = secret === undefined ? undefined : values[secret];
    const own = kind === 'webhook' ? webhookHeaders(body, notice.event, key) : {};
    return { kind, url: values[url] ?? '', body, headers: { 'content-type': 'application/json', ...own } };
});

;// CONCATENATED MODULE: ./packages/notify/notice.ts

const marks = {
    success: '✅',
    failure: '❌',
    undone: '↩️',
    held: '🛑',
    reverted: '⏪',
};
/** How an end is called; undefined: nothing that people need to hear. A smoke test that passes is no news. */
const notice_eventOf = ({ result, undo }, { quiet = false, back = false } = {}) => {
    switch (result) {
        case 'planned':
        case 'unchanged':
            return undefined;
        case 'refused':
        case 'failed':
            return 'failure';
        case 'undone':
        case 'held':
            return result;
        case 'done':
            if (back)
                return 'undone';
            // what is not confirmed yet is told of by its end
            return quiet || undo?.by !== undefined ? undefined : 'success';
    }
};
const notice_names = ({ action, target, host }) => `${action}${target === undefined ? '' : ` ${target}`}${host === undefined ? '' : ` on ${host}`}`;
const notice_known = (facts) => facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
const basis = (report) => {
    const { action, result, target, host, url, release, previous, transaction, run, startedAt } = report;
    const kept = Object.entries({ action, result, target, host, url, release, previous, transaction });
    return {
        ...(run === undefined || !/^https?:/.test(run.url) ? {} : { run: run.url }),
        at: startedAt,
        report: Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    };
};
/** The notice of an action's end; undefined: there is none. */
const noticeOf = (report, how = {}) => {
    const event = notice_eventOf(report, how);
    if (event === undefined)
        return undefined;
    const { fault, gap } = report;
    return {
        ...basis(report),
        event,
        title: `${marks[event]} ${notice_names(report)}: ${report.result}`,
        text: report.verdict,
        facts: notice_known([
            [event === 'undone' || event === 'failure' ? 'serves' : 'release', report.release],
            ['was', event === 'success' ? report.previous : undefined],
            ['transaction', report.transaction],
            ['step', fault?.step],
            ['fault', fault?.code],
            ['next', fault?.next],
            ['gap', gap?.measured === true ? (0,packages_plan/* renderDuration */.PP)(gap.ms) : undefined],
            ['took', (0,packages_plan/* renderDuration */.PP)(report.ms)],
            ['by', report.run?.actor],
            ['url', report.url],
        ]),
        ...(fault === undefined
            ? {}
            : {
                fault: {
                    code: fault.code,
                    what: fault.what,
                    next: fault.next,
                    ...(fault.step === undefined ? {} : { step: fault.step }),
                },
            }),
    };
};
const revertedFacts = (target, { release, previous, held }, finder) => notice_known([
    ['target', target],
    ['was deployed', release],
    ['serves since', held ? undefined : previous],
    ['found by', finder],
]);
const byItself = (host, { number, held }) => held
    ? `${marks.held} ${host ?? 'the host'} could not take t${number} back`
    : `${marks.reverted} ${host ?? 'the host'} took t${number} back by itself`;
/** The notice that a host has taken a release back by itself, told by whoever finds it. */
const revertedNotice = (report, reverted) => ({
    ...basis(report),
    event: 'reverted',
    title: byItself(report.host, reverted),
    text: reverted.says,
    facts: revertedFacts(report.target, reverted, report.action),
    at: reverted.at,
});
/** The same, made before the host may come to do it, and told by the host: it adds nothing, so no time is named. `run`: the page of the run that opened. */
const hostNotice = (about, reverted) => ({
    ...about,
    event: 'reverted',
    title: byItself(about.report.host, reverted),
    text: reverted.says,
    facts: revertedFacts(about.report.target, reverted),
});

;// CONCATENATED MODULE: ./packages/notify/index.ts




;// CONCATENATED MODULE: ./packages/operations/host-notices.ts



/**
 * What the host may tell by itself of the transaction that is about to be opened, should nobody confirm it: whole messages, one for
 * each way in which that can come, so that it puts nothing into them and needs no key to sign them. Undefined: it shall tell nobody.
 */
const hostNotices = ({ target, context, env }, found, { kind, release, adopts }) => {
    if (target.tellsItself !== true)
        return undefined;
    const number = found.number + 1;
    const previous = adopts === true ? 'what people had made' : liveOf(found);
    const cases = couldRevert({ number, release, previous, by: context.actor }).map(({ why, ...reverted }) => {
        const came = reverted.held ? 'held' : 'undone';
        const report = {
            action: kind === 'deploy' ? 'deploy-over-ssh' : kind,
            result: came,
            target: target.name,
            host: target.host.name,
            ...(target.url === undefined ? {} : { url: target.url }),
            // what is named as the release of a notice serves; of what is held a person must find out
            ...(reverted.held || adopts === true || previous === '' ? {} : { release: previous }),
            transaction: `t${number}`,
        };
        const run = /^https?:/.test(context.url) ? { run: context.url } : {};
        return { came, why, messages: messagesOf(hostNotice({ report, ...run }, reverted), target.notify, env) };
    });
    const text = noticesFile(cases);
    return text === undefined ? undefined : Buffer.from(text);
};
/** The host shall tell people by itself, and cannot. */
const mute = ({ programs }, { tellsItself }) => tellsItself !== true || (programs.get('curl') ?? '') !== '' || (programs.get('python3') ?? '') !== ''
    ? []
    : [
        {
            kind: 'warning',
            text: 'notify.from-host: the host has neither curl nor python3, and cannot tell anybody; the next run does',
        },
    ];

;// CONCATENATED MODULE: ./packages/operations/takeover.ts



/** Between two questions to GitHub: ms. A job's token has 1,000 requests an hour for the whole repository. */
const interval = 15_000;
/**
 * Asks GitHub whether the run that is in the way is over: then its time need not be waited for. What hinders asking is said once.
 * A run whose program still lives somewhere is fenced out by the number, like any other.
 */
const holderIsGone = ({ context, github, clock, show }) => {
    let asked = -Infinity;
    let useless = false;
    const told = new Set();
    const tell = (why) => {
        if (!told.has(why))
            show(`    whether its run is over is not known: ${why}`);
        told.add(why);
        return false;
    };
    return async ({ found, answer }) => {
        const { claim, number } = found;
        if (answer !== 'wait' || claim === undefined || useless)
            return false;
        const may = askable(claim, context);
        if (!may.ask)
            return may.why === undefined ? false : tell(may.why);
        if (clock.now() - asked < interval)
            return false;
        asked = clock.now();
        const run = await github.run(claim.run);
        if (!run.ok) {
            useless = run.final;
            return tell(run.why);
        }
        if (!isOver(claim, run.value))
            return false;
        show(`    GitHub says that ${claim.url} is over (${run.value.conclusion}): t${number} is taken over`);
        return true;
    };
};
/** The transaction is not the one that was read any more: whoever was faster has changed it. */
const moved = new Set(['TX_FENCED', 'TX_LATE']);
/** Takes back what a run that is over has left switched. Nothing where the state moved on. Throws UNDO_FAILED. */
const takeOver = async (scene, { number, previous }) => {
    const input = { base: scene.target.base, number, why: 'overtaken' };
    const back = step(scene, 'takeover', `take t${number} back, which nobody will confirm`, 'take-back', input);
    try {
        await perform(scene, back, { note: () => `${previous || 'nothing'} serves` });
    }
    catch (thrown) {
        if (!(thrown instanceof packages_fault/* Failure */.HR) || !moved.has((0,packages_fault/* faultOf */.Kl)(thrown).code))
            throw thrown;
    }
};

;// CONCATENATED MODULE: ./packages/operations/open.ts








/** Until another run may take over an open transaction that has switched nothing: seconds. */
const openLimit = 1800;
const oneLine = (text) => text.replace(/[\r\n]+/g, ' ');
/** The claim's lines: who opens, and until when it is theirs. */
const claim = ({ context }, { commit, release, reason }) => [
    `repository=${context.repository}`,
    `run=${context.runId}`,
    `attempt=${context.attempt}`,
    `run_number=${context.runNumber}`,
    // a workflow's name may have spaces, which the host's journal would leave out: the guard against stale runs compares it
    `workflow=${toWord(context.workflow)}`,
    `token=${context.token}`,
    `driver=${context.driver}`,
    `actor=${context.actor}`,
    `url=${context.url}`,
    `commit=${commit}`,
    `release=${release}`,
    `reason=${reason ?? ''}`,
].map(oneLine);
const approved = ({ evidence: { approvals = [] } }) => approvals.length === 0 ? [] : [`approved=${approvalsText(approvals)}`];
/** Refuses a run that a newer one of the same workflow has overtaken. Throws TX_STALE. */
const refuseStale = ({ context }, { history }, allowOlder) => {
    const newer = newerRun(history, context);
    if (newer === undefined || allowOlder)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'TX_STALE',
        what: `run ${newer} of this workflow has deployed since; this is run ${context.runNumber}`,
        next: 'Re-run the newest run instead. To go back on purpose use the rollback action, or set allow-older: true.',
    });
};
/**
 * Opens a transaction, or takes the own one up again; the host refuses when anything moved since it was read. Waits while another run holds the target, at most `wait`.
 * Faults: TX_BUSY after that time, TX_STALE, and what the table of found states refuses.
 */
const open_open = async (scene, surveyed, opening) => scene.timeline.step('open', 'open the transaction', async (note) => {
    const queue = waiting(scene);
    const gone = holderIsGone(scene);
    scene.evidence.approvals = await opening.approvals;
    for (let now = surveyed;; now = survey_judge(scene, opening.wish, await look(scene))) {
        scene.signal.throwIfAborted();
        refuseStale(scene, now, opening.allowOlder);
        if (now.answer === 'finish' && (now.found.release !== opening.release || opening.measured === true)) {
            // this run switched before: to another release, or unseen by a meter that is to judge
            await undo(scene, now.found.number, 'failed');
            continue;
        }
        const over = !mayOpen(now) && (await gone(now));
        if (over && now.found.phase !== 'open') {
            await takeOver(scene, now.found);
            continue;
        }
        const opened = over || mayOpen(now) ? await tryToOpen(scene, now, opening) : undefined;
        if (opened !== undefined) {
            note(`t${opened.number}`);
            scene.evidence.transaction = `t${opened.number}`;
            if (opened.previous !== '')
                scene.evidence.previous = opened.previous;
            scene.opened?.();
            return opened;
        }
        // also when nobody holds it but each try finds it changed: that must have an end too
        await queue(now);
    }
});
/** Waits until nobody else holds the target, and judges what is found then. Faults: as {@link open}. */
const turn = async (scene, surveyed, wish) => {
    if (mayOpen(surveyed))
        return surveyed;
    return scene.timeline.step('wait', 'wait for the other run', async () => {
        const queue = waiting(scene);
        const gone = holderIsGone(scene);
        let now = surveyed;
        while (!mayOpen(now)) {
            const over = await gone(now);
            // what it left unswitched is closed by the opening
            if (over && now.found.phase === 'open')
                return now;
            await (over ? takeOver(scene, now.found) : queue(now));
            now = survey_judge(scene, wish, await look(scene));
        }
        return now;
    });
};
const mayOpen = ({ answer, found }) => answer !== 'wait' || mayTake(found);
/** Waits a moment, and says every 10 s for whom. Throws TX_BUSY when the time to wait is over. */
const waiting = (scene) => {
    const { clock, target, signal } = scene;
    const begun = clock.now();
    let told = -Infinity;
    return async (now) => {
        await free(scene, now);
        if (clock.now() - begun > target.wait)
            throw busy(scene, now.found);
        if (clock.now() - told > 10_000) {
            told = clock.now();
            scene.show(`    waiting for ${whose(now.found)}`);
        }
        await clock.sleep(500 + Math.random() * 1000, signal);
        signal.throwIfAborted();
    };
};
/** The watchdog closes what is left switched. Where that died too, and its time is long over, the host is asked to. */
const free = async ({ host, target, signal }, { found, answer }) => {
    if (answer !== 'wait' || found.phase === 'open')
        return;
    if (found.booted || found.remaining < -10)
        await host.run('recover', { base: target.base }, { signal });
};
/** Whose transaction is in the way, for people. */
const whose = ({ number, phase, claim }) => number === 0
    ? 'another run, which is opening the first transaction'
    : `t${number}, which is ${phase}: ${claim?.actor ?? ''} ${claim?.url ?? ''}`;
const busy = (scene, { number, phase, claim }) => new packages_fault/* Failure */.HR({
    code: 'TX_BUSY',
    what: `t${number} of ${claim?.actor ?? 'another run'} is still ${phase} after ${(0,packages_plan/* renderDuration */.PP)(scene.target.wait)}: ${claim?.url ?? ''}`,
    said: number === 0 ? [] : [undoLine(scene, number)],
    next: 'Wait for that run, or take its transaction back by the line above; then run again. `wait` sets how long to wait.',
});
/** Nothing when the state moved on between reading and opening. */
const tryToOpen = async (scene, { found, answer }, opening) => {
    const again = answer === 'resume' || answer === 'finish';
    const notices = hostNotices(scene, found, opening);
    const result = await scene.host.run('open', {
        base: scene.target.base,
        path: opening.adopts === true ? '' : scene.target.path,
        seen: found.seen,
        how: again ? 'again' : 'anew',
        kind: opening.kind,
        release: opening.release,
        limit: openLimit,
        // an own switched transaction keeps the release that it switched to
        claim: [
            ...claim(scene, opening).filter((line) => answer !== 'finish' || !line.startsWith('release=')),
            ...approved(scene),
        ],
        ...(notices === undefined ? {} : { notices: notices.length }),
    }, {
        signal: scene.signal,
        body: notices === undefined ? residentBody : Buffer.concat([residentBody, notices]),
        onLine: (line) => {
            scene.show(`    ${line}`);
        },
    });
    if (result.ok)
        return { ...result.value, switched: answer === 'finish', found };
    if (result.fault.code === 'TX_BUSY')
        return undefined;
    throw new packages_fault/* Failure */.HR({ step: 'open', ...result.fault });
};
/** Says every 20 s that this process still works before its switch; until the returned function is called. The opening itself was the first sign. */
const beat = ({ host, target, context, clock }) => {
    const over = new AbortController();
    void (async () => {
        for (;;) {
            await clock.sleep(20_000, over.signal);
            if (over.signal.aborted)
                return;
            // a lost beat is no fault: after a minute of silence a waiting run may take over, and this one is fenced out
            await host.run('beat', { base: target.base, driver: context.driver });
        }
    })();
    return () => {
        over.abort();
    };
};
/** What serves before the switch, and how it is gone back to. */
const undoOf = (found) => {
    const live = liveOf(found);
    return live === '' ? { kind: 'none' } : { kind: 'code', to: live };
};

;// CONCATENATED MODULE: ./packages/operations/package-index.ts

/** pip and uv are told in the form of a netrc file: what else may stand there differs between their versions. */
const takable = /^[!$-&(-[\]-~]+$/;
/** What is wrong with the input; never its text. */
const packageIndexProblems = (address) => {
    if (address === undefined)
        return [];
    const where = 'input package-index';
    const next = 'package-index: https://user:password@host/simple, from a secret';
    if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address))
        return [{ where, what: 'is not an http:// or https:// address', next }];
    const { username, password } = new URL(address);
    if (username === '' && password === '')
        return [];
    const login = (0,packages_plan/* loginOf */.DQ)(address);
    if (login === undefined)
        return [{ where, what: 'has a user without a password, or a password without a user', next }];
    if (takable.test(login.user) && takable.test(login.password))
        return [];
    return [
        {
            where,
            what: 'its user or password holds a blank, a quote, #, \\ or a character beyond ASCII, which pip and uv cannot be told',
            next: 'Use a token or a password without it.',
        },
    ];
};

;// CONCATENATED MODULE: ./packages/operations/schedule.ts

/** The value of an option: `-s X`, `-sX`, `--schedule X` or `--schedule=X`. */
const schedule_valueOf = (words, short, long) => {
    for (const [index, word] of words.entries()) {
        if (word === short || word === long)
            return words[index + 1];
        if (word.startsWith(`${long}=`))
            return word.slice(long.length + 1);
        if (word.startsWith(short) && !word.startsWith('--'))
            return word.slice(short.length);
    }
    return undefined;
};
const schedule_covers = (outer, inner) => inner === outer || inner.startsWith(`${outer}/`);
/**
 * Does a scheduler's file, by which it knows what ran last, outlive the release? Asked of Celery's only: it is a file in the
 * working directory unless its options lead elsewhere, or another scheduler is chosen (one that keeps it in the database, say).
 */
const remembers = (words, { path, base, directory, shared }) => {
    if (!words.some((word) => word.split('/').at(-1) === 'celery'))
        return true;
    if (schedule_valueOf(words, '-S', '--scheduler') !== undefined)
        return true;
    const file = schedule_valueOf(words, '-s', '--schedule');
    if (file === undefined)
        return false;
    const within = file.startsWith(`${path}/`) ? file.slice(path.length + 1) : undefined;
    if (external_node_path_.posix.isAbsolute(file) && within === undefined)
        return !schedule_covers(base, file) || schedule_covers(`${base}/shared`, file);
    const inRelease = external_node_path_.posix.normalize(within ?? external_node_path_.posix.join(directory, file));
    return shared.some((one) => schedule_covers(external_node_path_.posix.normalize(one.path), inRelease));
};

;// CONCATENATED MODULE: ./packages/operations/service-files.ts

const service_files_kept = { units: 'its unit', adopted: 'its own unit or program' };
/** What was taken from the files that describe services, what of them Landfall settles itself, and what holds nowhere under this manager. */
const fileNotes = ({ serviceFiles }, manager) => serviceFiles
    .flatMap((one) => [
    ...(service_files_kept[manager] === undefined ? taken(one, manager) : [purpose(one, service_files_kept[manager])]),
    idle(one, manager),
])
    .filter((note) => note !== undefined);
const purpose = ({ service, file }, own) => ({
    kind: 'detected',
    text: `${file} tells what ${service} is for; how it runs ${own} says`,
});
const taken = ({ service, file, says, limits, settled, instead, left }, manager) => {
    const all = [...says, ...(withoutLimits(manager) === undefined ? limits : [])];
    const parts = [
        `${service} is as ${all.length === 0 ? 'landfall.yml' : file} says${all.length === 0 ? '' : `: ${all.join(', ')}`}`,
        ...(instead.length === 0 ? [] : [`landfall.yml says ${instead.join(', ')} in place of ${file}`]),
        ...(settled.length === 0 ? [] : [`Landfall itself settles ${settled.join(', ')}`]),
    ];
    return [
        { kind: 'detected', text: parts.join('; ') },
        ...left.map((program) => ({
            kind: 'warning',
            text: `${file} describes the program ${program}, which is none of the services: nothing runs it`,
        })),
    ];
};
const idle = ({ service, file, limits }, manager) => {
    const kind = withoutLimits(manager);
    const keys = limits.map((line) => line.split('=', 1)[0]);
    if (kind === undefined || keys.length === 0)
        return undefined;
    const holds = keys.length === 1 ? 'holds' : 'hold';
    return {
        kind: 'warning',
        text: `${keys.join(', ')} of ${file} ${holds} nowhere here: services, as ${service}, are ${kind}`,
    };
};

;// CONCATENATED MODULE: ./packages/operations/steps.ts


const staged = ({ target, context }, { release }) => ({
    base: target.base,
    staging: `${release.id}.${context.driver}`,
});
const steps_place = ({ target }) => ({
    directory: target.directory,
    venv: target.python.venv,
    python: target.python.version,
});
const files = (count) => `${count} ${count === 1 ? 'file' : 'files'}`;
const receiveStep = (on, designed, dropBytes = 0) => step(on, 'receive', designed.from === undefined
    ? `upload ${files(designed.travels.send.length)}`
    : `upload ${files(designed.travels.send.length)}, take ${designed.source.entries.length - designed.travels.send.length} from ${designed.from}, prove all`, 'receive', { ...staged(on, designed), from: designed.from, want: designed.source.listHash, dropBytes });
const arrangeStep = (on, designed) => step(on, 'arrange', 'link what is shared, write .env', 'arrange', {
    ...staged(on, designed),
    environment: designed.environment,
    venv: designed.environment === undefined ? undefined : on.target.python.venv,
    env: designed.env,
    shared: sharedArguments(designed.shared),
});
const environmentStep = (on, designed) => step(on, 'environment', `Python environment ${designed.environment} from ${designed.lock.file}`, 'environment', {
    ...staged(on, designed),
    hash: designed.environment,
    python: on.target.python.version,
    installer: designed.lock.installer,
    lock: designed.lock.file,
    index: designed.index,
});
const probeSays = ({ kept }) => `ask the application about itself${kept ? '' : ', collect static files if there are any'}`;
const probeStep = (on, designed) => step(on, 'probe', probeSays(designed), 'probe', {
    collect: !designed.kept,
    base: on.target.base,
    staging: designed.kept ? `releases/${designed.release.id}` : staged(on, designed).staging,
    ...steps_place(on),
    venv: designed.environment === undefined ? undefined : on.target.python.venv,
});
const publishSays = ({ kept, release, translations }) => kept
    ? `note that this run has prepared ${release.id} too`
    : `${translations.length > 0 ? 'compile translations, collect static files, ' : ''}publish ${release.id}`;
const publishStep = (on, designed, { compilemessages, collectstatic, shared, }) => step(on, 'publish', publishSays(designed), 'publish', {
    ...staged(on, designed),
    ...steps_place(on),
    venv: designed.environment === undefined ? undefined : on.target.python.venv,
    id: designed.release.id,
    hash: designed.release.hash,
    environment: designed.environment,
    compilemessages,
    collectstatic,
    run: `${on.context.runId}/${on.context.attempt}`,
    shared: sharedArguments(shared),
});
/** What the runner does itself. */
const runnerStep = (id, says) => ({
    id,
    on: 'runner',
    says,
    call: { runner: id, input: {} },
    exclusive: false,
    interrupt: 'kill',
});

;// CONCATENATED MODULE: ./packages/traffic/get.ts


/** How long the meter waits for one answer, in ms. */
const getLimit = 2000;
/**
 * One GET over a connection of its own, which is closed after it; certificates are verified, no redirect is followed.
 * Resolves to the status once the whole answer (of a large one: a megabyte) has come, or to undefined: no answer, a broken one, or none in time.
 * Rejects only for what is no http(s) address.
 */
const get = (url, limit = getLimit) => new Promise((resolve) => {
    const headers = { accept: '*/*', 'user-agent': 'Landfall' };
    const request = (/^https:/i.test(url) ? (external_node_https_default()) : (external_node_http_default())).get(url, { agent: false, headers });
    const end = (status) => {
        clearTimeout(timer);
        resolve(status);
        request.destroy();
    };
    const fail = () => {
        end(undefined);
    };
    const timer = setTimeout(fail, limit);
    request.on('error', fail);
    request.on('response', (response) => {
        let bytes = 0;
        response.on('error', fail);
        response.on('data', (part) => {
            bytes += part.length;
            if (bytes > 1_000_000)
                end(response.statusCode);
        });
        response.on('end', () => {
            end(response.statusCode);
        });
    });
});

;// CONCATENATED MODULE: ./packages/traffic/samples.ts
/**
 * The longest time (ms) for which the URL cannot be shown to have been answered: from the last good request *sent*
 * before bad ones to the first good one *received* after them. Pessimistic on purpose.
 *
 * 0 when nothing was bad, or when nothing good came before: what never served was not interrupted.
 * With no good answer after the bad ones: until `end`.
 */
const longestGap = (samples, end) => {
    const sorted = [...samples].sort((a, b) => a.sent - b.sent);
    let longest = 0;
    let lastGood;
    let broken = false;
    for (const [at, sample] of sorted.entries()) {
        if (!sample.good) {
            broken = lastGood !== undefined;
        }
        else {
            if (broken && lastGood !== undefined)
                longest = Math.max(longest, firstReceived(sorted, at) - lastGood);
            broken = false;
            lastGood = sample.sent;
        }
    }
    return broken && lastGood !== undefined ? Math.max(longest, end - lastGood) : longest;
};
/** Requests overlap: one sent later may be answered earlier. The good ones until the next bad one count. */
const firstReceived = (sorted, from) => {
    let first = Infinity;
    for (const sample of sorted.slice(from)) {
        if (!sample.good)
            break;
        first = Math.min(first, sample.received);
    }
    return first;
};

;// CONCATENATED MODULE: ./packages/traffic/meter.ts

/** How long is asked after the first proven answer, in ms: a new release that dies at once is seen. */
const after = 2000;
/** A meter for a URL. Requests overlap: one that hangs holds up no other. */
const measureGap = ({ url, serves, request, clock, everyMs = 50 }) => {
    if (url === undefined)
        return unmeasured('no url');
    if (!serves)
        return unmeasured('nothing served before');
    const samples = [];
    const under = new Set();
    const halt = new AbortController();
    let ticking;
    let over;
    let result;
    const ask = async () => {
        const sent = clock.now();
        const status = await request(url);
        samples.push({ sent, received: clock.now(), good: status !== undefined && status < 500 });
    };
    const tick = async () => {
        let next = clock.now();
        while (!halt.signal.aborted) {
            const one = ask();
            under.add(one);
            void one.finally(() => under.delete(one));
            // A tick that comes late is not made up for: a busy runner would send a burst.
            next = Math.max(next + everyMs, clock.now());
            await clock.sleep(next - clock.now(), halt.signal);
        }
    };
    const finish = async () => {
        await over;
        halt.abort();
        const end = clock.now();
        await ticking;
        await Promise.all(under);
        if (samples.length === 0)
            return { measured: false, why: 'no request was sent' };
        const bad = samples.filter(({ good }) => !good).length;
        const ms = Math.round(longestGap(samples, end));
        // Bad answers and no gap: there were none but bad ones before the first good one. That is no gap of 0.
        if (bad > 0 && ms === 0)
            return { measured: false, why: 'the url gave no good answer before the switch' };
        return { measured: true, ms, requests: samples.length, bad };
    };
    return {
        start: () => {
            ticking ??= tick();
        },
        proven: (since) => {
            const first = Math.min(...samples.filter(({ good, sent }) => good && sent >= since).map(({ received }) => received));
            const from = Math.min(first, clock.now());
            over ??= clock.sleep(from + after - clock.now(), halt.signal).then(() => {
                halt.abort();
            });
        },
        stop: () => (result ??= finish()),
    };
};
const unmeasured = (why) => ({
    start: () => undefined,
    proven: () => undefined,
    stop: () => Promise.resolve({ measured: false, why }),
});

;// CONCATENATED MODULE: ./packages/traffic/sockets.ts
/** Between two tries of one that is lost: ms. */
const pause = 250;
/** How often is looked whether all are back: ms. */
const glance = 100;
const seenOf = ({ says, ends, greeted, up, late }) => {
    if (greeted === undefined || late)
        return { says, measured: false, why: 'it was not greeted before the switch' };
    const [first] = ends;
    return {
        says,
        measured: true,
        ends: ends.map(({ code, ms }) => ({ code, ms })),
        ...(up && first !== undefined ? { back: Math.round(greeted - first.at) } : {}),
    };
};
/** Opens each of them now, and again at once when it ends. */
const followSockets = ({ lines, clock }) => {
    const over = new AbortController();
    const halted = () => over.signal.aborted;
    const begun = clock.now();
    const states = [];
    const follow = async (line) => {
        const state = { says: line.says, ends: [], up: false, late: false };
        states.push(state);
        while (!halted()) {
            const { code } = await line.open(() => {
                state.greeted = clock.now();
                state.up = true;
            }, over.signal);
            if (halted())
                return;
            const at = clock.now();
            // what was opened and never greeted did not serve anybody
            if (state.up)
                state.ends.push({ code: code ?? 1006, ms: Math.round(at - begun), at });
            else if (state.greeted === undefined)
                state.late = true;
            state.up = false;
            await clock.sleep(pause, over.signal);
        }
    };
    const all = Promise.all(lines.map(follow));
    return {
        settled: async (ms) => {
            const until = clock.now() + ms;
            while (states.some(({ up, late }) => !up && !late) && clock.now() < until)
                await clock.sleep(glance, over.signal);
        },
        stop: async () => {
            over.abort();
            await all;
            return states.map(seenOf);
        },
    };
};

;// CONCATENATED MODULE: ./packages/traffic/index.ts





;// CONCATENATED MODULE: ./packages/operations/sockets.ts




/** Who was connected is to be on the new release within this time of its proof: ms. */
const patience = 5000;
/** Opens the WebSockets that checks name, to be followed over a switch; undefined: no check names one, or nothing serves yet. */
const holdSockets = ({ target, env, clock }, first) => {
    if (first)
        return undefined;
    const base = target.url === undefined ? {} : { url: target.url };
    const lines = linesOf(target.checks, { ...base, env, webSocket: outside.webSocket });
    return lines.length === 0 ? undefined : followSockets({ lines, clock });
};
const toldOf = (seen) => {
    if (!seen.measured)
        return `not measured: ${seen.why}`;
    if (seen.ends.length === 0)
        return 'stayed open';
    const codes = seen.ends.map(({ code }) => code).join(', ');
    return `ended with ${codes}, ${seen.back === undefined ? 'not greeted again' : `greeted again after ${(0,packages_plan/* renderDuration */.PP)(seen.back)}`}`;
};
/** Ends the following, and keeps what was seen. It decides nothing: a client that does not come back is a warning. */
const tellSockets = async (scene, meter) => {
    if (meter === undefined)
        return;
    await scene.timeline.step('sockets', 'follow WebSockets over the switch', async (note) => {
        await meter.settled(patience);
        const seen = await meter.stop();
        scene.evidence.sockets = seen;
        note(seen.map((one) => `${one.says}: ${toldOf(one)}`).join('; '));
        for (const one of seen)
            if (one.measured && one.ends.length > 0 && one.back === undefined)
                warn(scene, `${one.says}: it ended in the switch, and a client that connects again is not greeted`);
    });
};

;// CONCATENATED MODULE: ./packages/operations/switch.ts






/**
 * How long the switch may take: until what serves has stopped, then until the release is up; both once more for what somebody stops
 * meanwhile, and is started again; and a minute. Seconds.
 */
const switchLimit = ({ services }, before) => {
    const own = (0,packages_plan/* paceOf */.x3)(services);
    return Math.ceil(((0,packages_plan/* stops */.Gb)(before) + (0,packages_plan/* stops */.Gb)(own) + 2 * own.boot) / 1000) + 60;
};
const switchStep = (scene, number, { release, within, environmentFrom, pace }) => step(scene, 'switch', `switch to ${release}`, 'switch', {
    base: scene.target.base,
    number,
    release,
    limit: switchLimit(scene.target, pace),
    within: Math.ceil(within / 1000),
    environmentFrom,
    ...(scene.target.manager === undefined ? {} : { manager: scene.target.manager }),
});
/** Switches, with the public URL's gap measured from here. */
const switchTo = async (scene, number, switching) => {
    const { evidence, target, wall } = scene;
    const meter = measureGap({
        ...(target.url === undefined ? {} : { url: target.url }),
        serves: !switching.first,
        request: get,
        clock: scene.clock,
    });
    meter.start();
    const sockets = holdSockets(scene, switching.first);
    try {
        const { remaining, since, processes } = await perform(scene, switchStep(scene, number, switching), {
            note: (at) => `${at.processes.length} processes on ${switching.release}`,
        });
        evidence.release = switching.release;
        evidence.processes = processes;
        evidence.undo = {
            line: undoLine(scene, number),
            by: new Date(wall().getTime() + remaining * 1000).toISOString(),
            ...(evidence.previous === undefined ? {} : { to: evidence.previous }),
        };
        scene.show(`    not confirmed by ${evidence.undo.by ?? ''}, the host undoes by itself; by hand: ${evidence.undo.line}`);
        return { meter, sockets, since: scene.clock.now() - since };
    }
    catch (thrown) {
        [evidence.gap, evidence.sockets] = await Promise.all([meter.stop(), sockets?.stop()]);
        if (thrown instanceof packages_fault/* Failure */.HR && thrown.fault.code === 'SWITCH_FAILED')
            throw new packages_fault/* Failure */.HR({ ...thrown.fault, what: `${switching.release} did not come up: ${thrown.fault.what}` });
        throw thrown;
    }
};
/** Ends the measuring. Throws GAP_EXCEEDED where the gap was longer than allowed. */
const judgeGap = async (scene, meter, maxDowntime) => {
    const gap = await scene.timeline.step('gap', 'measure the gap at the public URL', async (note) => {
        const measured = await meter.stop();
        note(measured.measured
            ? `${(0,packages_plan/* renderDuration */.PP)(measured.ms)}, ${measured.bad} of ${measured.requests} requests unanswered`
            : `not measured: ${measured.why}`);
        return measured;
    });
    scene.evidence.gap = gap;
    if (maxDowntime !== undefined && gap.measured && gap.ms > maxDowntime)
        throw new packages_fault/* Failure */.HR({
            code: 'GAP_EXCEEDED',
            what: `${scene.target.url ?? 'the URL'} was unanswered for ${(0,packages_plan/* renderDuration */.PP)(gap.ms)}; max-downtime is ${(0,packages_plan/* renderDuration */.PP)(maxDowntime)}`,
            next: 'Make the application boot faster, or allow more with max-downtime.',
        });
    return gap;
};

;// CONCATENATED MODULE: ./packages/operations/plan.ts
















/** From a prepared release to a confirmed one. The number is that which an opening would get now. */
const forward = (on, { found, adoption }, { id: release, hooks }) => {
    const number = found.number + 1;
    const first = liveOf(found) === '';
    const checks = on.target.checks;
    const { base, path, python } = on.target;
    return [
        ...(adoption === undefined ? [] : [[adoptStep(on, number, adoption)]]),
        [
            step(on, 'migrate', 'migrate, if the database is empty; anything pending is refused before', 'migrate', {
                base,
                number,
                release,
                python: python.version,
            }),
        ],
        ...hookWave(on, number, 'before-switch', hooks),
        [
            switchStep(on, number, { release, within: 0, environmentFrom: '', first, pace: found.pace }),
            ...(on.target.url === undefined || first
                ? []
                : [runnerStep('gap', `ask ${on.target.url} every 50 ms meanwhile`)]),
        ],
        ...hookWave(on, number, 'after-switch', hooks),
        ...(checks.length === 0
            ? []
            : [[runnerStep('checks', `${checks.length} ${checks.length === 1 ? 'check' : 'checks'} from outside`)]]),
        [
            step(on, 'processes', 'ask which release each process runs', 'look', {
                base,
                path,
                python: python.version,
                programs: [],
            }),
        ],
        [confirmStep(on, number)],
    ];
};
const preparation = (on, { adoption }, designed) => {
    const { lock, environment } = designed;
    const lending = adoption === undefined ? [] : [[lendStep(on, adoption, designed.env.from === 'shared')]];
    const environmentSteps = lock !== undefined && environment !== undefined ? [[environmentStep(on, { ...designed, lock, environment })]] : [];
    const publish = publishStep(on, designed, {
        compilemessages: designed.translations.length > 0,
        collectstatic: true,
        shared: designed.shared,
    });
    if (designed.kept)
        return [...lending, [probeStep(on, designed)], [publish]];
    return [
        ...lending,
        [receiveStep(on, designed)],
        [arrangeStep(on, designed)],
        ...environmentSteps,
        [probeStep(on, designed)],
        [publish],
    ];
};
const plan_frame = (on, { found }, release) => {
    const live = liveOf(found);
    return {
        action: 'deploy-over-ssh',
        target: on.target.name,
        host: on.host.name,
        release,
        ...(live === '' ? {} : { live }),
        undo: undoOf(found),
    };
};
/** This very release is live, nothing is open, every process runs it, and under the manager that is to run it. */
const servesAlready = (on, survey, { id, services }) => liveOf(survey.found) === id &&
    moves(on, survey).length === 0 &&
    ['confirmed', 'undone'].includes(survey.found.phase) &&
    strays(survey.found, id, services.map(({ name }) => name)).length === 0;
/** What runs the services when this deploy is done: at an adoption, what runs them already. */
const runsThem = ({ target }, { found, adoption }) => adoption === undefined ? managerOf(found, target) : 'adopted';
/** The whole deploy as data. */
const planDeploy = (on, survey, designed) => {
    const { id } = designed.release;
    const same = designed.kept && servesAlready(on, survey, designed.release);
    return {
        ...plan_frame(on, survey, id),
        path: same ? 'unchanged' : 'online',
        waves: same ? [] : [...preparation(on, survey, designed), ...forward(on, survey, designed.release)],
        notes: [
            ...adoptionNotes(on, survey),
            ...detected(designed, survey),
            ...fileNotes(on.target, runsThem(on, survey)),
            ...unproven(designed),
            ...forgetful(on, designed),
            ...moves(on, survey),
            ...formerUnits(survey.found, designed.release),
            ...beforeUndo(designed.release),
            watchdog(survey),
            ...mute(survey.found, on.target),
        ],
    };
};
/** `phase: prepare` as data: whatever serves goes on serving. */
const planPrepare = (on, survey, designed) => ({
    ...plan_frame(on, survey, designed.release.id),
    path: 'online',
    waves: preparation(on, survey, designed),
    notes: [...adoptionNotes(on, survey), ...detected(designed, survey), ...fileNotes(on.target, runsThem(on, survey))],
});
/** `phase: switch` as data. */
const planSwitch = (on, survey, release) => {
    const { id } = release;
    const same = servesAlready(on, survey, release);
    return {
        ...plan_frame(on, survey, id),
        path: same ? 'unchanged' : 'online',
        waves: same ? [] : forward(on, survey, release),
        notes: [
            ...adoptionNotes(on, survey),
            ...moves(on, survey),
            ...formerUnits(survey.found, release),
            ...beforeUndo(release),
            watchdog(survey),
            ...mute(survey.found, on.target),
        ],
    };
};
/** Who undoes what nobody confirms, and what of it survives a reboot: as this host is. */
const watchdog = ({ found }) => ({
    kind: 'info',
    text: found.manager
        ? `the watchdog is a unit of ${found.user}'s systemd; after a reboot or a power cut the host recovers by itself: what was confirmed serves, what was not is undone`
        : `the watchdog is a plain process of the deploy user: after a reboot, or where logins end their processes (KillUserProcesses=yes), the next action undoes what is unconfirmed. Where systemd runs, \`loginctl enable-linger ${found.user}\`, once as root, lets the host do it`,
});
/** The services go from one manager to the other. */
const moves = ({ target: { manager } }, { found }) => manager === undefined || manager === found.servicesUnder || liveOf(found) === ''
    ? []
    : [
        {
            kind: 'info',
            text: `the services move from ${found.servicesUnder} to ${manager}, as landfall.yml says: all are stopped there, then started here; an undo moves them back`,
        },
    ];
/** The hook that is the host's own to run. */
const beforeUndo = ({ hooks }) => {
    const hook = hooks['before-undo'];
    return hook === undefined
        ? []
        : [{ kind: 'info', text: `before an undo of this release the host runs: ${hook.command.join(' ')}` }];
};
/** What is not proven of it, and so is not called clean. */
const unproven = ({ release }) => release.services
    .filter(({ listen, role }) => listen === undefined && (0,packages_plan/* answering */.Vk)(role))
    .map(({ name }) => ({
    kind: 'warning',
    text: `${name} has no \`listen\`: that it answers, and not something else at the same address, is not proven`,
}));
/** Schedulers whose memory of what ran last dies with their release. */
const forgetful = ({ target }, { release, shared }) => release.services
    .filter(({ role, command }) => role === 'scheduler' && !remembers(command, { ...target, shared }))
    .map(({ name }) => ({
    kind: 'warning',
    text: `${name} keeps its schedule file in the release: with each release it forgets what it ran last. Add \`shared: [run]\`, and \`--schedule ${external_node_path_.posix.relative(target.directory, 'run/schedule')}\` to its command`,
}));
const detected = ({ env, lock, environment, translations }, { adoption }) => [
    {
        kind: 'detected',
        text: {
            none: 'no .env: neither the input env-file nor shared/.env',
            given: '.env is the input env-file',
            shared: `.env is a copy of ${adoption?.env === undefined ? 'shared/.env on the host' : 'that of the installation'}`,
        }[env.from],
    },
    {
        kind: 'detected',
        text: lock === undefined
            ? 'no Python environment: there is neither uv.lock nor requirements.txt'
            : `Python environment ${environment ?? ''} from ${lock.file} by ${lock.installer}${lock.hashed ? ', with hashes' : ''}`,
    },
    ...(translations.length === 0
        ? []
        : [
            {
                kind: 'detected',
                text: `translations: ${translations.length} .po ${translations.length === 1 ? 'file' : 'files'}, compiled by compilemessages unless USE_I18N is off`,
            },
        ]),
];

;// CONCATENATED MODULE: ./packages/operations/design.ts







/** Begins to read the checkout, and asks the host for its list of what serves. Changes nothing. */
const beginDesign = ({ target, host, signal }, workspace) => {
    const { include, exclude, python } = target;
    const source = readSource({ root: workspace, include, exclude, venv: python.venv });
    // whoever fails before it is waited for says why
    source.catch(() => undefined);
    return { source, listed: host.run('tree', { base: target.base, release: '@' }, { signal }) };
};
const sha256 = (text) => (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex');
/**
 * Reads the checkout, and says which release comes of it on this host, and what must travel. Changes nothing.
 * Faults: SOURCE_UNFIT, ENVIRONMENT_LOCK, SERVICE_UNFIT, INPUT_INVALID (env-file, nginx.file), and all that the host lacks: PREFLIGHT, PATH_OCCUPIED.
 */
const design = async (scene, { found, made }, { envFile, packageIndex }, beginning) => scene.timeline.step('design', 'read the checkout and see what the host has of it', async (note) => {
    const { target, host, signal } = scene;
    const from = found.current || found.releases.at(-1)?.id;
    const [read, serving] = await Promise.all([beginning.source, beginning.listed]);
    const source = (0,packages_fault/* must */.sb)(read);
    const listed = serving.ok && serving.value.release === (from ?? '')
        ? serving
        : await host.run('tree', { base: target.base, release: from }, { signal });
    for (const { text } of source.notes)
        warn(scene, text);
    needServices(target.services);
    const { requirements } = target.python;
    const lock = (0,packages_fault/* must */.sb)(lockOf({
        ...(requirements === undefined ? {} : { requirements }),
        directory: target.directory,
        read: textOf(source),
    }));
    const given = envFile === undefined ? undefined : (0,packages_fault/* must */.sb)(readEnvFile(envFile));
    const env = envFile !== undefined
        ? { from: 'given', sha256: sha256(envFile) }
        : found.sharedEnv !== undefined
            ? { from: 'shared', sha256: found.sharedEnv.hash }
            : { from: 'none' };
    const variables = given === undefined
        ? (found.sharedEnv?.names ?? [])
        : given.filter(({ value }) => value !== '').map(({ name }) => name);
    const environment = lock === undefined ? undefined : environmentHash(lock, found.python, packageIndex);
    const translations = translationFiles(source.entries, target.directory);
    const travels = difference(source.entries, baseOf((0,packages_fault/* must */.sb)(listed).list));
    (0,packages_fault/* must */.sb)(preflight(found, target, {
        bytes: source.bytes,
        files: source.entries.length,
        installer: lock?.installer,
        built: environment !== undefined && found.environments.includes(environment),
        variables,
        translations,
    }, made));
    const site = nginx_site_siteOf(scene);
    const hash = releaseHash({
        commit: source.commit,
        listHash: source.listHash,
        env: env.from === 'none' ? undefined : envHash(env.sha256),
        environment,
        venv: target.python.venv,
        directory: target.directory,
        services: target.services,
        hooks: (0,packages_plan/* hooksOf */.uj)(target.hooks).length === 0 ? undefined : target.hooks,
        shared: target.shared,
        site: site?.words,
    });
    const wanted = env.from === 'none' ? undefined : env.sha256;
    // one whose variables were replaced when it was gone back to is another release now
    const known = found.releases.map((one) => ({ ...one, hash: one.env === wanted ? one.hash : '' }));
    const id = releaseId(source.commit, hash, known);
    const kept = known.some((one) => one.id === id && one.hash === hash);
    note(`${id}: ${source.entries.length} files, ${kept ? 'on the host already' : `${travels.send.length} travel`}`);
    return {
        release: { id, hash, commit: source.commit, services: target.services, hooks: target.hooks },
        source,
        lock,
        environment,
        env,
        shared: declaredShared(target.shared, source.entries),
        translations,
        site,
        from: from !== undefined && travels.send.length < source.entries.length ? from : undefined,
        travels,
        index: packageIndex !== undefined,
        variables,
        kept,
    };
});
const needServices = (services) => {
    if (services.length > 0)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'SERVICE_UNFIT',
        what: 'no service is described: nothing would serve the release',
        next: 'Add to landfall.yml, say: services: { web: { command: "gunicorn config.wsgi --bind 127.0.0.1:8000", listen: "127.0.0.1:8000" } }',
    });
};

;// CONCATENATED MODULE: ./packages/operations/drift.ts



/** Where no transaction is under way and the link leads elsewhere than to what was confirmed last: what that is. No link is none: `recover` sets one that is gone. */
const elsewhere = (found) => {
    const live = liveOf(found);
    const closed = found.phase === 'confirmed' || found.phase === 'undone';
    return closed && live !== '' && found.current !== '' && found.current !== live ? live : undefined;
};
const drift_says = (found) => {
    const { drifted, edited, current } = found;
    const live = elsewhere(found);
    return [
        ...(live === undefined ? [] : [`current was led to ${current} by hand, and ${live} is what was confirmed`]),
        ...(drifted.length === 0
            ? []
            : [`in ${current}, which serves, these files were changed on the host: ${drifted.join(', ')}`]),
        ...(edited.length === 0
            ? []
            : [`these, by which its services run, were changed on the host: ${edited.join(', ')}`]),
    ].join('; ');
};
const none = (found) => drift_says(found) === '';
/** What becomes of the changes when another release is switched to. */
const fate = ({ drifted, edited, current }) => [
    ...(drifted.length === 0 ? [] : [`those of the release are kept in releases/${current} only`]),
    ...(edited.length === 0 ? [] : ['units and programs are written anew, and what was added beside them stays']),
];
/** Names what somebody changed by hand in the release that serves, and in what runs its services. */
const warnOfDrift = (scene, found) => {
    if (!none(found))
        warn(scene, [drift_says(found), ...fate(found)].join('; '));
};
/** What somebody changed by hand would be gone with the next release without a word. Throws HOST_DRIFTED, unless it is allowed. */
const refuseDrift = (scene, found, allowed) => {
    if (allowed || none(found)) {
        warnOfDrift(scene, found);
        return;
    }
    const { drifted, edited, current } = found;
    throw new packages_fault/* Failure */.HR({
        code: 'HOST_DRIFTED',
        what: drift_says(found),
        host: scene.host.name,
        said: [...drifted.map((path) => `${scene.target.base}/releases/${current}/${path}`), ...edited],
        next: 'Commit what is to stay: code, settings of a service under `services`; or name under `shared` what the application itself writes. `allow-drift: true` deploys without these changes.',
    });
};

;// CONCATENATED MODULE: ./packages/operations/migrate.ts



const migrateStep = (scene, number, release, count) => step(scene, 'migrate', `apply ${count} migrations to the empty database`, 'migrate', {
    base: scene.target.base,
    number,
    release,
    python: scene.target.python.version,
});
/** No release was ever confirmed here, and its first transaction began on an empty database: what it left half-way may be finished. */
const beganEmpty = ({ line, transactions }) => line.length === 0 && transactions.some(({ migrated }) => migrated);
/** How many pending migrations may be applied: those of an empty database. Throws MIGRATIONS_PENDING for any other. */
const applicable = ({ target }, history, release, application) => {
    if (application === undefined)
        return 0;
    const schema = (0,packages_fault/* must */.sb)(schemaOf(application));
    if (!('pending' in schema))
        return 0;
    const { state, pending } = schema;
    if (state === 'pending' && !beganEmpty(history))
        throw new packages_fault/* Failure */.HR({
            code: 'MIGRATIONS_PENDING',
            what: `${release} has ${pending.length} migrations that the database lacks`,
            said: pending,
            next: `If the running release can live with them, apply them by hand, with the variables of the release's .env: cd ${target.base}/releases/${release}/${target.directory}, then ${target.base}/releases/${release}/${target.python.venv}/bin/python manage.py migrate. Then run again.`,
        });
    return pending.length;
};
/**
 * What the pending migrations of a release allow. An empty database is migrated; anything else that is pending is refused,
 * before anything is opened. The application is asked again under the transaction: while this run waited, another may have filled
 * the database. Faults: MIGRATIONS_PENDING.
 */
const migration = (scene, history, release, application, ask) => {
    if (applicable(scene, history, release, application) === 0)
        return undefined;
    return async (number) => {
        const count = applicable(scene, history, release, await ask());
        if (count === 0)
            return;
        await perform(scene, migrateStep(scene, number, release, count));
        const text = `migrations were applied to the empty database: ${count}`;
        scene.evidence.notes = [...scene.evidence.notes, { kind: 'info', text }];
    };
};

;// CONCATENATED MODULE: ./packages/operations/prepare.ts








/**
 * Puts the release beside the running one: uploads what the host has not seen, proves the whole tree, builds its environment,
 * asks the application, which collects its static files on the way. Holds nothing. What failed half-way is removed again; after a success the caller
 * does that, by {@link tidy}, when it costs no round trip of its own.
 */
const prepare_prepare = async (scene, { found, history }, designed, material) => {
    const { id } = designed.release;
    try {
        if (!designed.kept)
            await stage(scene, found, designed, material);
        let published = designed.kept;
        const ask = () => probe(scene, probeStep(scene, { ...designed, kept: published }));
        const application = await ask();
        if (application === undefined)
            warn(scene, `no manage.py in ${scene.target.directory}: not taken for Django, so no static files, migrations or shared files are looked after (the key \`directory\` says where it is)`);
        if (!designed.kept || !preparedBefore(scene, found, designed))
            await publish(scene, designed, application);
        published = true;
        // refused only now: whoever applies migrations by hand needs the release on the host
        return { release: designed.release, before: migration(scene, history, id, application, ask) };
    }
    catch (thrown) {
        await tidy(scene);
        throw thrown;
    }
};
/** Deletes what this run staged and did not publish, and what dead ones left behind a week ago. Faults are passed over: it is only room. */
const tidy = async ({ host, target, context, deadline }) => {
    await host.run('discard', { base: target.base, driver: context.driver }, { signal: deadline(20_000) });
};
const attemptOf = ({ context }) => `${context.runId}/${context.attempt}`;
/** A kept release has to learn that this run prepared it too, unless it knows. */
const preparedBefore = (scene, found, { release }) => found.releases.some(({ id, preparedBy }) => id === release.id && preparedBy.includes(attemptOf(scene)));
const stage = async (scene, found, designed, material) => {
    await receive(scene, designed);
    const { environment } = designed;
    if (environment !== undefined && found.environments.includes(environment)) {
        // one that is there needs nothing that is arranged: both are asked for in one round trip
        const ended = await Promise.allSettled([arrange(scene, designed, material), build(scene, designed, material)]);
        for (const end of ended)
            if (end.status === 'rejected')
                throw end.reason;
        return;
    }
    await arrange(scene, designed, material);
    // pip gets the variables that were arranged
    await build(scene, designed, material);
};
const arrange = async (scene, designed, { envFile }) => {
    await perform(scene, arrangeStep(scene, designed), {
        ...(envFile === undefined ? {} : { body: Buffer.from(envFile) }),
        note: ({ names }) => `${names.length} variables`,
    });
};
const build = async (scene, designed, { packageIndex }) => {
    const { lock, environment } = designed;
    if (lock === undefined || environment === undefined)
        return;
    await perform(scene, environmentStep(scene, { ...designed, lock, environment }), {
        ...(packageIndex === undefined ? {} : { body: indexBody(packageIndex, (0,packages_plan/* secretsOfAddress */.NC)(packageIndex)) }),
        note: ({ built }) => (built ? 'built' : 'unchanged'),
    });
};
/** Files of the base may have been changed on the host: then everything travels, once. */
const receive = async (scene, designed) => {
    try {
        await send(scene, designed);
    }
    catch (thrown) {
        if (designed.from === undefined || !(thrown instanceof packages_fault/* Failure */.HR) || thrown.fault.code !== 'TREE_DIFFERS')
            throw thrown;
        scene.show(`    files of ${designed.from} were changed on the host: everything is sent`);
        await send(scene, { ...designed, from: undefined, travels: difference(designed.source.entries, new Map()) });
    }
};
const send = async (scene, designed) => {
    const { body, dropBytes } = upload(designed.source.root, designed.travels, scene.wall());
    await perform(scene, receiveStep(scene, designed, dropBytes), { body, note: ({ files }) => `${files} files proved` });
};
const probe = async (scene, step) => (0,packages_fault/* must */.sb)(probedOf(await perform(scene, step, { body: probeBody })));
/** What the schema asks for before a prepared release is switched to. Throws MIGRATIONS_PENDING. */
const schemaStep = async (scene, { history }, release) => {
    const at = {
        ...scene,
        target: { ...scene.target, directory: release.directory, python: { ...scene.target.python, venv: release.venv } },
    };
    const step = probeStep(at, {
        release: { ...release, id: release.id },
        environment: release.environment ?? undefined,
        kept: true,
    });
    const ask = () => probe(scene, step);
    return migration(scene, history, release.id, await ask(), ask);
};
const publish = async (scene, designed, application) => {
    const { target, evidence } = scene;
    const follows = (0,packages_fault/* must */.sb)(application === undefined
        ? (0,packages_fault.ok)({ compilemessages: false, collectstatic: false, shared: designed.shared, notes: [] })
        : consequences(application, designed.shared));
    evidence.notes = [...evidence.notes, ...follows.notes];
    const body = packed(recordFiles(record(scene, designed, application, follows), designed.site?.words), scene.wall());
    await perform(scene, publishStep(scene, designed, follows), {
        body,
        note: ({ published }) => (published ? `${target.base}/releases/${designed.release.id}` : 'it was there already'),
    });
};
const record = ({ context, target, wall }, { release, env, environment, source, variables }, application, { shared }) => ({
    v: 1,
    id: release.id,
    hash: release.hash,
    commit: source.commit,
    run: { repository: context.repository, id: context.runId, attempt: context.attempt, url: context.url },
    actor: context.actor,
    env: env.from === 'none' ? null : { names: [...variables], hash: envHash(env.sha256) },
    environment: environment ?? null,
    python: null,
    venv: target.python.venv,
    directory: target.directory,
    services: [...release.services],
    hooks: release.hooks,
    shared: shared.map(({ path }) => path),
    url: target.url ?? null,
    checks: [...target.checks],
    leaves: application === undefined ? [] : [...leavesOf(application)],
    createdAt: wall().toISOString(),
});
/** What this attempt of the run has prepared last. Throws TX_NOT_PREPARED. */
const preparedOf = async (scene, { found }) => {
    const { context, host, target } = scene;
    const mine = found.releases.filter(({ preparedBy }) => preparedBy.includes(attemptOf(scene)));
    const newest = [...mine].sort((a, b) => a.at - b.at).at(-1);
    if (newest === undefined)
        throw new packages_fault/* Failure */.HR({
            code: 'TX_NOT_PREPARED',
            what: `attempt ${context.attempt} of this run has prepared no release on ${host.name}`,
            next: 'Let `phase: prepare` run before, in this run. After "re-run failed jobs" re-run all jobs instead.',
        });
    return (0,packages_fault/* must */.sb)(decodeRelease((0,packages_fault/* must */.sb)(await host.run('describe', { base: target.base, release: newest.id }))));
};

;// CONCATENATED MODULE: ./packages/host/agent.ts

/** The socket of the SSH agent that this process was given, if any: keys need not be inputs then. */
const agentSocket = () => process.env.SSH_AUTH_SOCK || undefined;
const noKey = (what) => (0,packages_fault/* fail */.fJ)({
    code: 'SSH_KEY_UNREADABLE',
    what,
    next: 'Give the key in `ssh-key`, or check the agent at SSH_AUTH_SOCK: `ssh-add -l` must list the deploy key.',
});
/** Asks an agent for its keys before any host is asked. Faults: `SSH_KEY_UNREADABLE` where it does not answer or has none. */
const askAgent = async (socket) => {
    const { default: ssh2 } = await __webpack_require__.e(/* import() */ 472).then(__webpack_require__.t.bind(__webpack_require__, 5472, 23));
    return new Promise((resolve) => {
        ssh2.createAgent(socket).getIdentities((error, keys) => {
            if (error)
                resolve(noKey(`the SSH agent does not answer (${error.message})`));
            else
                resolve(keys === undefined || keys.length === 0 ? noKey('the SSH agent has no key') : (0,packages_fault.ok)(undefined));
        });
    });
};

;// CONCATENATED MODULE: ./packages/host/frame.ts

/**
 * The one command that is ever sent to a host: it waits for a frame, says that it has it (`<token> <pid>` on stdout, `<token>` on
 * stderr: all before these is noise of login files), and runs the program in it. Its bytes mean the same to bash, zsh, fish, tcsh
 * and dash as a login shell: no backslash, `!`, newline, or quote within the quotes. `dd iflag=fullblock` reads exactly so many
 * bytes, so what follows the frame is the program's own stdin; `head -c` reads ahead in busybox. The pid is the process group's.
 * A login file may have left a PATH on which not even `dd` is found: it is made longer, and sh is called by its full path.
 */
const bootstrap = 'exec /bin/sh -c \'PATH=${PATH:+$PATH:}/usr/bin:/bin; export PATH; read -r a n t && echo "$t $$" && echo "$t" >&2' +
    ' && a=$(dd bs="$a" count=1 iflag=fullblock 2>/dev/null)' +
    ' && s=$(dd bs="$n" count=1 iflag=fullblock 2>/dev/null)' +
    ' && eval "set -- $a" && unset a n t && eval "$s"\'';
/** An argument as one word of sh, byte for byte. Faults: `INPUT_INVALID` for a zero byte, which no argument can hold. */
const quote = (argument) => {
    const bytes = typeof argument === 'string' ? Buffer.from(argument, 'utf8') : argument;
    if (bytes.includes(0))
        throw new packages_fault/* Failure */.HR({
            code: 'INPUT_INVALID',
            what: 'a value holds a zero byte, which cannot be given to a program',
            next: 'Take the zero byte out of the value.',
        });
    return Buffer.from(`'${bytes.toString('latin1').replaceAll("'", String.raw `'\''`)}'`, 'latin1');
};
/** Arguments as words of sh. Never empty: `dd` cannot read a block of 0 bytes. */
const frame_words = (args) => args.length === 0 ? Buffer.from(' ') : Buffer.concat(args.flatMap((argument) => [quote(argument), Buffer.from(' ')]));
/**
 * What a waiting {@link bootstrap} reads: the sizes, the token, the arguments and the program; the program's stdin comes after it.
 * @param token one word that noise cannot contain: random.
 */
const frame_frame = (token, args, script) => {
    const quoted = frame_words(args);
    const text = Buffer.from(script, 'utf8');
    return Buffer.concat([Buffer.from(`${quoted.length} ${text.length} ${token}\n`), quoted, text]);
};

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./packages/host/attempt.ts

const grace = 5000;
const within = async (ms, promise) => {
    let timer;
    const late = new Promise((resolve) => {
        timer = setTimeout(resolve, ms, undefined);
    });
    try {
        return await Promise.race([promise, late]);
    }
    finally {
        clearTimeout(timer);
    }
};
/**
 * Ends the job of a shell and all that it started: TERM, after 5 s KILL, over another channel; by the protocol where there is none. Gives
 * whether the host answered: from a network that is gone without a word nothing comes.
 */
const end = async (shell, shells) => {
    shell.hold();
    const pid = await within(grace, shell.pid);
    let heard = pid !== undefined || shell.closed();
    if (pid !== undefined && !shell.closed()) {
        try {
            const coming = shells.extra();
            const killer = await within(grace, coming);
            if (killer === undefined) {
                void coming.then((late) => { late.close(); }, () => undefined); // prettier-ignore
                return false;
            }
            const nothing = () => undefined;
            killer.start({ args: [String(pid)], text: transport.endGroup, body: 'hold', onOut: nothing, onErr: nothing });
            heard = (await within(2 * grace, killer.ended)) !== undefined;
            killer.close();
        }
        catch {
            shell.signal('TERM');
            if ((await within(grace, shell.ended)) === undefined)
                shell.signal('KILL');
        }
        await within(1000, shell.ended);
    }
    shell.close();
    return heard || shell.closed();
};
/** Interrupted by nobody: how the shell's end is read. */
const attempt_read = (ended, stdout, alive) => {
    if (ended.begun && ended.code !== undefined)
        return { kind: 'exit', code: ended.code, stdout };
    if (ended.begun && ended.signal !== undefined)
        return { kind: 'killed', signal: ended.signal };
    if (!ended.begun && (alive || ended.code !== undefined))
        return { kind: 'no-shell', said: ended.noise, ...(ended.code === undefined ? {} : { code: ended.code }) };
    return { kind: 'lost' };
};
/** Runs a program to its end, to its limit, or until `signal` is given; whatever happens, nothing of it goes on beside a living connection. */
const attempt_attempt = async (shells, alive, what) => {
    const stop = Promise.withResolvers();
    const onAbort = () => {
        stop.resolve({ kind: 'cancelled' });
    };
    if (what.signal?.aborted === true)
        return { kind: 'cancelled' };
    what.signal?.addEventListener('abort', onAbort, { once: true });
    const timer = what.limitMs === undefined ? undefined : setTimeout(stop.resolve, what.limitMs, { kind: 'timeout' });
    const taken = shells.take();
    try {
        const shell = await Promise.race([taken, stop.promise]);
        if ('kind' in shell) {
            // Still waiting for a channel: it is given back unused when it comes.
            void taken.then((late) => { late.close(); }, () => undefined); // prettier-ignore
            return shell;
        }
        const stdout = [];
        shell.start({
            args: what.args,
            text: what.body === undefined ? transport.watch + what.text : what.text,
            body: what.body ?? 'hold',
            onOut: (chunk) => stdout.push(chunk),
            onErr: what.prose.write,
        });
        const broken = shell.broken.catch((error) => ({
            kind: 'broken',
            error: error instanceof Error ? error : new Error(String(error)),
        }));
        const first = await Promise.race([shell.ended, stop.promise, broken]);
        if ('begun' in first)
            return attempt_read(first, Buffer.concat(stdout), alive());
        const heard = await end(shell, shells);
        return heard || first.kind !== 'timeout'
            ? first
            : { kind: 'lost', why: 'the host gives no answer over it any more' };
    }
    catch (error) {
        if (!alive())
            return { kind: 'lost' };
        return { kind: 'no-shell', said: error instanceof Error ? error.message : String(error) };
    }
    finally {
        clearTimeout(timer);
        what.signal?.removeEventListener('abort', onAbort);
    }
};

;// CONCATENATED MODULE: ./packages/host/detach.ts



/** What to run so that the program is started, if it was not, and followed from where `prose` stopped. */
const following = (what, prose) => {
    const body = Buffer.concat([Buffer.from('set -- '), frame_words(what.args), Buffer.from(`\n${what.text}`)]);
    const sum = (0,external_node_crypto_.createHash)('sha256').update(body).digest('hex');
    const limit = Math.max(1, Math.ceil(what.limitMs / 1000));
    return {
        args: [what.steps, what.step, String(prose.bytes()), String(limit), String(body.length), sum],
        text: transport.detach,
        body,
        prose,
    };
};
/** The end of the detached program, told by the end of following it. */
const endingOf = (followed) => {
    if (followed.kind !== 'exit' || followed.code !== 0)
        return followed;
    const at = followed.stdout.indexOf(10);
    const rc = /^rc=(\d+|died|none)$/.exec(followed.stdout.subarray(0, at).toString('latin1'))?.[1];
    if (rc === undefined || rc === 'none')
        return { kind: 'exit', code: 73, stdout: Buffer.alloc(0) };
    if (rc === 'died')
        return { kind: 'killed', signal: 'KILL' };
    if (rc === '124')
        return { kind: 'timeout' };
    return { kind: 'exit', code: Number(rc), stdout: followed.stdout.subarray(at + 1) };
};

// EXTERNAL MODULE: external "node:string_decoder"
var external_node_string_decoder_ = __webpack_require__(6193);
;// CONCATENATED MODULE: ./packages/host/lines.ts

const host_lines_longest = 16_384;
const lines_kept = 10;
/** Cuts bytes into lines. A line longer than 16 kB is passed on in pieces, so that memory stays bounded. */
const lines_lines = (onLine = () => undefined) => {
    const decoder = new external_node_string_decoder_.StringDecoder('utf8');
    const last = [];
    let open = '';
    let bytes = 0;
    const pass = (raw) => {
        const line = raw.replace(/\r$/, '');
        if (line.trim() !== '')
            last.push(line);
        if (last.length > lines_kept)
            last.shift();
        onLine(line);
    };
    return {
        write: (chunk) => {
            bytes += chunk.length;
            const pieces = (open + decoder.write(chunk)).split('\n');
            open = pieces.pop() ?? '';
            pieces.forEach(pass);
            for (; open.length > host_lines_longest; open = open.slice(host_lines_longest))
                pass(open.slice(0, host_lines_longest));
        },
        end: () => {
            open += decoder.end();
            if (open !== '')
                pass(open);
            open = '';
        },
        last: () => [...last],
        bytes: () => bytes,
    };
};

;// CONCATENATED MODULE: ./packages/host/no-shell.ts
/** What a host says instead of running a program, and what to change there. `$USER` is the deploy user. */
const remedies = [
    [
        /Channel open failure/,
        'sshd opens no session for $USER. `sshd -T -C user=$USER | grep maxsessions`, as root on the host, must show 1 or more (10 is the default): mend `MaxSessions` in /etc/ssh/sshd_config, and reload sshd.',
    ],
    [
        /sftp connections only|sftp-server/i,
        'The account is for SFTP only. `sshd -T -C user=$USER | grep forcecommand`, as root on the host, shows `ForceCommand internal-sftp`: take $USER out of the `Match` block of /etc/ssh/sshd_config that says so, and reload sshd.',
    ],
    [
        /account is (?:currently )?not available|nologin/i,
        'The login shell is nologin. As root on the host: `usermod -s /bin/sh $USER`.',
    ],
    [
        /restricted/i,
        'The login shell is a restricted one (rbash, rksh). As root on the host: `usermod -s /bin/sh $USER`.',
    ],
    [
        /password (?:has expired|change required)|required to change your password|account has expired/i,
        'The password or the account has expired. As root on the host: `chage -M -1 -E -1 $USER` lets it live on, and `passwd -l $USER` leaves it with its key only.',
    ],
    [
        /no such file|not found|permission denied/i,
        'The login shell or a forced command cannot be run. `getent passwd $USER` on the host shows the shell: as root, `usermod -s /bin/sh $USER`. `sshd -T -C user=$USER | grep forcecommand` shows a forced command.',
    ],
];
const otherwise = [
    'Another command runs in the place of ours. One of three says so; change it on the host as root:',
    'a `command="…"` before the key in ~$USER/.ssh/authorized_keys: take it away (`restrict` may stay: it lets commands run);',
    'a `ForceCommand` in /etc/ssh/sshd_config, shown by `sshd -T -C user=$USER | grep forcecommand`: take $USER out of its `Match` block, or let it end with `eval "$SSH_ORIGINAL_COMMAND"`, and reload sshd;',
    'the login shell, shown by `getent passwd $USER`: `usermod -s /bin/sh $USER`.',
].join('\n');
/** A login that runs none of our programs: what the host said instead, and the line to change there. */
const noShell = (at, { said: text, code }) => {
    const said = text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .slice(-10);
    const user = at.host.split('@')[0] ?? '';
    const next = remedies.find(([says]) => says.test(said.join('\n')))?.[1] ?? otherwise;
    return {
        code: 'SSH_NO_SHELL',
        host: at.host,
        step: at.name,
        what: `the host accepts the login but ran no command${code === undefined ? '' : ` (exit code ${code})`}${said.length > 0 ? `; it said: ${said.join(' / ')}` : ''}`,
        said,
        next: next.replaceAll('$USER', user),
    };
};

;// CONCATENATED MODULE: ./packages/host/outcome.ts



/** What to do about an exit code of the shared table. */
const nexts = {
    64: 'Please report this with the log of the run: it is a defect in Landfall.',
    69: 'Install on the host what the lines above name, then run again.',
    73: 'Look at space, inodes and rights on the host (`df -h`, `df -i`, `ls -ld`), then run again.',
    75: 'Wait until the other run is over, then run again.',
    77: 'Give the deploy user the right that the lines above name, then run again.',
    78: 'Look at the state with `sh <base>/.landfall/status` on the host.',
    79: 'Nothing was changed. Run again if this commit is still wanted.',
    80: 'The previous release serves. Find out what took so long, or raise `confirm-within`, then run again.',
    81: 'Wait until the other transaction is closed, then run again.',
};
const isShared = (code) => Object.hasOwn(exitCodes, code);
/** What a program's end means. `name` is the program's, `why` what the connection said last. */
const outcome = (at, program, ending, said) => {
    const { host, name } = at;
    const fault = (code, what, next, cause) => (0,packages_fault/* fail */.fJ)({ code, host, step: name, what, said, next, ...(cause === undefined ? {} : { cause }) });
    const last = said.at(-1);
    switch (ending.kind) {
        case 'cancelled':
            return fault('CANCELLED', program.interrupt === 'finish'
                ? `cancelled; \`${name}\` goes on on the host to its end`
                : `cancelled during \`${name}\``, 'Run it again: it goes on from what is on the host.');
        case 'timeout':
            return fault('PROGRAM_TIMEOUT', `\`${name}\` did not end within ${Math.round(program.limitMs / 1000)} s and was ended`, 'Read the lines above for what it waited for.');
        case 'lost':
            return fault('SSH_LOST', `the connection was lost during \`${name}\`: ${ending.why ?? at.why}`, program.interrupt === 'finish'
                ? 'The program may go on on the host: run again when the host answers, or look with `sh <base>/.landfall/status`.'
                : 'Run it again when the host answers.');
        case 'no-shell':
            return { ok: false, fault: noShell(at, ending) };
        case 'broken':
            return fault('INTERNAL', `what \`${name}\` was to be sent could not be read: ${ending.error.message}`, 'Run it again.', ending.error);
        case 'killed':
            return fault('PROGRAM_DIED', `\`${name}\` was killed on the host (${ending.signal})`, 'Look for the reason on the host, memory first: `dmesg | tail`, `free -m`. Then run it again.');
        case 'exit':
            break;
    }
    const { code } = ending;
    if (code === 0) {
        try {
            return (0,packages_fault.ok)(program.out(ending.stdout));
        }
        catch (error) {
            const text = error instanceof Error ? error.message : String(error);
            return fault('PROGRAM_FAILED', `\`${name}\` printed something else than it should: ${text}`, 'Please report this with the log of the run.', error);
        }
    }
    if (code === 1)
        return fault(program.fault, last ?? packages_fault/* codes */.F4[program.fault], program.next);
    if (isShared(code))
        return fault(exitCodes[code].fault, last === undefined ? exitCodes[code].what : `${exitCodes[code].what}: ${last}`, nexts[code]);
    if (code > 128)
        return fault('PROGRAM_DIED', `\`${name}\`, or something that it ran, was killed on the host (signal ${code - 128})`, 'Look for the reason on the host, memory first: `dmesg | tail`, `free -m`. Then run it again.');
    return fault('PROGRAM_FAILED', `\`${name}\` ended with exit code ${code}${last === undefined ? '' : `: ${last}`}`, program.next);
};

;// CONCATENATED MODULE: ./packages/host/private-key.ts


/** Also one of node:crypto's, which is of another realm where this runs within a context of its own (a test). */
const isError = (value) => Object.prototype.toString.call(value) === '[object Error]';
const unreadable = (what, next) => (0,packages_fault/* fail */.fJ)({ code: 'SSH_KEY_UNREADABLE', what, next });
/**
 * A key as secrets lose it on their way, mended: CRLF, literal `\n`, indentation, line ends turned into spaces, no last newline.
 * Headers of an old encrypted PEM cannot be found again once all is on one line.
 */
const mendKeyText = (text) => {
    const lines = text
        .replaceAll(String.raw `\r`, '')
        .replaceAll(String.raw `\n`, '\n')
        .split(/\r\n|\r|\n/)
        .map((line) => line.trim());
    const whole = lines.join('\n').trim();
    const match = /^(-----BEGIN [A-Z0-9 ]+-----)([\s\S]+?)(-----END [A-Z0-9 ]+-----)$/.exec(whole);
    if (match === null)
        return `${whole}\n`;
    const [, begin = '', inner = '', end = ''] = match;
    if (inner.includes(':'))
        return `${whole}\n`;
    const base64 = inner.replace(/\s+/g, '');
    return [begin, ...(base64.match(/.{1,70}/g) ?? []), end, ''].join('\n');
};
const word = (bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
};
/** An Ed25519 key in OpenSSH's own format (PROTOCOL.key), the only one that ssh2 reads for it. */
const openSshEd25519 = (seed, open) => {
    const type = word(Buffer.from('ssh-ed25519'));
    const check = Buffer.alloc(8, 1);
    const secret = Buffer.concat([check, type, word(open), word(Buffer.concat([seed, open])), word(Buffer.alloc(0))]);
    const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
    const none = word(Buffer.from('none'));
    const blob = Buffer.concat([
        Buffer.from('openssh-key-v1\0'), none, none, word(Buffer.alloc(0)), Buffer.from([0, 0, 0, 1]),
        word(Buffer.concat([type, word(open)])), word(Buffer.concat([secret, padding])),
    ]); // prettier-ignore
    return mendKeyText(`-----BEGIN OPENSSH PRIVATE KEY-----\n${blob.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`);
};
/** PKCS#8 (`BEGIN PRIVATE KEY`), which ssh2 does not read, as a format that it reads. Undefined: no such key, or a wrong passphrase. */
const fromPkcs8 = (text, passphrase) => {
    try {
        const key = (0,external_node_crypto_.createPrivateKey)(passphrase === undefined ? text : { key: text, passphrase });
        if (key.asymmetricKeyType === 'rsa')
            return key.export({ type: 'pkcs1', format: 'pem' }).toString();
        if (key.asymmetricKeyType === 'ec')
            return key.export({ type: 'sec1', format: 'pem' }).toString();
        const { d, x } = key.export({ format: 'jwk' });
        if (key.asymmetricKeyType !== 'ed25519' || d === undefined || x === undefined)
            return undefined;
        return openSshEd25519(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'));
    }
    catch {
        return undefined;
    }
};
const convert = 'Give the key in OpenSSH format: make a copy of the key file, run `ssh-keygen -p -f <copy>`, and store the whole text of the copy.';
const why = (text, passphrase, error) => {
    if (/^(ssh-(rsa|ed25519)|ecdsa-sha2-\S+) /.test(text) ||
        text.includes('BEGIN PUBLIC KEY') ||
        text.includes('BEGIN SSH2 PUBLIC'))
        return unreadable('this is a public key', 'Give the private key: the file whose name does not end in `.pub`.');
    if (/^PuTTY-User-Key-File/.test(text))
        return unreadable('this PuTTY key cannot be read', 'Convert it with `puttygen key.ppk -O private-openssh -o id_deploy` and store the text of id_deploy.');
    if (Buffer.from(text.replace(/-----[^\n]*-----/g, ''), 'base64').includes('sk-ssh-') || text.includes('sk-ecdsa-'))
        return unreadable('this key lies on a security key (FIDO), which somebody has to touch', 'Make a key for deploys: `ssh-keygen -t ed25519 -f id_deploy`, and store the text of id_deploy.');
    const encrypted = /ENCRYPTED|encrypted|passphrase|integrity check failed|decrypt|unable to authenticate/i.test(text.slice(0, 200) + error.message);
    if (encrypted && passphrase === undefined)
        return unreadable('the private key is encrypted and no passphrase was given', 'Give the passphrase in `ssh-key-passphrase`, or remove it from a copy of the key: `ssh-keygen -p -N "" -f <copy>`.');
    if (/Invalid initialization vector|cipher/i.test(error.message))
        return unreadable('the private key is encrypted with a cipher that cannot be read here', 'Encrypt a copy anew: `ssh-keygen -p -Z aes256-ctr -f <copy>`.');
    if (encrypted)
        return unreadable('the private key cannot be decrypted: the passphrase is probably wrong', 'Check `ssh-key-passphrase` with `ssh-keygen -y -f <key>`.');
    if (!text.includes('-----BEGIN '))
        return unreadable('this is no private key: it does not begin with `-----BEGIN … PRIVATE KEY-----`', 'Store the whole text of the private key file, its first and last line included: `gh secret set SSH_KEY < id_deploy`.');
    return unreadable(`the private key cannot be read (${error.message})`, convert);
};
/**
 * Reads a private key: OpenSSH and PEM formats, PKCS#8, PuTTY version 2; broken line ends are mended.
 * Decrypting an OpenSSH key takes half a second of computing: read a key once. Faults: `SSH_KEY_UNREADABLE`.
 */
const readPrivateKey = (raw, passphrase, parse) => {
    const given = passphrase === '' ? undefined : passphrase;
    const text = mendKeyText(raw);
    if (text.trim() === '')
        return unreadable('the private key is empty', 'Check that the secret exists and is readable in this job: `gh secret list`.');
    const attempt = (candidate) => {
        try {
            const parsed = parse(candidate, given);
            const key = (Array.isArray(parsed) ? parsed[0] : parsed);
            if (isError(key))
                return key;
            return key.isPrivateKey() ? key : new Error('a public key');
        }
        catch (error) {
            return isError(error) ? error : new Error(String(error));
        }
    };
    const first = attempt(text);
    if (!isError(first))
        return (0,packages_fault.ok)(first);
    const mended = text.includes('PRIVATE KEY') ? fromPkcs8(text, given) : undefined;
    const second = mended === undefined ? first : attempt(mended);
    return isError(second) ? why(text, given, first) : (0,packages_fault.ok)(second);
};

;// CONCATENATED MODULE: ./packages/host/reach.ts

/** RFC 4254, 5.1: the address could not be connected to; any other reason is about forwarding itself. */
const connectFailed = 2;
const reach_refusal = (to) => ({
    what: `the host does not forward connections to ${reach_placeOf(to)}, and has no python3 that could make them`,
    next: `sshd_config must allow it for this user (${'socket' in to ? 'AllowStreamLocalForwarding' : 'AllowTcpForwarding, PermitOpen'}, DisableForwarding no), or python3 must be on the host.`,
});
const reach_placeOf = (to) => ('socket' in to ? to.socket : `${to.host}:${to.port}`);
/**
 * Connects from a host to something inside it: by sshd, which forwards, or by a program there, which relays, where sshd does not.
 * OpenSSH gives the same reason for a socket that is missing and for one that may not be reached: both are tried. Faults: `SSH_FORWARD`.
 */
const reach = async (name, by, to) => {
    const nothing = {
        what: `on the host, nothing answers at ${reach_placeOf(to)}`,
        next: 'Check that the service listens there.',
    };
    const failed = (meaning, thrown, ...more) => (0,packages_fault/* fail */.fJ)({
        code: 'SSH_FORWARD',
        host: name,
        ...meaning,
        said: [thrown instanceof Error ? thrown.message : String(thrown), ...more].filter((text) => text !== ''),
    });
    try {
        return (0,packages_fault.ok)(await by.forward(to));
    }
    catch (thrown) {
        const asked = thrown instanceof Error && 'reason' in thrown && thrown.reason === connectFailed;
        if (asked && !('socket' in to))
            return failed(nothing, thrown);
        try {
            const relayed = await by.relay(to);
            if (!('why' in relayed))
                return (0,packages_fault.ok)(relayed);
            return failed(relayed.why === 'nothing' ? nothing : reach_refusal(to), thrown, relayed.said);
        }
        catch (lost) {
            const what = `nothing could be asked at ${reach_placeOf(to)}: no program runs on the host`;
            return failed({ what, next: 'Run it again.' }, lost);
        }
    }
};

;// CONCATENATED MODULE: ./packages/host/relay.ts


/** The exit codes of relay.sh. */
const meant = { 1: 'nothing', 69: 'no-python' };
/**
 * Connects from a host to something inside it by a program there, which passes the bytes on: what a check `from: host` uses where sshd
 * forwards nothing. Ending the stream ends the program. Rejects where no program could be run.
 */
const relay_relay = async (shells, to) => {
    const shell = await shells.take();
    const sent = new external_node_stream_.PassThrough();
    const connected = Promise.withResolvers();
    const stream = new external_node_stream_.Duplex({
        read: () => undefined,
        write: (chunk, _, done) => {
            sent.write(chunk, done);
        },
        final: (done) => {
            sent.end(done);
        },
        destroy: (error, done) => {
            sent.end();
            shell.close();
            done(error);
        },
    });
    let greeted = false;
    let said = '';
    shell.start({
        args: [transport.relayBody, ...('socket' in to ? [to.socket] : [to.host, String(to.port)])],
        text: transport.relay,
        body: sent,
        onOut: (chunk) => {
            // the line is written alone, before anything else
            const rest = greeted ? chunk : chunk.subarray(chunk.indexOf('\n') + 1);
            greeted = true;
            connected.resolve(stream);
            if (rest.length > 0)
                stream.push(rest);
        },
        onErr: (chunk) => {
            said += chunk.toString('utf8');
        },
    });
    void shell.ended.then(({ code = -1, noise }) => {
        const why = meant[code];
        if (why === undefined)
            connected.reject(new Error(noise.trim() || 'the connection is gone'));
        else
            connected.resolve({ why, said: said.trim() });
        stream.push(null);
    });
    return connected.promise;
};

;// CONCATENATED MODULE: ./packages/host/connect-fault.ts
const retryHint = 'sshd (9.8 and newer) shuts addresses out for a while after failed logins (PerSourcePenalties): wait half a minute before trying again.';
const keyTypes = 'Where the key is an old RSA key, sshd must accept rsa-sha2-256 or rsa-sha2-512 (`sshd -T | grep -i pubkeyaccepted`).';
const faultAt = (hop, error) => (code, what, next) => ({
    code,
    host: hop.name,
    what,
    said: [error.message],
    next,
    cause: error,
});
/** What a failed connection means. `agent`: the key was to come from the SSH agent. */
const connectFault = (hop, error, agent) => {
    const fault = faultAt(hop, error);
    const place = `${hop.address}, port ${hop.port}`;
    const authorized = `~${hop.user}/.ssh/authorized_keys on the host`;
    if (error.level === 'client-authentication' && agent)
        return fault('SSH_REFUSED', `${place} accepts no key of the SSH agent for the user ${hop.user}`, `\`ssh-add -L\` lists the agent's keys: one of them must be a line of ${authorized}. sshd ends the login after \`MaxAuthTries\` (6) keys: add only the deploy key to the agent. ${retryHint}`);
    if (error.level === 'client-authentication')
        return fault('SSH_REFUSED', `${place} does not accept this key for the user ${hop.user}`, `Check that the key's public half is a line of ${authorized}, that nobody else may write to that file, its folder and the home directory, and that the account may log in. \`journalctl -t sshd\` there says why. ${keyTypes} ${retryHint}`);
    if (error.level === 'agent')
        return fault('SSH_KEY_UNREADABLE', 'the SSH agent does not answer', 'Give the key in `ssh-key`, or check the agent at SSH_AUTH_SOCK: `ssh-add -l` must list the deploy key.');
    if (/no matching host key format/i.test(error.message))
        return fault('SSH_UNREACHABLE', `${place} has no host key of a type that can be checked here`, 'Give it one: `ssh-keygen -A` as root on the host makes an Ed25519 key; `HostKey` lines of sshd_config must not leave it out. Then reload sshd.');
    if (error.level === 'handshake' || /handshake/.test(error.message))
        return fault('SSH_UNREACHABLE', `${place} ended the SSH handshake: ${error.message}`, `Try \`ssh -v -p ${hop.port} ${hop.user}@${hop.address}\`. ${retryHint}`);
    return fault('SSH_UNREACHABLE', `no SSH server answers at ${place}: ${error.message}`, 'Check address, port and firewall: the runner needs a way to the host.');
};
const prohibited = 1;
/** Why a jump host makes no connection to the next host. */
const forwardFault = (jump, next, error) => {
    const place = `${next.address}, port ${next.port}`;
    if (error.reason === prohibited)
        return faultAt(jump, error)('SSH_NO_FORWARDING', `the jump host lets ${jump.user} make no connection to ${place}`, `In /etc/ssh/sshd_config of the jump host set \`AllowTcpForwarding local\`, let \`PermitOpen\` name ${next.address}:${next.port} or \`any\`, and no \`DisableForwarding yes\`; then reload sshd. A \`restrict\` or \`no-port-forwarding\` before the key in ~${jump.user}/.ssh/authorized_keys needs \`port-forwarding\` behind it.`);
    return faultAt(next, error)('SSH_UNREACHABLE', `no SSH server answers at ${place}, asked from the jump host ${jump.name}: ${error.message}`, `Check address, port and firewall as the jump host sees them: \`ssh -p ${jump.port} ${jump.user}@${jump.address} nc -vz ${next.address} ${next.port}\`.`);
};

;// CONCATENATED MODULE: ./packages/host/known-hosts.ts

/** Signature algorithms by type of key, newest first. */
const algorithms = {
    'ssh-ed25519': ['ssh-ed25519'],
    'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
    'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
    'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
    'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};
/** The key of a wire blob: the type is its first field. Undefined when it is none. */
const keyOfBlob = (blob) => {
    if (blob.length < 8)
        return undefined;
    const length = blob.readUInt32BE(0);
    if (length === 0 || length > 64 || 4 + length >= blob.length)
        return undefined;
    return { type: blob.subarray(4, 4 + length).toString('latin1'), blob };
};
const keyOfFields = (type, base64) => {
    if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
        return undefined;
    const key = keyOfBlob(Buffer.from(base64, 'base64'));
    return key?.type === type ? key : undefined;
};
const matchesGlob = (pattern, name) => {
    const source = pattern
        .replace(/[^*?]/g, (c) => c.replace(/[\\^$.+()[\]{}|/-]/, '\\$&'))
        .replace(/\*+/g, '.*')
        .replaceAll('?', '.');
    return new RegExp(`^${source}$`, 'is').test(name);
};
/** Does the first field of a known_hosts line mean this name? sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
const known_hosts_names = (field, name) => {
    if (field.startsWith('|1|')) {
        const [, , salt = '', hash = ''] = field.split('|');
        return (0,external_node_crypto_.createHmac)('sha1', Buffer.from(salt, 'base64')).update(name.toLowerCase()).digest('base64') === hash;
    }
    const patterns = field.split(',');
    if (patterns.some((p) => p.startsWith('!') && matchesGlob(p.slice(1), name)))
        return false;
    return patterns.some((p) => !p.startsWith('!') && matchesGlob(p, name));
};
const readLine = (line) => {
    const words = line.split(/[ \t]+/);
    const bare = keyOfFields(words[0], words[1]);
    if (bare !== undefined)
        return { marker: '', field: undefined, key: bare };
    const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
    const [field, type, base64] = words;
    const key = keyOfFields(type, base64);
    return key === undefined || field === undefined || !['', '@revoked', '@cert-authority'].includes(marker)
        ? undefined
        : { marker, field, key };
};
/**
 * The pins for a host in known_hosts lines, and in bare `type base64` lines, which mean every host that they are given for.
 * As OpenSSH: with a port other than 22 the name is `[host]:port`, and `host` counts where no line has that.
 */
const pinsFor = (text, host, port) => {
    const own = port === 22 ? host : `[${host}]:${port}`;
    const bad = [];
    const lines = [];
    for (const [index, raw] of text.split(/\r?\n/).entries()) {
        const trimmed = raw.trim();
        if (trimmed === '' || trimmed.startsWith('#'))
            continue;
        const line = readLine(trimmed);
        if (line === undefined)
            bad.push(index + 1);
        else if (line.field === undefined || known_hosts_names(line.field, own))
            lines.push({ ...line, own: true });
        else if (port !== 22 && known_hosts_names(line.field, host))
            lines.push({ ...line, own: false });
    }
    const marked = (marker) => lines.filter((line) => line.marker === marker);
    const plain = marked('');
    const hasOwn = plain.some((line) => line.own);
    return {
        keys: plain.filter((line) => line.own || !hasOwn).map((line) => line.key),
        revoked: marked('@revoked').map((line) => line.key),
        authorities: marked('@cert-authority').map((line) => line.key),
        bad,
    };
};
/** Is this the host that was pinned? */
const isPinned = (pins, blob) => !pins.revoked.some((key) => key.blob.equals(blob)) && pins.keys.some((key) => key.blob.equals(blob));
/** What to negotiate: algorithms of pinned keys first, then the rest, so that a host without them still shows the key that it has. */
const hostKeyAlgorithms = (pins) => [
    ...new Set([...pins.keys.flatMap((key) => algorithms[key.type] ?? []), ...Object.values(algorithms).flat()]),
];
/** `type base64`, as in known_hosts after the name, and as landfall.yml's `key`. */
const keyLine = (key) => `${key.type} ${key.blob.toString('base64')}`;
/** A line for known_hosts. */
const knownHostsLine = (host, port, key) => `${port === 22 ? host : `[${host}]:${port}`} ${keyLine(key)}`;
/** As `ssh-keygen -lf` prints it: `SHA256:` and unpadded base64. */
const fingerprint = (key) => `SHA256:${(0,external_node_crypto_.createHash)('sha256').update(key.blob).digest('base64').replace(/=+$/, '')}`;

;// CONCATENATED MODULE: ./packages/host/host-key-fault.ts

const keyFiles = {
    'ssh-ed25519': 'ssh_host_ed25519_key.pub',
    'ssh-rsa': 'ssh_host_rsa_key.pub',
};
const howToPin = ({ address: host, port, below }, key) => {
    if (key === undefined)
        return `Run \`ssh-keyscan -p ${port} ${host}\`, compare the key with \`ssh-keygen -lf\` on the host, and pin it.`;
    const file = keyFiles[key.type] ?? 'ssh_host_ecdsa_key.pub';
    return [
        `Log in to ${host} by a way that you trust and run \`ssh-keygen -lf /etc/ssh/${file}\`. Only if it prints ${fingerprint(key)}, pin this key.`,
        `In landfall.yml, below \`${below}\`:  key: ${keyLine(key)}`,
        // The input is of the host alone: for what lies on the way there is the file.
        ...(below === 'hosts' ? [`Or in the input \`host-key\`:  ${knownHostsLine(host, port, key)}`] : []),
    ].join('\n');
};
/** Why a host key was not taken. `seen` is the key that the host showed, if it came to that. */
const hostKeyFault = (at, pins, seen) => {
    const said = pins.bad.map((line) => `line ${line} of the pins is no known_hosts line and no \`type base64\` line`);
    const { address, port } = at;
    const shown = seen === undefined ? [] : [`shown:  ${seen.type} ${fingerprint(seen)}`];
    if (seen !== undefined && pins.revoked.some((key) => key.blob.equals(seen.blob)))
        return {
            code: 'SSH_HOST_KEY_DIFFERS',
            host: at.name,
            what: `${address} showed a key that the pins mark as @revoked: ${fingerprint(seen)}`,
            said: [...shown, ...said],
            next: 'Do not connect until you know why the host still uses a revoked key. Give the host a new key and pin that.',
        };
    if (pins.keys.length > 0)
        return {
            code: 'SSH_HOST_KEY_DIFFERS',
            host: at.name,
            what: `${address} showed another key than the pinned one: somebody may be answering in its place, or the host was set up anew`,
            said: [...pins.keys.map((key) => `pinned: ${key.type} ${fingerprint(key)}`), ...shown, ...said],
            next: `If you know why the key changed, replace the pin. ${howToPin(at, seen)}`,
        };
    if (pins.authorities.length > 0)
        return {
            code: 'SSH_HOST_KEY_CA',
            host: at.name,
            what: `${address} is pinned by a @cert-authority line only; host certificates cannot be checked here`,
            said: [...shown, ...said],
            next: `Pin the host's own key instead. ${howToPin(at, seen)}`,
        };
    return {
        code: 'SSH_HOST_KEY_MISSING',
        host: at.name,
        what: `no host key is pinned for ${port === 22 ? address : `${address}, port ${port}`}`,
        said: [...shown, ...said],
        next: howToPin(at, seen),
    };
};

;// CONCATENATED MODULE: ./packages/host/link.ts
const link_open = (client, ask) => new Promise((resolve, reject) => {
    const lost = () => {
        reject(new Error('the connection is gone'));
    };
    client.once('close', lost);
    try {
        // Throws at once when the connection is gone.
        ask((error, channel) => {
            client.off('close', lost);
            if (error === undefined)
                resolve(channel);
            else
                reject(error);
        });
    }
    catch (error) {
        client.off('close', lost);
        reject(error instanceof Error ? error : new Error(String(error)));
    }
});
/** A client that is logged in, or about to be. `stream` carries it; `said`: the last thing that the library said. */
const linkOf = (client, stream, said) => {
    let live = true;
    const gone = new Promise((resolve) => {
        client.once('close', () => {
            live = false;
            resolve();
        });
    });
    client.setMaxListeners(0);
    return {
        exec: (command) => link_open(client, (answer) => void client.exec(command, answer)),
        forward: (to) => link_open(client, (answer) => {
            if ('socket' in to)
                client.openssh_forwardOutStreamLocal(to.socket, answer);
            else
                client.forwardOut('127.0.0.1', 0, to.host, to.port, answer);
        }),
        alive: () => live,
        gone,
        why: said,
        end: async () => {
            if (!live)
                return;
            client.end();
            const timer = setTimeout(() => {
                stream.destroy();
            }, 1000);
            await gone;
            clearTimeout(timer);
        },
    };
};

;// CONCATENATED MODULE: ./packages/host/connect.ts





/** A person or the runner does not want it any more. */
const cancelled = (hop) => (0,packages_fault/* fail */.fJ)({ code: 'CANCELLED', host: hop.name, what: 'cancelled while connecting', next: 'Run it again.' });
/**
 * Connects once over a stream, by public key or agent, to a host whose key is pinned. Never tries a login twice: sshd punishes the
 * address. The stream is destroyed when it fails. `below`: the key of landfall.yml that describes the host, for people.
 * Faults: `SSH_HOST_KEY_*`, `SSH_REFUSED`, `SSH_UNREACHABLE`, `SSH_KEY_UNREADABLE` (agent), `CANCELLED`.
 */
const connect = async (hop, stream, login, below) => {
    const { key, signal } = login;
    const pins = pinsFor(hop.pins, hop.address, hop.port);
    const { NodeSSH } = await Promise.all(/* import() */[__webpack_require__.e(472), __webpack_require__.e(487)]).then(__webpack_require__.bind(__webpack_require__, 9487));
    const ssh = new NodeSSH();
    let said;
    const shown = { refused: false };
    const method = key === undefined
        ? { type: 'agent', username: hop.user, agent: login.agent ?? '' }
        : { type: 'publickey', username: hop.user, key };
    const giveUp = () => {
        stream.destroy();
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
        const connected = ssh.connect({
            sock: stream,
            username: hop.user,
            authHandler: [method],
            readyTimeout: login.connectMs ?? 20_000,
            keepaliveInterval: login.keepaliveMs ?? 15_000,
            keepaliveCountMax: 4,
            algorithms: {
                serverHostKey: [...hostKeyAlgorithms(pins)],
                cipher: { prepend: ['aes128-gcm@openssh.com'], append: [], remove: [] },
            },
            hostVerifier: (blob) => {
                shown.key = keyOfBlob(blob);
                shown.refused = !isPinned(pins, blob);
                return !shown.refused;
            },
        });
        // At once: node-ssh takes its own listener away when the connection is ready, and an 'error' that nobody hears ends the process.
        const client = ssh.connection;
        client.on('error', (error) => {
            said = said?.level === 'client-authentication' || said?.level === 'agent' ? said : error;
        });
        const link = linkOf(client, stream, () => said?.message ?? 'the connection was closed');
        await connected;
        return (0,packages_fault.ok)(link);
    }
    catch (thrown) {
        stream.destroy();
        if (signal?.aborted === true)
            return cancelled(hop);
        if (shown.refused)
            return { ok: false, fault: hostKeyFault({ ...hop, below }, pins, shown.key) };
        const error = said ?? (thrown instanceof Error ? thrown : new Error(String(thrown)));
        return { ok: false, fault: connectFault(hop, error, key === undefined) };
    }
    finally {
        signal?.removeEventListener('abort', giveUp);
    }
};

;// CONCATENATED MODULE: ./packages/host/route.ts




/** A stream from a jump host to the next host, while somebody still waits for it. */
const through = async (behind, jump, next, login) => {
    const limit = AbortSignal.timeout(login.connectMs ?? 20_000);
    const stop = login.signal === undefined ? limit : AbortSignal.any([limit, login.signal]);
    const given = behind.forward({ host: next.address, port: next.port });
    const late = new Promise((_, reject) => {
        const give = () => {
            reject(new Error('the jump host did not answer in time'));
        };
        if (stop.aborted)
            give();
        stop.addEventListener('abort', give, { once: true });
    });
    try {
        return (0,packages_fault.ok)(await Promise.race([given, late]));
    }
    catch (thrown) {
        void given.then((stream) => stream.destroy(), () => undefined); // prettier-ignore
        if (login.signal?.aborted === true)
            return cancelled(next);
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        return { ok: false, fault: forwardFault(jump, next, error) };
    }
};
/** A link that takes the connection along that carries it, whether it is ended or lost: the inner one goes first. */
const carried = (link, behind) => {
    void link.gone.then(behind.end);
    return {
        ...link,
        end: async () => {
            await link.end();
            await behind.end();
        },
    };
};
/**
 * Connects to a host, through its jump hosts where it has some; the key of each is pinned.
 * Faults: those of {@link connect}, which name the host that failed, and `SSH_NO_FORWARDING`.
 */
const route = async (at, login) => {
    let behind;
    const { via = [] } = at;
    for (const [index, hop] of [...via, at].entries()) {
        if (login.signal?.aborted === true) {
            await behind?.link.end();
            return cancelled(hop);
        }
        const below = `hosts${'.via'.repeat(via.length - index)}`;
        const stream = behind === undefined
            ? (0,packages_fault.ok)((0,external_node_net_.connect)({ host: hop.address, port: hop.port, noDelay: true }))
            : await through(behind.link, behind.hop, hop, login);
        const link = stream.ok ? await connect(hop, stream.value, login, below) : stream;
        if (!link.ok) {
            await behind?.link.end();
            return link;
        }
        behind = { hop, link: behind === undefined ? link.value : carried(link.value, behind.link) };
    }
    // The loop has been through at least the host itself.
    return (0,packages_fault.ok)(behind.link);
};

;// CONCATENATED MODULE: ./packages/host/mark.ts
/** Divides a stream at the first `token…\n`, which may stand anywhere in a line: noise need not end with a newline. */
const divide = (token, parts) => {
    let found = false;
    let held = Buffer.alloc(0);
    const write = (chunk) => {
        if (found) {
            parts.data(chunk);
            return;
        }
        held = Buffer.concat([held, chunk]);
        const at = held.indexOf(token);
        const keep = at === -1 ? Math.max(0, held.length - token.length + 1) : at;
        if (keep > 0)
            parts.noise(held.subarray(0, keep));
        held = held.subarray(keep);
        const end = at === -1 ? -1 : held.indexOf(10);
        if (end === -1)
            return;
        found = true;
        parts.mark(held.subarray(token.length, end).toString('latin1').trim());
        if (end + 1 < held.length)
            parts.data(held.subarray(end + 1));
        held = Buffer.alloc(0);
    };
    return {
        write,
        end: () => {
            if (!found && held.length > 0)
                parts.noise(held);
            held = Buffer.alloc(0);
        },
    };
};

;// CONCATENATED MODULE: ./packages/host/shell.ts



const noiseKept = 4096;
const shell_send = (channel, job, broke) => {
    if (job.body === 'hold')
        return () => undefined;
    if (Buffer.isBuffer(job.body)) {
        channel.end(job.body);
        return () => undefined;
    }
    const body = job.body;
    // `pipe` ends the channel with the body's end, not with its failure: a cut body must not look whole.
    body.once('error', broke);
    body.pipe(channel);
    channel.once('close', () => {
        body.destroy();
    });
    return () => {
        body.unpipe(channel);
        body.destroy();
    };
};
/** Opens a channel with a shell that waits. */
const openShell = async (link) => {
    const channel = await link.exec(bootstrap);
    const token = (0,external_node_crypto_.randomBytes)(16).toString('hex');
    let noise = '';
    let begun = false;
    let closed = false;
    let code;
    let signal;
    const onNoise = (chunk) => {
        noise = (noise + chunk.toString('utf8')).slice(-noiseKept);
    };
    let out = { write: onNoise, end: () => undefined };
    let err = out;
    let hold = () => undefined;
    const pid = Promise.withResolvers();
    const ended = Promise.withResolvers();
    const broken = Promise.withResolvers();
    broken.promise.catch(() => undefined);
    // Both streams are read from the first moment: they share one window, and the channel closes only when both were read.
    channel.on('data', (chunk) => {
        out.write(chunk);
    });
    channel.stderr.on('data', (chunk) => {
        err.write(chunk);
    });
    channel.on('error', () => undefined);
    channel.on('exit', (status, name) => {
        code = status ?? undefined;
        signal = name;
    });
    channel.on('close', () => {
        closed = true;
        out.end();
        err.end();
        pid.resolve(undefined);
        ended.resolve({
            begun,
            noise,
            ...(code === undefined ? {} : { code }),
            ...(signal === undefined ? {} : { signal }),
        });
    });
    return {
        start: (job) => {
            const mark = (rest) => {
                begun = true;
                pid.resolve(Number(rest));
            };
            out = divide(token, { noise: onNoise, mark, data: job.onOut });
            err = divide(token, { noise: onNoise, mark: () => undefined, data: job.onErr });
            channel.write(frame_frame(token, job.args, job.text));
            hold = shell_send(channel, job, broken.reject);
        },
        pid: pid.promise,
        ended: ended.promise,
        closed: () => closed,
        broken: broken.promise,
        hold: () => {
            hold();
        },
        signal: (name) => {
            try {
                channel.signal(name);
            }
            catch {
                // Gone already.
            }
        },
        close: () => {
            hold();
            try {
                channel.end();
                channel.close();
            }
            catch {
                // Gone already.
            }
        },
    };
};

;// CONCATENATED MODULE: ./packages/host/shells.ts


/** sshd allows 10 sessions a connection (MaxSessions); two are kept free for ending jobs. */
const limit = 8;
/**
 * Opened ahead, so that a step costs one round trip and not three. A new one takes two round trips: four are enough for steps that
 * follow each other at once, two of them side by side.
 */
const spares = 4;
/** How often, and after how many ms, a server is asked again that opens no channel at all. */
const shells_patience = 20;
const shells_pause = 50;
/**
 * Keeps shells waiting on a connection. A channel counts until the server has closed it: that is when its process has ended.
 */
const shells = (link) => {
    let open = 0;
    let most = limit;
    /** A program of ours has begun here. */
    let runs = false;
    const ready = [];
    const queue = [];
    const free = () => {
        open -= 1;
        queue.shift()?.();
    };
    /** Opens a shell on a slot that is counted already. */
    const begin = async () => {
        try {
            const shell = await openShell(link);
            void shell.ended.then(free);
            return shell;
        }
        catch (error) {
            // This server opens fewer channels than most do: live with what there is.
            if (link.alive())
                most = Math.max(1, Math.min(most, open - 1));
            free();
            throw error;
        }
    };
    const refill = () => {
        while (link.alive() && ready.length < spares && open < most && queue.length === 0) {
            open += 1;
            const shell = begin();
            ready.push(shell);
            shell.catch(() => {
                const at = ready.indexOf(shell);
                if (at !== -1)
                    void ready.splice(at, 1);
            });
        }
    };
    /**
     * A shell opened now: when the server refuses one, another of ours has to end first. Where none is open, sshd is asked again
     * for a second: it gives a slot back a moment after it has closed the channel.
     */
    const fresh = async () => {
        for (let refused = 0;;) {
            while (open >= most && link.alive())
                await new Promise((resolve) => queue.push(resolve));
            open += 1;
            try {
                return await begin();
            }
            catch (error) {
                if (refused >= shells_patience || !link.alive())
                    throw error;
                if (open > 0)
                    continue;
                refused += 1;
                await (0,external_node_timers_promises_.setTimeout)(shells_pause);
            }
        }
    };
    const waiting = async () => {
        for (let spare = ready.shift(); spare !== undefined; spare = ready.shift()) {
            const shell = await spare.catch(() => undefined);
            // Some shells do not wait for ever (TMOUT): one opened now tells whether none does.
            if (shell !== undefined && !shell.closed())
                return shell;
        }
        return undefined;
    };
    void link.gone.then(() => {
        for (const wake of queue.splice(0))
            wake();
    });
    refill();
    return {
        take: async () => {
            const shell = (await waiting()) ?? (await fresh());
            // Only once a program ran: where none does, opening more would never end.
            if (runs)
                refill();
            void shell.pid.then((pid) => {
                if (pid === undefined)
                    return;
                runs = true;
                refill();
            });
            return shell;
        },
        extra: async () => {
            try {
                return await openShell(link);
            }
            catch (error) {
                const spare = await waiting();
                if (spare === undefined)
                    throw error;
                return spare;
            }
        },
    };
};

;// CONCATENATED MODULE: ./packages/host/session.ts














const longestPause = 15_000;
/** ms beyond a detached program's limit in which a lost host may come back. */
const session_patience = 60_000;
const named = (result, host) => result.ok ? result : { ok: false, fault: { ...result.fault, host } };
const loadKey = async (at) => {
    if (at.key === undefined) {
        if (at.agent !== undefined && at.agent !== '')
            return named(await askAgent(at.agent), at.name);
        return (0,packages_fault/* fail */.fJ)({
            code: 'SSH_KEY_UNREADABLE',
            host: at.name,
            what: 'there is no private key and no SSH agent',
            next: 'Give the key in `ssh-key`, or start an agent and let SSH_AUTH_SOCK name its socket.',
        });
    }
    const { default: ssh2 } = await __webpack_require__.e(/* import() */ 472).then(__webpack_require__.t.bind(__webpack_require__, 5472, 23));
    const parsed = readPrivateKey(at.key.privateKey, at.key.passphrase, ssh2.utils.parseKey);
    return named(parsed, at.name);
};
const orCancelled = async (promise, host, signal) => {
    if (signal === undefined)
        return promise;
    const cancelled = Promise.withResolvers();
    const onAbort = () => {
        cancelled.resolve((0,packages_fault/* fail */.fJ)({ code: 'CANCELLED', host, what: 'cancelled while connecting', next: 'Run it again.' }));
    };
    if (signal.aborted)
        onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
        return await Promise.race([promise, cancelled.promise]);
    }
    finally {
        signal.removeEventListener('abort', onAbort);
    }
};
/** Connects to a host. Connects again by itself when a program is run after the connection was lost. Faults: those of connecting. */
const openSession = async (at) => {
    const key = await loadKey(at);
    if (!key.ok)
        return key;
    const steps = `${at.base}/.landfall/steps/${at.driver}`;
    const closing = new AbortController();
    let count = 0;
    let current;
    let dialing;
    const dial = async (signal) => {
        const link = await route(at, { ...at, key: key.value, signal });
        if (!link.ok)
            return link;
        current = { link: link.value, shells: shells(link.value) };
        return (0,packages_fault.ok)(current);
    };
    const connected = async (signal) => {
        if (closing.signal.aborted)
            return (0,packages_fault/* fail */.fJ)({
                code: 'SSH_LOST',
                host: at.name,
                what: 'the connection is closed',
                next: 'Please report this with the log of the run.',
            });
        if (current?.link.alive() === true)
            return (0,packages_fault.ok)(current);
        // Whoever comes first dials for all; its own signal must not cut the others short.
        dialing ??= dial(closing.signal).finally(() => {
            dialing = undefined;
        });
        return orCancelled(dialing, at.name, signal);
    };
    /** One attempt. A connection that is lost without knowing it is given up: the next program gets another. */
    const tried = async ({ link, shells: free }, what) => {
        const ending = await attempt_attempt(free, link.alive, what);
        if (ending.kind === 'lost')
            await link.end();
        return ending;
    };
    const finish = async (name, program, args, how, prose) => {
        count += 1;
        // Random beside the count: another process may act with the same driver.
        const step = `${name}-${count}-${(0,external_node_crypto_.randomBytes)(3).toString('hex')}`;
        const until = Date.now() + program.limitMs + session_patience;
        let lost = { kind: 'lost' };
        for (let pause = 250;; pause = Math.min(2 * pause, longestPause)) {
            const now = await connected(how.signal);
            if (now.ok) {
                const what = following({ steps, step, args, text: program.text, limitMs: program.limitMs }, prose);
                const ending = endingOf(await tried(now.value, { ...what, ...(how.signal ? { signal: how.signal } : {}) }));
                if (ending.kind !== 'lost')
                    return (0,packages_fault.ok)(ending);
                lost = ending;
            }
            else if (now.fault.code !== 'SSH_UNREACHABLE')
                return now;
            if (closing.signal.aborted || Date.now() > until)
                return (0,packages_fault.ok)(lost);
            try {
                await (0,external_node_timers_promises_.setTimeout)(pause, undefined, how.signal ? { signal: how.signal } : {});
            }
            catch {
                return (0,packages_fault.ok)({ kind: 'cancelled' });
            }
        }
    };
    const once = async (program, args, how, prose) => {
        const now = await connected(how.signal);
        if (!now.ok)
            return now;
        return (0,packages_fault.ok)(await tried(now.value, {
            args,
            text: program.text,
            limitMs: program.limitMs,
            prose,
            ...(how.body === undefined ? {} : { body: how.body }),
            ...(how.signal === undefined ? {} : { signal: how.signal }),
        }));
    };
    const first = await dial(at.signal);
    if (!first.ok)
        return first;
    return (0,packages_fault.ok)({
        run: async (name, listed, input, how = {}) => {
            const limitMs = listed.limitOf?.(input) ?? listed.limitMs;
            const program = { ...listed, limitMs };
            const prose = lines_lines(how.onLine);
            try {
                const args = program.args(input);
                frame_words(args); // What no argument can hold is a fault before anything is sent.
                const ending = program.interrupt === 'finish'
                    ? await finish(name, program, args, how, prose)
                    : await once(program, args, how, prose);
                prose.end();
                if (!ending.ok)
                    return { ok: false, fault: { ...ending.fault, step: name } };
                return outcome({ host: at.name, name, why: current?.link.why() ?? '' }, program, ending.value, prose.last());
            }
            catch (error) {
                return { ok: false, fault: { ...(0,packages_fault/* faultOf */.Kl)(error), host: at.name, step: name } };
            }
        },
        reach: async (to, signal) => {
            const now = await connected(signal);
            if (!now.ok)
                return now;
            const { link, shells: free } = now.value;
            return reach(at.name, { forward: link.forward, relay: (place) => relay_relay(free, place) }, to);
        },
        close: async () => {
            closing.abort();
            await dialing;
            await current?.link.end();
        },
    });
};

;// CONCATENATED MODULE: ./packages/host/open.ts



/**
 * Connects to a host over SSH. Nothing throws.
 * Faults: `SSH_KEY_UNREADABLE`, `SSH_HOST_KEY_*`, `SSH_REFUSED`, `SSH_UNREACHABLE`, `CANCELLED`.
 */
const openHost = async (options) => {
    const session = await openSession(options);
    if (!session.ok)
        return session;
    return (0,packages_fault.ok)({
        name: options.name,
        run: (name, input, how = {}) => {
            // One entry of the table: its input and output belong together, which the type of the table as a whole cannot say.
            const program = programs[name];
            return session.value.run(name, program, input, how);
        },
        reach: session.value.reach,
        close: session.value.close,
    });
};

;// CONCATENATED MODULE: ./packages/host/public-half.ts

/** The public half of a private key, as `type base64`; undefined: the key cannot be read. May take half a second of computing. */
const publicHalf = async (key) => {
    const { default: ssh2 } = await __webpack_require__.e(/* import() */ 472).then(__webpack_require__.t.bind(__webpack_require__, 5472, 23));
    const read = readPrivateKey(key.privateKey, key.passphrase, ssh2.utils.parseKey);
    return read.ok ? `${read.value.type} ${read.value.getPublicSSH().toString('base64')}` : undefined;
};

;// CONCATENATED MODULE: ./packages/host/index.ts






;// CONCATENATED MODULE: ./packages/operations/conclude.ts



const conclude_outcome = (thrown) => (thrown instanceof Ended ? thrown.outcome : (0,packages_plan/* outcomeOf */.sG)((0,packages_fault/* faultOf */.Kl)(thrown)));
/** Carries an action's body out and makes its report, whatever became of it. */
const conclude = async (told, body) => {
    try {
        const { outcome, verdict } = await body();
        return report(told, outcome, verdict);
    }
    catch (thrown) {
        const came = conclude_outcome(thrown);
        const { cause, ...fault } = (0,packages_fault/* faultOf */.Kl)(thrown);
        if (fault.code === 'TX_LATE')
            takenBack(told.evidence);
        const serves = came === 'undone' ? `; ${told.evidence.release || 'nothing'} serves` : '';
        return report(told, came, `${fault.what}${serves}`, fault);
    }
};
/** The host has undone it by itself: what served before serves. */
const takenBack = (evidence) => {
    evidence.release = evidence.previous;
    evidence.undo = undefined;
    evidence.processes = [];
};
/** A plan without plain hashes of variables, which could be guessed by trying. */
const published = (plan) => JSON.parse(JSON.stringify(plan, (key, value) => (key === 'sha256' ? undefined : value)));
const report = (told, result, verdict, fault) => {
    const { evidence, startedAt, wall, timed, action, url, target, host, run } = told;
    const plan = evidence.plan === undefined ? undefined : published(evidence.plan);
    const known = Object.fromEntries(Object.entries({ url, target, host, run, ...evidence, plan, fault }).filter(([, value]) => value !== undefined));
    return {
        v: 1,
        processes: [],
        checks: [],
        notes: [],
        ...known,
        action,
        result,
        verdict,
        startedAt: startedAt.toISOString(),
        ms: wall().getTime() - startedAt.getTime(),
        timeline: timed(),
    };
};
/** What a scene tells its report. */
const told = (scene, action, startedAt) => ({
    action,
    startedAt,
    wall: scene.wall,
    url: scene.target.url,
    target: scene.target.name,
    host: scene.host.name,
    run: { url: scene.context.url, actor: scene.context.actor },
    timed: scene.timeline.timed,
    evidence: scene.evidence,
});

;// CONCATENATED MODULE: ./packages/operations/notify.ts

/** One try may take so long; a second and a third follow after these waits: ms. */
const notify_limit = 5000;
const waits = [1000, 3000];
const notify_fits = (text) => {
    if (!URL.canParse(text))
        return false;
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
};
/** What is wrong with the variables that `notify` names. Their values are shown to nobody. */
const notifyProblems = ({ notify }, names, values) => notify.flatMap(({ kind, url, secret }) => [url, ...(secret === undefined ? [] : [secret])].flatMap((name) => {
    const next = `env: ${name}, and in the step's env: ${name}: \${{ secrets.${name} }}; or a line ${name}=… of env-values`;
    if (!names.includes(name))
        return [{ where: 'input env', what: `notify.${kind} needs ${name}, which is not listed`, next }];
    const value = values[name];
    if (name !== url || value === undefined || notify_fits(value))
        return [];
    return [{ where: 'input env', what: `${name}, for notify.${kind}, holds no https:// address`, next }];
}));
const delivered = (status) => status !== undefined && status >= 200 && status < 300;
const notify_final = (status) => status !== undefined && status < 500 && status !== 429;
/** Sends one message, three times at most. Gives why it did not arrive. */
const notify_send = async ({ post, clock, signal }, { url, headers, body }) => {
    for (let at = 0;; at++) {
        const { status, said } = await post({ url, headers, body, limit: notify_limit });
        if (delivered(status))
            return undefined;
        const wait = waits[at];
        // a run that is cancelled has no time for another try
        if (notify_final(status) || wait === undefined || signal.aborted)
            return [status, said].filter(Boolean).join(' ');
        await clock.sleep(wait, signal);
    }
};
/** Tells everybody who wants to hear of it, at the same time. What did not arrive is a warning, and changes nothing else. */
const tell = async (teller, { notify }, values, notices) => {
    const messages = notices.flatMap((notice) => messagesOf(notice, notify, values));
    const ends = await Promise.all(messages.map(async (message) => ({ kind: message.kind, why: await notify_send(teller, message) })));
    return ends.flatMap(({ kind, why }) => why === undefined ? [] : [{ kind: 'warning', text: `the notice to ${kind} did not arrive: ${why || 'no answer'}` }]);
};

;// CONCATENATED MODULE: ./packages/operations/announce.ts




/**
 * Tells people of an action's end, and of what the host did by itself before it. A dry run tells nothing. What did not reach
 * everybody comes back as warnings, and what the host did is then told again by the next action.
 */
const announce = async (stage, scene, report, conclusion) => {
    if (report.result === 'planned')
        return [];
    const notice = noticeOf(report, conclusion);
    const notices = [
        ...(report.reverted ?? []).map((one) => revertedNotice(report, one)),
        ...(notice === undefined ? [] : [notice]),
    ];
    const unsent = await tell(stage, scene.target, scene.env, notices);
    if (unsent.length === 0)
        await markTold(scene, report);
    return unsent;
};
/**
 * The host's journal keeps that people were told what it did by itself, so that the next action does not tell it again; that a
 * run came too late to confirm it has told by its own end. Where this fails, it is told twice.
 */
const markTold = async ({ host, target: { base } }, { fault, transaction, reverted = [] }) => {
    const late = fault?.code === 'TX_LATE' ? Number(transaction?.slice(1) ?? 0) : 0;
    const numbers = [...reverted.map(({ number }) => number), ...(late > 0 ? [late] : [])];
    if (numbers.length > 0)
        await host.run('tell', { base, numbers });
};
/** Nobody got in: those who want to hear of failures hear of that too. What the log then says is the fault's own. */
const announceNoEntry = async (stage, action, target, values, thrown) => {
    const { context, startedAt, wall } = stage;
    const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    const report = await conclude({
        action,
        startedAt,
        wall,
        url: target.url,
        target: target.name,
        host: target.host.name,
        run: { url: context.url, actor: context.actor },
        timed: () => [],
        evidence: noEvidence(),
    }, () => Promise.reject(failure));
    const notice = noticeOf(report);
    for (const { text } of await tell(stage, target, values, notice === undefined ? [] : [notice]))
        stage.show(`! ${text}`);
};

;// CONCATENATED MODULE: ./packages/operations/deployment.ts

/** Characters of a description that GitHub takes. */
const deployment_longest = 140;
/** As it may be shown in one line of GitHub's pages. */
const describe = (text) => (0,packages_plan/* shorten */.ml)(text.replaceAll(/\s+/g, ' '), deployment_longest);
/** What GitHub is told of an end; undefined: nothing has changed, or it is not decided yet. */
const stateOf = ({ result, undo }, conclusion) => {
    if (result === 'planned' || result === 'unchanged')
        return undefined;
    if (result !== 'done')
        return 'failure';
    if (conclusion?.back === true)
        return 'failure';
    return undo?.by === undefined ? 'success' : undefined;
};
/**
 * GitHub's own: a job with `environment:` has a deployment, of which GitHub tells the end of the job. A status that is set from
 * within the job is replaced by that one, so there is nothing to add: github.com/hephaestus-build/Hephaestus/pull/1828
 */
const ofTheJob = ({ logUrl }, { url }) => logUrl.startsWith(`${url}/job/`);
/** What Landfall wrote into a deployment: the target, and the run. Older answers of GitHub hold it as text. */
const markOf = ({ payload }) => {
    const read = (value) => {
        if (typeof value !== 'string')
            return value;
        try {
            return JSON.parse(value);
        }
        catch {
            return undefined;
        }
    };
    const mark = read(payload)?.landfall;
    return typeof mark === 'object' && mark !== null ? mark : {};
};
const recorder = (given) => {
    const { environment, target, url, context, github, signal } = given;
    if (environment === undefined)
        return { begin: () => undefined, end: () => Promise.resolve([]) };
    let begun;
    const say = (id, state, description) => github.say(id, {
        state,
        description: describe(description),
        logUrl: context.url,
        ...(url === undefined || state === 'inactive' ? {} : { url }),
    });
    /** A run has one deployment a target, whatever steps, jobs and attempts work on it. */
    const find = async () => {
        const listed = await github.deployments(environment);
        if (!listed.ok)
            return listed;
        const kept = listed.value.some((one) => ofTheJob(one, context));
        const ours = listed.value.filter((one) => markOf(one).target === target);
        const own = ours.find((one) => markOf(one).run === context.runId);
        const before = ours.filter(({ id, state }) => id !== own?.id && state === 'success').map(({ id }) => id);
        return { ok: true, value: { id: kept ? undefined : own?.id, before, kept } };
    };
    const start = async (ref) => {
        const found = await find();
        if (!found.ok || found.value.kept)
            return found;
        const { id: own, before } = found.value;
        const made = own === undefined
            ? await github.deploy({ environment, ref, payload: { landfall: { target, run: context.runId } } })
            : { ok: true, value: own };
        if (!made.ok)
            return made;
        const said = await say(made.value, 'in_progress', `to ${target}`);
        return said.ok ? { ok: true, value: { id: made.value, before } } : said;
    };
    return {
        begin: (commit) => {
            begun ??= start(commit ?? context.sha ?? '');
        },
        end: async (report, conclusion) => {
            const state = stateOf(report, conclusion);
            // a run that is cancelled has 5 s; its post step tells the end
            if (state === undefined || signal.aborted)
                return [];
            const known = await (begun ?? find());
            const untold = (why) => [
                { kind: 'warning', text: `the deployment is not recorded at GitHub: ${why}` },
            ];
            if (!known.ok)
                return untold(known.why);
            const { id, before } = known.value;
            if (id === undefined)
                return [];
            const told = [await say(id, state, report.verdict)];
            if (state === 'success')
                for (const old of before)
                    told.push(await say(old, 'inactive', `${report.release ?? 'another release'} serves`));
            return told.flatMap((one) => (one.ok ? [] : untold(one.why))).slice(0, 1);
        },
    };
};

;// CONCATENATED MODULE: ./packages/operations/fork.ts

/** Refuses a run that is about a fork's commits, whatever rights it was given. Before anything is read or connected. Throws FORK_REFUSED. */
const refuseFork = ({ context: { fork, event } }) => {
    if (fork === undefined)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'FORK_REFUSED',
        what: `this run (${event ?? 'of an unknown event'}) is about commits of ${fork}, a fork: no host is connected to`,
        next: 'Run only what needs no host for pull requests of forks. Deploy what is merged: from `push` to a branch of this repository, or by `workflow_dispatch`.',
    });
};

;// CONCATENATED MODULE: ./packages/setup/script.ts

const directives = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "directives.sh", 'utf8');
const script_site = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "site.sh", 'utf8');
/** With the functions for nginx's site, in the place that it has for them. */
const script_units = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "units.sh", 'utf8').replace('# site.sh stands here\n', () => `${directives}\n${script_site}\n`);
/** With the program that it installs, in the place that it has for it. */
const script_text = (0,external_node_fs_.readFileSync)(__webpack_require__.ab + "setup.sh", 'utf8').replace('# units.sh stands here\n', () => script_units);
/**
 * Characters of one piece of a long value. What is masked are lines of the private key's file, of 64 or 70 characters, and the public
 * half of an RSA or ECDSA key stands there in clear: in one piece nobody could be shown it.
 */
const piece = 60;
/** Characters of a value that stays whole: an Ed25519 key and a name do. */
const whole = 120;
/** One word of sh, whatever it holds; a long one on several lines. */
const script_quoted = (value) => {
    const pieces = value.length <= whole ? [value] : (value.match(new RegExp(`[^]{1,${piece}}`, 'gu')) ?? []);
    return pieces.map((one) => `'${one.replaceAll("'", String.raw `'\''`)}'`).join('\\\n');
};
/** A value of setup.sh: the only lines of it that are not the same for all. */
const script_line = /^(user|key|path|base|python|manager|domains)='.*'$/gm;
/**
 * The script that makes a host ready, with these values: POSIX sh, to be read and run by a person as root. The values stand at its
 * beginning as words, and the script itself refuses (64) those that could mean more to a program than they are.
 */
const setupScript = (values) => 
// in one go over the text as it is here: nothing that a value holds is looked at
script_text.replace(script_line, (_, name) => `${name}=${script_quoted(values[name])}`);
/** The same with the values of an example, for documents. */
const setupExample = (/* unused pure expression or super */ null && (script_text));
/** The program that it installs where root has to do something for the deploy user; its values are those of an example. */
const unitsProgram = (/* unused pure expression or super */ null && (script_units));

;// CONCATENATED MODULE: ./packages/setup/index.ts


;// CONCATENATED MODULE: ./packages/operations/setup.ts



/** Is it what a host lacks that nobody has set up: a thing that only root can make, or the login itself? */
const notSetUp = ({ code, host, problems = [] }, target) => (code === 'SSH_REFUSED' && host === target.host.name) || problems.some(({ root }) => root === true);
/** The deploy user's name and the rest are landfall.yml's: nothing that the host says becomes part of what root runs. */
const valuesOf = async ({ host, path, base, python, manager, nginx }, place) => {
    const privateKey = place['ssh-key'];
    const passphrase = place['ssh-key-passphrase'];
    const half = privateKey === undefined
        ? undefined
        : await publicHalf({ privateKey, ...(passphrase === undefined ? {} : { passphrase }) });
    return {
        user: host.user,
        key: half === undefined ? '' : `${half} ${host.user}`,
        path,
        base,
        python: python.version,
        manager: manager ?? '',
        domains: nginx?.domains.join(' ') ?? '',
    };
};
/**
 * What was thrown, with the setup script of the target's host, where that makes what is missing; undefined: it does not. A directory at
 * `path` is in its way, also one that is to be adopted.
 */
const withSetup = async (thrown, target, place) => thrown instanceof packages_fault/* Failure */.HR && target.adopt !== true && notSetUp(thrown.fault, target)
    ? new packages_fault/* Failure */.HR({ ...thrown.fault, setup: setupScript(await valuesOf(target, place)) })
    : undefined;

// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core = __webpack_require__(8532);
;// CONCATENATED MODULE: ./packages/config/definition/values.ts


/** `90s` → ms. */
const duration = schemas/* string */.YjP({ error: 'expected a duration with its unit, like 30s, 500ms or 10m' })
    .regex(packages_plan/* durationForm */.rk, 'expected a duration with its unit (ms, s, m, h or d), like 30s, 500ms or 10m')
    .transform((text, context) => {
    const ms = (0,packages_plan/* readDuration */.$7)(text);
    if (ms !== undefined)
        return ms;
    context.issues.push({ code: 'custom', message: 'a duration of more than a year', input: text });
    return core/* NEVER */.tm;
});
/** One `NAME` of an environment variable. */
const variableName = schemas/* string */.YjP()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable: letters, digits and _, no digit first');
const noDots = (path) => !path.split('/').includes('..');
/** Where the application lies on the host. Its letters need no quoting anywhere: in sh, in supervisor's files, in URLs. */
const hostPath = schemas/* string */.YjP()
    .regex(/^\/[A-Za-z0-9._/@+-]*$/, 'expected an absolute path of letters, digits and . _ / @ + -')
    .refine((path) => noDots(path), 'a path may not hold ..')
    .refine((path) => /[^/]/.test(path), 'the root directory cannot be deployed to')
    .transform((path) => path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, ''));
/** A path inside the application's files. */
const insidePath = schemas/* string */.YjP()
    .min(1)
    .regex(/^[^/\0\n\r]/, 'expected a path relative to the root of the repository')
    .refine((path) => !/[\0\n\r]/.test(path), 'a path may not hold a line end')
    .refine((path) => noDots(path), 'a path may not hold ..')
    .transform((path) => path
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(.)\/$/, '$1')
    .replace(/^(\.\/)+(?=.)/, ''));
/** One line without line ends: it travels as one line. */
const values_oneLine = schemas/* string */.YjP()
    .min(1)
    .regex(/^[^\0\n\r]*$/, 'expected one line');
/** A public address of the application. */
const webAddress = schemas/* string */.YjP()
    .regex(/^https?:\/\//, 'expected an http:// or https:// address')
    .refine((text) => URL.canParse(text), 'expected an http:// or https:// address')
    .refine((text) => !/[?#]/.test(text), 'expected an address without ? and #')
    .transform((text) => text.replace(/\/+$/, ''));

;// CONCATENATED MODULE: ./packages/config/definition/check-values.ts


const token = schemas/* string */.YjP().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a name of letters, digits and -');
/** Where a WebSocket is opened. */
const socketAddress = schemas/* string */.YjP()
    .regex(/^(\/|wss?:\/\/)\S*$/, 'expected a path that begins with /, or a ws:// or wss:// address');
/** Whose certificate is looked at: `true`, `name` or `name:port`. */
const certificate = schemas/* union */.KCZ([schemas/* literal */.euz(true), schemas/* string */.YjP().regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/)], 'expected true, or the name of a server, with its port or without');
/** The name of a session. */
const sessionName = schemas/* string */.YjP()
    .regex(/^[A-Za-z0-9_-]+$/, 'expected the name of a session: letters, digits, _ and -');
const pattern = values_oneLine.refine((text) => {
    try {
        return RegExp(text, 'u') instanceof RegExp;
    }
    catch {
        return false;
    }
}, 'expected a regular expression');
const check_values_sources = ['json', 'header', 'cookie', 'match'];
const check_values_source = schemas/* strictObject */.rej({
    json: values_oneLine.optional(),
    header: token.optional(),
    cookie: token.optional(),
    match: pattern.optional(),
    secret: schemas/* boolean */.zMY().default(false),
})
    .transform((value, context) => {
    const given = check_values_sources.filter((key) => value[key] !== undefined);
    const [from] = given;
    if (from === undefined || given.length > 1) {
        const message = `a saved value comes from one of ${check_values_sources.join(', ')}`;
        context.issues.push({ code: 'custom', message, input: value });
        return core/* NEVER */.tm;
    }
    return { from, at: value[from] ?? '', secret: value.secret };
});
const savedName = schemas/* string */.YjP()
    .regex(/^[a-z][a-z0-9_-]*$/, 'expected a name that begins with a small letter: small letters, digits, _ and -');
/** What is saved of an answer, by name. A text alone is where it stands in the JSON body. */
const saves = schemas/* record */.g1P(savedName, schemas/* union */.KCZ([values_oneLine.transform((at) => ({ from: 'json', at, secret: false })), check_values_source], 'expected a place in the JSON body (id, $.items[0].id), or one of { json, header, cookie, match: … }, with secret or without'));
/** By Django's names unless others are said. */
const csrf = schemas/* union */.KCZ([
    schemas/* literal */.euz(true),
    schemas/* strictObject */.rej({ cookie: token.optional(), field: values_oneLine.optional(), header: token.optional() }),
], 'expected true, or { cookie, field, header }')
    .transform((value) => ({
    cookie: 'csrftoken',
    field: 'csrfmiddlewaretoken',
    header: 'X-CSRFToken',
    ...(value === true ? {} : Object.fromEntries(Object.entries(value).filter(([, name]) => name !== undefined))),
}));
const part = schemas/* strictObject */.rej({
    file: insidePath.optional(),
    content: schemas/* string */.YjP().optional(),
    name: values_oneLine.optional(),
    type: values_oneLine.optional(),
})
    .transform((value, context) => {
    const say = (message) => {
        context.issues.push({ code: 'custom', message, input: value });
        return core/* NEVER */.tm;
    };
    const { file, content, name = file?.split('/').at(-1), type = 'application/octet-stream' } = value;
    if ((file === undefined) === (content === undefined))
        return say('an upload has one of file and content');
    if (name === undefined)
        return say('an upload of content needs the name that the file has: name');
    return { file, content, name, type };
});
/** Files of a form, by the name of their field. */
const check_values_upload = schemas/* record */.g1P(values_oneLine, part);

;// CONCATENATED MODULE: ./packages/config/definition/check-keys.ts



/** How a check's request may be begun. */
const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];
/** What a request may send: one of these, or `form` and `upload` together. */
const bodies = ['body', 'form', 'data', 'file', 'upload'];
const address = schemas/* string */.YjP().regex(/^(\/|https?:\/\/)\S*$/, 'expected a path that begins with /, or an http(s) address');
const headerName = schemas/* string */.YjP().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header');
const check_keys_status = schemas/* int */.Whr().min(100).max(599);
const check_keys_listOf = (one) => schemas/* union */.KCZ([one, schemas/* array */.YOg(one).min(1)]);
const check_keys_headers = schemas/* record */.g1P(headerName, values_oneLine);
const method = (verb) => address.optional().describe(`The request is ${verb} to this: a path below \`url\`, or a whole address.`);
/** The keys of one check, as written. */
const checkKeys = schemas/* strictObject */.rej({
    name: values_oneLine.optional().describe('What the report calls this check. The request line if not given.'),
    get: method('GET'),
    head: method('HEAD'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    options: method('OPTIONS'),
    websocket: socketAddress
        .optional()
        .describe('A WebSocket is opened to this, a path below `url` or a whole address, with `headers`, the cookies of `session` and an Origin. `send` or `data` is sent; one message must be as `contains` and `json` say; `status`: it must be refused with that.'),
    send: schemas/* string */.YjP()
        .optional()
        .describe('With `websocket`: the text that is sent. `$NAME` and `{name}` are replaced as in `headers`.'),
    close: schemas/* int */.Whr()
        .min(1000)
        .max(4999)
        .optional()
        .describe('With `websocket`: the code that the server must close it with, by itself.'),
    certificate: certificate
        .optional()
        .describe('The certificate that this server shows must be trusted here and made for its name: `true` for the server of `url`, or `name` or `name:port`.'),
    'expires-after': duration
        .optional()
        .describe('With `certificate`: how long it must still be valid, at least (`14d`).'),
    issuer: values_oneLine
        .optional()
        .describe('With `certificate`: text that the name or organisation of its issuer must hold.'),
    headers: check_keys_headers
        .optional()
        .describe('Request headers. `$NAME` in a value is replaced from the environment, for names that the input `env` lists; `{name}` by what an earlier check saved.'),
    body: schemas/* string */.YjP().optional().describe('What is sent, as it is. `$NAME` and `{name}` are replaced as in `headers`.'),
    form: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* string */.YjP())
        .optional()
        .describe('Fields sent as a form (`application/x-www-form-urlencoded`; with `upload`, `multipart/form-data`). `$NAME` and `{name}` are replaced.'),
    data: schemas/* json */.Pq9().optional().describe('A value sent as JSON. `$NAME` and `{name}` are replaced in its texts.'),
    file: insidePath
        .optional()
        .describe('A file of the checkout that is sent as the whole body, as it is: at most 64 MB.'),
    upload: check_values_upload
        .optional()
        .describe('Files sent by their field’s name, as a browser sends a form (`multipart/form-data`): `{ file: PATH }` of the checkout, or `{ content: TEXT, name: FILENAME }`. Further keys: `type`. At most 64 MB.'),
    session: sessionName
        .optional()
        .describe('Checks of one list that name the same session share cookies, as tabs of a browser do. A cookie only goes to the host that set it.'),
    csrf: csrf
        .optional()
        .describe('Send the session’s CSRF token, as a header, as a field of `form` and with a Referer: from the cookie, else from the hidden field of the page that the session saw last. `true`: by Django’s names, which `{ cookie, field, header }` change.'),
    save: saves
        .optional()
        .describe('Values to take from a right answer, by name: later checks of the list say `{name}`. From JSON (`id`, `$.items[0].id`, as in `json`), or `{ json | header | cookie | match: … }`, where `match` is a regular expression (its first group). `secret: true` keeps a value out of all that is shown. Never sent to another origin than the one it came from.'),
    status: check_keys_listOf(check_keys_status)
        .optional()
        .describe('The expected status, or several. Any 2xx if not given; any 3xx with `redirect`.'),
    'response-headers': check_keys_headers.optional().describe('Response headers that must be there with exactly this value.'),
    without: check_keys_listOf(headerName).optional().describe('Response headers that must not be there.'),
    contains: check_keys_listOf(schemas/* string */.YjP().min(1)).optional().describe('Text that the body must hold.'),
    json: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* json */.Pq9())
        .optional()
        .describe('What the JSON body must hold: a key that begins with `$` is a JSONPath (RFC 9535), any other a top-level member.'),
    redirect: values_oneLine
        .optional()
        .describe('The answer must be a redirect to here: a path below `url`, or a whole address.'),
    follow: schemas/* boolean */.zMY().default(false).describe('Follow redirects, and judge the last answer.'),
    max: duration.optional().describe('The longest time that one answer may take.'),
    from: schemas/* enum */.k5n(['runner', 'host'])
        .default('runner')
        .describe('Where the request comes from. `host`: through the SSH connection, so that ports and names inside it can be asked; the headers `Host` and `X-Forwarded-Proto` say what a proxy in front would.'),
    socket: hostPath
        .optional()
        .describe('With `from: host`: the Unix socket there that is asked, in plain HTTP, whatever the address says.'),
    repeat: schemas/* int */.Whr()
        .min(1)
        .max(1000)
        .optional()
        .describe('Ask so many times, one after another with a pause of `every`; each answer must be right. With `p95`: 20.'),
    p95: duration.optional().describe('Of the requests of `repeat`, 95 in 100 must be answered within this time.'),
    always: schemas/* boolean */.zMY()
        .default(false)
        .describe('For what clears up after other checks: tried again for all of `within` also after a check has failed, when the others get one try.'),
    every: duration
        .prefault('1s')
        .describe('How long to wait between two tries, and between the requests of `repeat`: the most that a rate limit allows.'),
    within: duration
        .prefault('60s')
        .describe('How long to try again before the check has failed. A 429 or 503 that names a time (`Retry-After`) is waited for within this.'),
});

;// CONCATENATED MODULE: ./packages/config/definition/check.ts

const flat = (value) => value === undefined ? undefined : Array.isArray(value) ? value : [value];
/** What a check may be but a request. */
const others = ['websocket', 'certificate'];
const always = ['name', 'always', 'every', 'within'];
const ofWebSocket = [
    'send',
    'data',
    'close',
    'contains',
    'json',
    'status',
    'max',
    'headers',
    'session',
];
const ofCertificate = ['expires-after', 'issuer', 'max'];
/** Which keys go with which kind of check. */
const keysOf = {
    websocket: (key) => always.includes(key) || ofWebSocket.includes(key),
    certificate: (key) => always.includes(key) || ofCertificate.includes(key),
    http: (key) => !['send', 'close', 'expires-after', 'issuer'].includes(key),
};
/** What no single key of a check can tell. */
const rules = (value, say) => {
    const sent = methods.filter((verb) => value[verb] !== undefined);
    const begun = [...sent, ...others.filter((key) => value[key] !== undefined)];
    if (begun.length !== 1)
        say(`a check has exactly one of ${[...methods, ...others].join(', ')}`, begun.slice(1, 2));
    const [kind] = begun;
    const known = kind === 'websocket' || kind === 'certificate' ? keysOf[kind] : keysOf.http;
    for (const key of Object.keys(value)) {
        const set = value[key] !== undefined && value[key] !== false && value[key] !== 'runner';
        if (set && kind !== undefined && key !== kind && !known(key))
            say(`${key} says nothing about ${kind}`, [key]);
    }
    const given = bodies.filter((key) => value[key] !== undefined);
    const [, second] = given;
    if (second !== undefined && given.join() !== 'form,upload')
        say('a check sends one of body, form, data and file; upload goes alone or with form', [second]);
    if (given[0] !== undefined && (value.get ?? value.head) !== undefined)
        say('GET and HEAD send nothing', [given[0]]);
    if (value.redirect !== undefined && value.follow)
        say('a redirect that is followed cannot be checked; leave one out', ['follow']);
    if (value.head !== undefined && (value.contains ?? value.json) !== undefined)
        say('the answer to HEAD has no body', ['head']);
    if (value.send !== undefined && value.data !== undefined)
        say('a WebSocket check sends one of send and data', ['data']);
    if (value.socket !== undefined && value.from !== 'host')
        say('a socket is asked from: host', ['socket']);
    if (value.csrf !== undefined && value.session === undefined)
        say('a CSRF token belongs to a session: name one, and get the page of the form in it before', ['csrf']);
    for (const [name, { from }] of Object.entries(value.save ?? {}))
        if (value.head !== undefined && (from === 'json' || from === 'match'))
            say('the answer to HEAD has no body', ['save', name]);
};
/** The address of what is no request, in the form of a request's. */
const check_elsewhere = ({ websocket, certificate }) => {
    if (typeof certificate === 'string')
        return `https://${certificate}/`;
    return websocket?.replace(/^ws/, 'http') ?? '/';
};
/** One check of `smoke`: a request, a WebSocket or a certificate, and what must be true of it. Durations in ms. */
const check_check = checkKeys
    .check(({ value, issues }) => {
    rules(value, (message, path = []) => {
        issues.push({ code: 'custom', message, input: value, path });
    });
})
    .transform((value) => {
    const verb = methods.find((name) => value[name] !== undefined) ?? 'get';
    return {
        name: value.name,
        method: verb.toUpperCase(),
        /** A path that begins with `/`, to be put behind the target's url, or a whole address. `$NAME` is not replaced yet. */
        url: value[verb] ?? check_elsewhere(value),
        /** Not a request, but a WebSocket to `url`, where `body` or `data` is its message. */
        websocket: value.websocket === undefined ? undefined : { close: value.close },
        /** Not a request, but the certificate of the server of `url`. */
        certificate: value.certificate === undefined
            ? undefined
            : { expiresAfter: value['expires-after'] ?? 0, issuer: value.issuer },
        headers: value.headers ?? {},
        /** What is sent: at most one of these, but `form` may go with `upload`. */
        body: value.body ?? value.send,
        form: value.form,
        data: value.data,
        file: value.file,
        upload: value.upload,
        session: value.session,
        csrf: value.csrf,
        /** What is saved of a right answer, by name. */
        save: value.save ?? {},
        /** Not given: any 2xx; with `redirect`, any 3xx. */
        status: flat(value.status),
        responseHeaders: value['response-headers'] ?? {},
        /** Header names that must be absent. */
        without: flat(value.without) ?? [],
        contains: flat(value.contains) ?? [],
        /** JSONPath (begins with `$`) or top-level member → the expected value. */
        json: value.json ?? {},
        redirect: value.redirect,
        /** A redirect that stays on the host of the request counts as success too: so in the check that is made when none is given. */
        ownRedirect: false,
        follow: value.follow,
        from: value.from,
        /** On the host. */
        socket: value.socket,
        /** ms; the longest time of one answer. */
        max: value.max,
        /** How many requests; 1 unless it is to be measured. */
        repeat: value.repeat ?? (value.p95 === undefined ? 1 : 20),
        /** ms; for 95 of 100 requests. */
        p95: value.p95,
        always: value.always,
        /** ms */
        every: value.every,
        /** ms */
        within: value.within,
    };
});

;// CONCATENATED MODULE: ./packages/config/definition/check-list.ts


const check_list_named = /\{([a-z][a-z0-9_-]*)\}/g;
/** A list of checks, in their order: what one saves, only later ones may name. */
const checkList = schemas/* array */.YOg(check_check).check(({ value, issues }) => {
    // a check with problems of its own has not become one
    if (issues.length > 0)
        return;
    const saved = new Set();
    for (const [at, { url, save }] of value.entries()) {
        const say = (message) => {
            issues.push({ code: 'custom', message, input: url, path: [at] });
        };
        for (const [, name = ''] of url.matchAll(check_list_named))
            if (!saved.has(name))
                say(`{${name}} in ${url}: no check before this one saves it`);
        if (/^https?:\/\/[^/?#]*\{/.test(url))
            say(`${url}: a saved value cannot say which host is asked`);
        for (const name of Object.keys(save))
            saved.add(name);
    }
});
const nothing = check_check.parse({ get: '/' });
/** Checks as a release has recorded them, of which an older Landfall may not know every key. */
const recordedChecks = (checks) => checks.map((one) => ({ ...nothing, ...one }));

;// CONCATENATED MODULE: ./packages/config/read.ts



const read_names = ['landfall.yml', 'landfall.yaml'];
/**
 * Reads landfall.yml (or .yaml) in the workspace, or the file that the input `config` names.
 * Faults: INPUT_INVALID where the named file is missing, or a file is there and cannot be read.
 */
const readConfig = (workspace, named) => {
    for (const file of named === undefined ? read_names : [named]) {
        try {
            return (0,packages_fault.ok)({ file, text: (0,external_node_fs_.readFileSync)((0,external_node_path_.resolve)(workspace, file), 'utf8') });
        }
        catch (error) {
            const { code } = error;
            if (code === 'ENOENT' && named === undefined)
                continue;
            const what = code === 'ENOENT'
                ? `there is no file ${file} in ${workspace}`
                : `${file} cannot be read (${code ?? 'unknown'})`;
            const next = 'Check the input config, and that actions/checkout ran before.';
            return (0,packages_fault/* fail */.fJ)({ code: 'INPUT_INVALID', what, next, problems: [{ where: 'input config', what }] });
        }
    }
    return (0,packages_fault.ok)({ file: read_names[0] ?? 'landfall.yml' });
};

;// CONCATENATED MODULE: ./packages/config/choose.ts

/** The target that is meant: the named one, the only one, or `production` where the file names none. */
const choose = (content, wanted, place) => {
    const { targets, ...top } = isMap(content) ? content : {};
    const all = isMap(targets) && Object.keys(targets).length > 0 ? targets : undefined;
    const names = Object.keys(all ?? { production: {} });
    const [only] = names;
    const name = wanted ?? (names.length === 1 ? only : undefined);
    const of = (found, problems) => {
        const own = all !== undefined && Object.hasOwn(all, found) && isMap(all[found]) ? all[found] : {};
        const path = (key) => (Object.hasOwn(own, key) ? ['targets', found, key] : [key]);
        return { name: found, keys: { ...top, ...own }, path, problems };
    };
    if (name === undefined) {
        const problem = {
            where: 'input target',
            what: `is missing: ${place.where} has the targets ${names.join(', ')}`,
            next: `name one of them: target: ${only ?? 'production'}`,
        };
        return of('', [problem]);
    }
    if (names.includes(name))
        return of(name, []);
    const near = (0,packages_plan/* nearest */.pA)(name, names);
    const problem = {
        where: 'input target',
        what: `there is no target ${name}`,
        next: near === undefined ? `targets: ${names.join(', ')}` : `did you mean ${near}?`,
    };
    return of(name, [problem]);
};
/** A YAML map. */
const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// EXTERNAL MODULE: ./node_modules/shell-quote/index.js
var shell_quote = __webpack_require__(6591);
;// CONCATENATED MODULE: ./packages/config/definition/command.ts

const command_closed = /^(?:[^'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")*$/;
const hint = `a command is not a shell line; where one is needed use sh -c '…', of a service sh -c 'exec …', so that it stays one process`;
/** Why a word cannot travel; undefined: it can. */
const unfitIn = (word) => {
    if (word.includes('\0'))
        return 'a word holds a NUL';
    return /[\n\r]/.test(word) ? 'a word holds a line end' : undefined;
};
/** The words of a command, or why it is none. Quotes and backslashes work as in sh; nothing is expanded. */
const splitCommand = (command) => {
    if (!command_closed.test(command))
        return { refused: 'a quote is not closed' };
    const words = [];
    // Without a function that answers with an object, shell-quote would put an empty text where a variable stands.
    for (const token of (0,shell_quote.parse)(command, (name) => ({ op: `$${name}` }))) {
        if (typeof token !== 'string')
            return { refused: `${command_shown(token)}: ${hint}` };
        if (token.includes('`'))
            return { refused: `\`: ${hint}` };
        const unfit = unfitIn(token);
        if (unfit !== undefined)
            return { refused: unfit };
        words.push(token);
    }
    return words.length === 0 || words[0] === '' ? { refused: 'the command is empty' } : { words };
};
/** What stands there that only a shell understands. */
const command_shown = (token) => {
    if ('pattern' in token)
        return String(token.pattern);
    return 'op' in token ? String(token.op) : '#';
};

;// CONCATENATED MODULE: ./packages/config/definition/command-words.ts


/** A command as people write it → its words. */
const commandWords = schemas/* string */.YjP().transform((text, context) => {
    const split = splitCommand(text);
    if ('words' in split)
        return split.words;
    context.issues.push({ code: 'custom', message: split.refused, input: text });
    return core/* NEVER */.tm;
});

;// CONCATENATED MODULE: ./packages/config/definition/hooks.ts




const command = commandWords.describe('What runs, in `directory` of the release: words as in sh, but no shell. The first word is looked up in the Python environment, then on PATH.');
const timeout = (longest) => duration
    .prefault('30s')
    .refine((ms) => ms <= ((0,packages_plan/* readDuration */.$7)(longest) ?? 0), {
    error: `expected at most ${longest}`,
    when: ({ issues }) => issues.length === 0,
})
    .describe(`How long it may take, at most ${longest}; then it is ended, and has failed.`);
const hooks_hook = (longest) => schemas/* strictObject */.rej({ command, timeout: timeout(longest) });
/** Commands of the team's own around a switch. An undo must not wait long for one. */
const hooks_hooks = schemas/* strictObject */.rej({
    'before-switch': hooks_hook('10m')
        .optional()
        .describe('Runs before anything of a switch changes. If it fails, nothing is switched.'),
    'after-switch': hooks_hook('10m')
        .optional()
        .describe('Runs when the release is up and proven, before the checks. If it fails, the release is taken back.'),
    'before-undo': hooks_hook('1m')
        .optional()
        .describe('Runs before a release is taken back, by whoever does it. If it fails, the undo goes on.'),
});

;// CONCATENATED MODULE: ./packages/config/definition/hosts.ts


const hosts_form = /^([A-Za-z0-9._][A-Za-z0-9._-]*)@(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?))(?::(\d{1,5}))?$/;
/** `user@host` or `user@host:port`; an IPv6 address stands in brackets. */
const sshAddress = schemas/* string */.YjP({ error: 'expected user@host or user@host:port' })
    .describe('The deploy user and the host: `user@host` or `user@host:port`.')
    .transform((text, context) => {
    const [, user, six, plain, port = '22'] = hosts_form.exec(text) ?? [];
    const address = six ?? plain;
    const number = Number(port);
    const fits = user !== undefined && address !== undefined && number > 0 && number < 65_536;
    if (fits && (six === undefined || (0,external_node_net_.isIPv6)(six)))
        return { name: text, user, address, port: number };
    const message = /^[^@\s]+$/.test(text)
        ? 'the user is missing; expected user@host or user@host:port'
        : 'expected user@host or user@host:port';
    context.issues.push({ code: 'custom', message, input: text });
    return core/* NEVER */.tm;
});
/** Host keys as people have them: lines of known_hosts, or `ssh-ed25519 AAAA…` alone, which then holds for this host. */
const hostKey = schemas/* union */.KCZ([schemas/* string */.YjP(), schemas/* array */.YOg(schemas/* string */.YjP()).transform((lines) => lines.join('\n'))], {
    error: 'expected the host key: ssh-ed25519 AAAA…',
})
    .describe("The host's public key: a line of `ssh-keyscan`, or `ssh-ed25519 AAAA…` alone; several as a list or as lines.");
const hosts_jump = {
    ssh: sshAddress.describe('The user and the jump host: `user@host` or `user@host:port`.'),
    key: hostKey.optional().describe("The jump host's public key, in the form of `hosts.key`."),
};
const expectsJump = (issue) => issue.code === 'invalid_type' ? 'expected one jump host: { ssh: user@host, key: ssh-ed25519 AAAA… }' : undefined;
/** Two are enough: who has more between the runner and the host has a runner inside. */
const via = schemas/* strictObject */.rej({
    ...hosts_jump,
    via: schemas/* strictObject */.rej(hosts_jump, { error: expectsJump })
        .optional()
        .describe('A further jump host, through which the first one is reached.'),
}, { error: expectsJump });
const hosts = schemas/* strictObject */.rej({
    ssh: sshAddress,
    key: hostKey.optional(),
    via: via
        .optional()
        .describe('A jump host (bastion) to connect through, with the same private key. Its own host key is pinned too.'),
}, {
    error: ({ code }) => code === 'invalid_type' ? 'expected one host: { ssh: user@host, key: ssh-ed25519 AAAA… }' : undefined,
});

;// CONCATENATED MODULE: ./packages/config/definition/nginx.ts


const nginx_form = 'expected a name like example.org, in small letters';
const domain = schemas/* string */.YjP(nginx_form)
    .max(253, nginx_form)
    .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/, nginx_form);
/** What nginx on the host serves the application by. */
const nginx = schemas/* strictObject */.rej({
    file: insidePath.describe('The file of the repository that holds the site: blocks of `server`. `{domain}`, `{domains}`, `{current}` and `{shared}` stand for values of the target.'),
    domains: schemas/* array */.YOg(domain)
        .min(1)
        .max(16)
        .refine((names) => new Set(names).size === names.length, 'a domain is named twice')
        .describe('What the site may answer for. The first is `{domain}`; the setup script has root allow them.'),
})
    .describe("nginx's site of the application, which is part of a release: tested before anything opens, put into place by the switch, and brought back by an undo. See `docs/nginx.md`.");

;// CONCATENATED MODULE: ./packages/config/definition/notify.ts

/** What people may want to hear of. */
const noticeEvents = ['success', 'failure', 'undone', 'held', 'reverted'];
/** `$NAME` → `NAME`. */
const secretName = schemas/* string */.YjP({ error: 'expected $NAME, the name of an environment variable' })
    .regex(/^\$[A-Za-z_][A-Za-z0-9_]*$/, 'expected $NAME: what it holds is a secret, so it is never written here')
    .transform((text) => text.slice(1));
const url = secretName.describe('`$NAME`: the environment variable that holds the address; the input `env` must list it.');
const on = schemas/* array */.YOg(schemas/* enum */.k5n(noticeEvents))
    .min(1)
    .default([...noticeEvents])
    .describe('What is told: `success` (a release is confirmed), `failure` (failed or refused), `undone` (taken back by the run), `held` (a person must decide), `reverted` (the host took a release back by itself). All of them if not given.');
const everything = (address) => ({ url: address, on: [...noticeEvents] });
const notify_form = { error: 'expected $NAME, or a map with url: $NAME' };
const receiver = schemas/* union */.KCZ([url.transform(everything), schemas/* strictObject */.rej({ url, on })], notify_form);
const notify_signed = schemas/* union */.KCZ([
    url.transform((address) => ({ ...everything(address), secret: undefined })),
    schemas/* strictObject */.rej({
        url,
        on,
        secret: secretName
            .optional()
            .describe('`$NAME`: the environment variable that holds the key by which the message is signed.'),
    }),
], notify_form);
/** Who is told. */
const notify = schemas/* strictObject */.rej({
    'from-host': schemas/* boolean */.zMY()
        .default(false)
        .describe('`true`: the host itself tells `reverted` when it takes a release back while no run is there. While a transaction is open the addresses then lie on it, where the deploy user can read them, and so can the application.'),
    slack: receiver
        .optional()
        .describe('`$NAME`, or `{ url: $NAME, on: [failure, held] }`: an incoming webhook of Slack.'),
    teams: receiver
        .optional()
        .describe('`$NAME`, or `{ url: $NAME, on: [failure, held] }`: a webhook of a Teams workflow.'),
    webhook: notify_signed
        .optional()
        .describe('`$NAME`, or `{ url: $NAME, secret: $NAME, on: [failure, held] }`: any address that takes JSON; with `secret` each message is signed.'),
});

;// CONCATENATED MODULE: ./packages/config/definition/role.ts
/** Options of celery itself, before its subcommand, that a word of their own follows. */
const celeryOptions = new Set([
    '-A',
    '--app',
    '-b',
    '--broker',
    '--result-backend',
    '--loader',
    '--config',
    '--workdir',
]);
const celeryRoles = { worker: 'worker', beat: 'scheduler' };
/** Servers that answer WebSockets too. */
const socketServers = new Set(['daphne', 'uvicorn', 'hypercorn']);
/** The program that words start and its own words: `celery` of `/x/bin/celery worker` and of `python3 -m celery worker`. */
const role_programOf = (words) => {
    const [first = '', second, third, ...rest] = words;
    const name = first.split('/').at(-1) ?? '';
    if (/^python[0-9.]*$/.test(name) && second === '-m' && third !== undefined)
        return [third, ...rest];
    return [name, ...words.slice(1)];
};
const celeryRole = (words) => {
    const [word, ...rest] = words;
    if (word === undefined)
        return undefined;
    if (celeryOptions.has(word))
        return celeryRole(rest.slice(1));
    return word.startsWith('-') ? celeryRole(rest) : celeryRoles[word];
};
/**
 * The role of a service whose command tells it; undefined: it does not.
 * @param sockets a check of the target opens a WebSocket
 */
const roleOf = (words, sockets) => {
    const [name, ...rest] = role_programOf(words);
    if (name === 'gunicorn')
        return 'web';
    if (socketServers.has(name))
        return sockets ? 'websocket' : 'web';
    return name === 'celery' ? celeryRole(rest) : undefined;
};

;// CONCATENATED MODULE: ./packages/config/definition/unit.ts

const upTo = (most, least = 1) => {
    const error = `expected a whole number from ${least} to ${most}`;
    return schemas/* int */.Whr(error).min(least, error).max(most, error);
};
const inMegabytes = 'expected megabytes, like 300M';
const megabytes = schemas/* string */.YjP(inMegabytes).regex(/^(?:0|[1-9]\d{0,6})M$/, inMegabytes);
const ofProcessors = 'expected a percentage of one processor, like 150%';
const unit_on = schemas/* literal */.euz(true, 'expected true: it can only be turned on');
/** Settings of a service's unit. Each takes something away from the service: root's program for units of the system has the same list. */
const unitSettings = {
    MemoryMax: megabytes.optional().describe('Memory of all its processes together; more, and they are killed.'),
    MemoryHigh: megabytes.optional().describe('Memory from which on they are slowed down.'),
    MemorySwapMax: megabytes.optional().describe('Swap that they may use.'),
    CPUQuota: schemas/* string */.YjP(ofProcessors)
        .regex(/^[1-9]\d{0,3}%$/, ofProcessors)
        .optional()
        .describe('Processor time that they may use, of one processor.'),
    CPUWeight: upTo(100).optional().describe('Their share of the processors where those are short; others have 100.'),
    IOWeight: upTo(100).optional().describe('Their share of the disks where those are short; others have 100.'),
    TasksMax: upTo(99_999).optional().describe('How many processes and threads there may be.'),
    Nice: upTo(19, 0).optional().describe('How willing they are to let others go first.'),
    OOMScoreAdjust: upTo(1000, 0).optional().describe('How soon they are chosen when the host is out of memory.'),
    NoNewPrivileges: unit_on.optional().describe('They can gain no rights, not even by sudo.'),
    PrivateTmp: unit_on.optional().describe('They have a /tmp of their own.'),
};
const unit_unit = schemas/* strictObject */.rej(unitSettings)
    .transform((keys) => Object.entries(keys).flatMap(([key, value]) => value === undefined ? [] : [`${key}=${value === true ? 'yes' : String(value)}`]))
    .describe('Settings of its unit, where systemd runs the services (`manager`), in systemd’s words (`man systemd.resource-control`, `man systemd.exec`).');

;// CONCATENATED MODULE: ./packages/config/definition/services.ts






const services_command = commandWords.describe('What the service runs, in `directory` of the release: words as in sh, but no shell. The first word is looked up in the Python environment, then on PATH.');
const role = schemas/* enum */.k5n(packages_plan/* roles */.Ot, `expected one of ${packages_plan/* roles */.Ot.join(', ')}`)
    .optional()
    .describe('What the service is for, which decides when a switch stops and starts it: `web`, `websocket`, `worker` or `scheduler`. If not given: by the command, where that is gunicorn, daphne, uvicorn, hypercorn, `celery … worker` or `celery … beat`. See `docs/services.md`.');
const listen = schemas/* union */.KCZ([schemas/* int */.Whr().min(1).max(65_535), schemas/* string */.YjP().regex(/^(?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):)?\d{1,5}$/)], {
    error: 'expected a port, or address:port',
})
    .transform((value) => `${value}`)
    .describe('A port, or `address:port`, that the service itself must listen on before it counts as up. Of `web` and `websocket` only.');
/** What an undo can wait for: the programs that take a release back end within a quarter of an hour. */
const longestDrain = '10m';
const drain = duration
    .prefault('30s')
    .refine((ms) => ms <= ((0,packages_plan/* readDuration */.$7)(longestDrain) ?? 0), {
    error: `expected at most ${longestDrain}: an undo has to wait for it`,
    when: ({ issues }) => issues.length === 0,
})
    .describe('How long it may take to stop, at most 10m; then it is killed. Of a worker: how long the tasks that it is at may still take.');
const boot = duration.prefault('60s').describe('How long it may take to come up.');
const file = insidePath.describe('A file of the repository that describes the service: a unit of systemd (`….service`), or a file of supervisor’s with a `[program:<name>]`. What it says of the command, `drain`, `boot` and `unit` is taken over; keys beside `file` come before it, those of `unit` one by one. `{current}`, `{shared}` and, with `nginx`, `{domain}` and `{domains}` stand for values of the target. See `docs/services.md`.');
/** The role of a service as it was written, whatever else is wrong with it; undefined: nothing tells it. */
const services_written = (value) => value.role ?? (Array.isArray(value.command) ? roleOf(value.command, false) : 'web');
// a rule over several keys is asked even where one of them is wrong: all problems are told together
const services_when = () => true;
/** What no single key of a service tells, told at `path`. */
const serviceRules = [
    {
        path: ['role'],
        broken: (value) => services_written(value) === undefined,
        error: `is missing, and the command does not tell it: add \`role: ${packages_plan/* roles */.Ot.join('`, `role: ')}\``,
        // the line that it is told by, and is to be added to
        params: { line: ['command'] },
    },
    {
        path: ['listen'],
        broken: (value) => value.listen !== undefined && ['worker', 'scheduler'].includes(String(services_written(value))),
        error: 'nobody asks a worker or a scheduler: `listen` is of web and websocket',
        params: {},
    },
    {
        path: ['command'],
        broken: (value) => value.command === undefined && value.file === undefined,
        error: 'is missing, and there is no `file` that has it',
        params: {},
    },
];
const keys = schemas/* strictObject */.rej({
    file: file.optional(),
    command: services_command.optional(),
    role,
    drain,
    boot,
    listen: listen.optional(),
    unit: unit_unit.optional(),
});
const services_service = serviceRules.reduce((schema, { path, broken, error, params }) => schema.refine((value) => !broken(value), { path: [...path], error, params, when: services_when }), keys);
const services = schemas/* record */.g1P(schemas/* string */.YjP()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/, 'the name of a service has letters, digits, _ and - (at most 64), and does not begin with -'), services_service);

;// CONCATENATED MODULE: ./packages/config/definition/application.ts








/** Bytes of `base`: sockets lie below it, and the name of a unix socket has at most 107 bytes. */
const longestBase = 60;
const python = schemas/* strictObject */.rej({
    requirements: insidePath
        .optional()
        .describe('What the environment is made from: a requirements file, which pip installs, or an `uv.lock`, which the uv of the host does. If not given: `uv.lock`, else `requirements.txt`, beside `manage.py`, then at the root.'),
    venv: insidePath
        .prefault('.venv')
        .describe('The name of the Python environment in the release, as the services call it.'),
    version: schemas/* string */.YjP()
        .regex(/^[A-Za-z0-9._/+-]+$/, 'expected the name of a program, like python3.12')
        .default('python3')
        .describe('The Python program that environments are made with.'),
});
const env = schemas/* strictObject */.rej({
    require: schemas/* array */.YOg(variableName).default([]).describe('Names that the environment of the release must have.'),
});
/** Every key that describes the application and where it goes, with its meaning and default. */
const applicationKeys = {
    hosts: hosts.optional().describe('The host that the application runs on.'),
    path: hostPath
        .optional()
        .describe('Where the application is found on the host: a symlink to the live release, made by the first deploy.'),
    base: hostPath
        .optional()
        .describe('Where releases, environments and state lie on the host. `<path>-landfall` if not given.'),
    url: webAddress
        .optional()
        .describe('The public address of the application: the gap is measured there, and checks go there.'),
    directory: insidePath.prefault('.').describe('Where `manage.py` is in the repository; services run there.'),
    services: services.default({}).describe('The services of the application, by name.'),
    manager: schemas/* enum */.k5n(['supervisor', 'systemd', 'system', 'units'])
        .optional()
        .describe("What runs the services on the host: `supervisor`, a supervisord of the deploy user; `systemd`, units of its own systemd, for which it must linger; `system`, units of the host's systemd, by a program that the setup script installs; or `units`, units of it that root has written, named as the services are, by exact lines of sudo. If not given: what runs them already, else supervisor where it is installed, else systemd."),
    nginx: nginx.optional(),
    adopt: schemas/* boolean */.zMY()
        .default(false)
        .describe('Whether a directory that people have made at `path`, a git checkout that programs of a supervisord or units of systemd run from, is taken over by the first deploy. See `docs/adopting.md`.'),
    python: python.prefault({}).describe('How the Python environment is made.'),
    shared: schemas/* array */.YOg(insidePath)
        .default([])
        .describe('Files and directories of the application that outlive releases: media, logs, a SQLite file.'),
    env: env.prefault({}).describe("The application's environment variables (`.env`)."),
    include: schemas/* array */.YOg(insidePath).default([]).describe('Build output to deploy although git ignores it (patterns).'),
    exclude: schemas/* array */.YOg(insidePath).default([]).describe('Files of the commit that are not deployed (patterns).'),
    smoke: checkList
        .optional()
        .describe('What is checked after a switch. If not given and `url` is: one GET of `/`, a 2xx or a redirect on the same host. `[]`: nothing.'),
    hooks: hooks_hooks.prefault({}).describe('Commands of your own around a switch, on the host. See `docs/hooks.md`.'),
    keep: schemas/* int */.Whr().min(2).max(100).default(5).describe('How many releases stay on the host.'),
    wait: duration.prefault('10m').describe('How long to wait for another run that holds the target.'),
    notify: notify.prefault({}).describe('Who is told what came of a deploy, and how. See `docs/notices.md`.'),
    'confirm-within': duration
        .optional()
        .describe('How long a switched release may stay unconfirmed before the host takes it back. If not given: 10m with `commit: step`, 45m with `job`, 60m with `later`.'),
};
/** What one target is made from: the top level of the file with the target's own keys in place of the same keys. */
const application_application = schemas/* strictObject */.rej(applicationKeys);
const targetName = schemas/* string */.YjP().regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a target has letters, digits, _ and -');
/** The whole of landfall.yml. */
const application_file = schemas/* strictObject */.rej({
    ...applicationKeys,
    targets: schemas/* record */.g1P(targetName, application_application)
        .refine((targets) => Object.keys(targets).length > 0, 'expected at least one target')
        .optional()
        .describe('Several places that the application goes to, by name. A key given there takes the place of the same key at the top.'),
});

;// CONCATENATED MODULE: ./packages/config/validate.ts


/** A value of the schema's form, or every problem that it has, in the order of their lines. */
const validate = (schema, value, place) => {
    const read = schema.safeParse(value);
    if (read.success)
        return { value: read.data, problems: [] };
    const problems = read.error.issues.flatMap((issue) => problemsOf(issue, schema, place));
    return { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
};
const problemsOf = (issue, schema, place) => {
    const at = (path, what, next) => ({
        where: place.where,
        ...(place.line === undefined ? {} : { line: place.line(seenAt(issue, path)) }),
        what,
        ...(next === undefined ? {} : { next }),
    });
    if (issue.code === 'unrecognized_keys') {
        const known = keysAt(schema, issue.path);
        return issue.keys.map((key) => {
            const near = (0,packages_plan/* nearest */.pA)(key, known);
            const next = near === undefined ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`;
            return at([...issue.path, key], `${spell([...issue.path, key])}: there is no such key`, next);
        });
    }
    if (issue.code === 'invalid_key')
        return [at(issue.path, `${spell(issue.path)}: ${issue.issues[0]?.message ?? issue.message}`)];
    return [at(issue.path, `${issue.path.length === 0 ? '' : `${spell(issue.path)}: `}${meaning(issue)}`)];
};
/** The key that a problem is seen at: another one beside it, where a rule names it in `params.line`. */
const seenAt = (issue, path) => {
    const { line } = (issue.code === 'custom' ? issue.params : undefined) ?? {};
    return Array.isArray(line) ? [...path.slice(0, -1), ...line] : path;
};
/** zod's own words where the definition has none, made plain. */
const meaning = (issue) => {
    if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
        return issue.input === undefined && /received undefined/.test(issue.message)
            ? 'is missing'
            : `expected ${validate_names[issue.expected] ?? issue.expected}`;
    }
    if (issue.code === 'invalid_union')
        return issue.message === 'Invalid input' ? 'has the wrong form' : issue.message;
    return issue.message;
};
const validate_names = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of keys',
    record: 'a map of keys',
};
/** `targets.staging.smoke[0].max` */
const spell = (path) => path.reduce((text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`), '');
/** The keys that an object at this path of the schema may have. */
const keysAt = (schema, path) => {
    let here = validate_bare(schema);
    for (const key of path) {
        if (here instanceof schemas/* ZodObject */.bvH)
            here = validate_bare(here.shape[String(key)]);
        else if (here instanceof schemas/* ZodRecord */.b8S)
            here = validate_bare(here.valueType);
        else if (here instanceof schemas/* ZodArray */.naA)
            here = validate_bare(here.element);
        else
            return [];
    }
    return here instanceof schemas/* ZodObject */.bvH ? Object.keys(here.shape) : [];
};
/** A schema without what is wrapped around it: optional, default, transform. */
const validate_bare = (schema) => {
    if (schema instanceof schemas/* ZodOptional */.IiU || schema instanceof schemas/* ZodDefault */.XiL || schema instanceof schemas/* ZodPrefault */.xgV)
        return validate_bare(schema.unwrap());
    if (schema instanceof schemas/* ZodPipe */.utH)
        return validate_bare(schema.in);
    return schema;
};

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./packages/config/yaml-source.ts

/** Reads YAML 1.2. Where the text is no YAML, `value` is undefined and `problems` say where and why. */
const yamlSource = (text, where) => {
    const lines = new dist/* LineCounter */.HN();
    const document = (0,dist/* parseDocument */.Tp)(text, { lineCounter: lines, prettyErrors: false });
    const at = (offset) => Math.max(1, lines.linePos(offset).line);
    const problems = [
        ...document.errors.map((error) => ({ where, line: at(error.pos[0]), what: error.message })),
        ...unkept(document).map((offset) => ({ where, line: at(offset), what: '__proto__ is no key' })),
    ];
    const { value, problem } = problems.length === 0 ? data(document, where) : {};
    return {
        value,
        line: (path) => at(offsetOf(document.contents, path)),
        problems: problem === undefined ? problems : [problem],
    };
};
/** Where keys stand that no object of JavaScript keeps: they would be passed over in silence. */
const unkept = (document) => {
    const found = [];
    (0,dist/* visit */.YR)(document, {
        Pair: (_, pair) => {
            if (keyOf(pair) === '__proto__')
                found.push((0,dist/* isNode */.Ll)(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
        },
    });
    return found;
};
const data = (document, where) => {
    try {
        return { value: document.toJS({ maxAliasCount: 100 }) };
    }
    catch (error) {
        return { problem: { where, what: error instanceof Error ? error.message : String(error) } };
    }
};
/** Where the last part of the path that exists begins: the key of a map's entry, or the item of a list. */
const offsetOf = (root, path) => {
    let node = root;
    let offset = 0;
    for (const key of path) {
        const child = (0,dist/* isMap */.jh)(node)
            ? node.items.find((pair) => keyOf(pair) === String(key))
            : (0,dist/* isSeq */.oP)(node)
                ? node.items[Number(key)]
                : undefined;
        if (child === undefined)
            break;
        const begins = (0,dist/* isPair */.tO)(child) ? child.key : child;
        if ((0,dist/* isNode */.Ll)(begins) && begins.range)
            offset = begins.range[0];
        node = (0,dist/* isPair */.tO)(child) ? child.value : child;
    }
    return offset;
};
const keyOf = (pair) => {
    const key = (0,dist/* isNode */.Ll)(pair.key) ? pair.key.toJSON() : pair.key;
    return typeof key === 'string' || typeof key === 'number' ? `${key}` : undefined;
};

;// CONCATENATED MODULE: ./packages/config/inputs.ts






/** Inputs that stand for keys of landfall.yml, by the same rules as those. */
const fromInputs = (overrides) => {
    const host = one(sshAddress, overrides.host, 'input host');
    const path = one(hostPath, overrides.path, 'input path');
    const url = one(webAddress, overrides.url, 'input url');
    const list = checksOf(overrides.checks);
    return {
        values: {
            ...(host.value === undefined ? {} : { host: host.value }),
            ...(overrides.hostKey === undefined ? {} : { hostKey: overrides.hostKey }),
            ...(path.value === undefined ? {} : { path: path.value }),
            ...(url.value === undefined ? {} : { url: url.value }),
            ...(list.value === undefined ? {} : { checks: list.value }),
            ...(overrides.confirmWithin === undefined ? {} : { confirmWithin: overrides.confirmWithin }),
        },
        problems: [...host.problems, ...path.problems, ...url.problems, ...list.problems],
    };
};
const one = (schema, text, where) => text === undefined ? { problems: [] } : validate(schema, text, { where });
const checksOf = (text) => {
    if (text === undefined)
        return { problems: [] };
    const where = 'input checks';
    const yaml = yamlSource(text, where);
    if (yaml.problems.length > 0)
        return { problems: yaml.problems };
    const place = { where, line: yaml.line };
    return Array.isArray(yaml.value) ? validate(checkList, yaml.value, place) : single(yaml.value, place);
};
/** One check alone, by its own rules and then by those of a list. */
const single = (value, place) => {
    const alone = validate(check_check, value, place);
    return alone.value === undefined
        ? { problems: alone.problems }
        : validate(checkList, [value], { where: place.where });
};

;// CONCATENATED MODULE: ./packages/config/place.ts
/** Where a target lies, as far as inputs and its keys say. */
const place_placeOf = (keys, given) => {
    const host = given.host ?? keys.hosts?.ssh;
    const path = given.path ?? keys.path;
    const base = keys.base ?? (path === undefined ? undefined : `${path}-landfall`);
    return {
        ...(host === undefined ? {} : { host }),
        ...(path === undefined ? {} : { path }),
        ...(base === undefined ? {} : { base }),
    };
};

;// CONCATENATED MODULE: ./packages/config/settings.ts



/** A target's keys, what inputs say instead of them, and what files say of services, joined. */
const settingsOf = (name, keys, given, found) => {
    const url = given.url ?? keys.url;
    const confirmWithin = given.confirmWithin ?? keys['confirm-within'];
    const checks = given.checks ?? keys.smoke ?? (url === undefined ? [] : [front()]);
    const sockets = checks.some(({ websocket }) => websocket !== undefined);
    const { requirements, venv, version } = keys.python;
    return {
        name,
        ...place_placeOf(keys, given),
        pins: given.hostKey ?? keys.hosts?.key ?? '',
        via: jumps(keys.hosts?.via),
        ...(url === undefined ? {} : { url }),
        directory: keys.directory,
        services: Object.entries(found.services).map(([called, service]) => settings_serviceOf(called, service, sockets)),
        serviceFiles: found.files,
        ...(keys.manager === undefined ? {} : { manager: keys.manager }),
        ...(keys.nginx === undefined ? {} : { nginx: keys.nginx }),
        ...(keys.adopt ? { adopt: true } : {}),
        python: { ...(requirements === undefined ? {} : { requirements }), venv, version },
        shared: keys.shared,
        env: keys.env,
        include: keys.include,
        exclude: keys.exclude,
        checks,
        hooks: keys.hooks,
        keep: keys.keep,
        notify: receivers(keys.notify),
        ...(keys.notify['from-host'] ? { tellsItself: true } : {}),
        wait: keys.wait,
        ...(confirmWithin === undefined ? {} : { confirmWithin }),
    };
};
/** The way to the host, from the runner on: in the file it is told from the host's end. */
const jumps = (via) => {
    if (via === undefined)
        return [];
    const own = { ...via.ssh, pins: via.key ?? '' };
    return [...jumps(via.via), own];
};
const settings_serviceOf = (name, { command, role, drain, boot, listen, unit }, sockets) => ({
    name,
    command,
    // validation has refused one whose role nothing tells
    role: role ?? roleOf(command, sockets) ?? 'web',
    drain,
    boot,
    ...(listen === undefined ? {} : { listen }),
    ...(unit === undefined || unit.length === 0 ? {} : { unit }),
});
const receivers = ({ slack, teams, webhook }) => [
    ...(slack === undefined ? [] : [{ kind: 'slack', url: slack.url, on: slack.on }]),
    ...(teams === undefined ? [] : [{ kind: 'teams', url: teams.url, on: teams.on }]),
    ...(webhook === undefined
        ? []
        : [
            {
                kind: 'webhook',
                url: webhook.url,
                on: webhook.on,
                ...(webhook.secret === undefined ? {} : { secret: webhook.secret }),
            },
        ]),
];
/** What is checked where nobody says what: that the front page answers. */
const front = () => ({ ...check_check.parse({ get: '/' }), ownRedirect: true });

;// CONCATENATED MODULE: ./packages/config/service-file/command.ts




const itself = 'write the command itself, which is to stay one process';
const operator = /^(?:\d?>{1,2}(?:&\d)?|<|\|\|?|&&?|;)$/;
const command_shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);
const command_others = new Set(['su', 'sudo', 'runuser', 'setpriv', 'start-stop-daemon', 'doas']);
/** `%` and what belongs to it, put in place. */
const filled = (word, known) => {
    const strange = [...word.matchAll(/%(?:\([^)]*\)[a-zA-Z0-9]*|[^]?)/g)].find(([one]) => !Object.hasOwn(known, one));
    if (strange !== undefined)
        return {
            what: `${/^%(?:\(\w{0,40}\)[a-z0-9]{0,4}|\W?|\w)$/.test(strange[0]) ? strange[0] : '%(…)'} stands for nothing that is known`,
            next: 'write what it stands for; a % is %%',
        };
    return word.replaceAll(/%(?:\([^)]*\)[a-zA-Z0-9]*|[^]?)/g, (one) => known[one] ?? one);
};
const envOptions = new Set(['-u', '--unset', '-C', '--chdir']);
/** What env starts: the words behind its options and variables. Words of anything else are themselves. */
const behindEnv = (words) => {
    if (words[0]?.split('/').at(-1) !== 'env')
        return words;
    const at = words.findIndex((word, index) => index > 0 && !/^-|=/.test(word) && !(index > 1 && envOptions.has(words[index - 1] ?? '')));
    return at < 0 ? [] : behindEnv(words.slice(at));
};
/** What a command hides that Landfall would have to start, and to stop. */
const command_hidden = (words) => {
    const started = behindEnv(words);
    const [first = ''] = started;
    const [program, ...rest] = role_programOf(started);
    if (command_others.has(program))
        return { what: `${program} starts it`, next: `it runs as the SSH user anyway: ${itself}` };
    const shell = words.find((word) => operator.test(word));
    if (shell !== undefined)
        return { what: `${shell} is for a shell, and no shell reads this`, next: itself };
    const at = command_shells.has(program) ? rest.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
    if (at >= 0 && !(rest[at + 1] ?? '').trimStart().startsWith('exec '))
        return {
            what: `a shell (${(0,packages_plan/* commandLine */.ay)([first])}) stays between`,
            next: `${itself}, or have the shell end in it: exec …`,
        };
    return undefined;
};
/** The first word: a program of the environment is called by its name, as `command` of landfall.yml has it. */
const programIn = (word, { roots, directory, environments }) => {
    if (!word.includes('/'))
        return word;
    const path = external_node_path_.posix.normalize(word);
    const inside = roots.find((root) => path.startsWith(`${root}/`));
    if (inside === undefined && /^\/(?:usr\/(?:local\/)?)?s?bin\//.test(path))
        return path;
    // in the release's root; a relative one counts from where the service runs
    const own = inside === undefined ? external_node_path_.posix.join(path.startsWith('/') ? '/' : directory, path) : path.slice(inside.length + 1);
    if (/^(?:\/|\.\.\/)/.test(own))
        return {
            what: `${(0,packages_plan/* commandLine */.ay)([word])} is neither of the release nor of the system`,
            next: `name a program of the release, as {current}/${environments[0] ?? ''}/bin/gunicorn is one`,
        };
    const [, folder, program] = /^(.+)\/bin\/([^/]+)$/.exec(own) ?? [];
    const environment = environments.some((name) => folder === name || folder === external_node_path_.posix.join(directory, name));
    if (environment && program !== undefined)
        return program;
    if (inside !== undefined)
        return path;
    return own.includes('/') ? own : `./${own}`;
};
/** Words of a command, as `command` of landfall.yml would have them. */
const commandOf = (text, dialect, on) => {
    const split = dialect.words(text);
    if (typeof split === 'string')
        return { what: split, next: 'mend the command' };
    const variable = dialect.variables ? split.find((word) => /\$(?!\$)/.test(word.replaceAll('$$', ''))) : undefined;
    if (variable !== undefined)
        return {
            what: `${(0,packages_plan/* commandLine */.ay)([variable])} holds a variable`,
            next: 'write its value, or let the program read it; a $ is $$',
        };
    const words = [];
    for (const word of split) {
        const put = filled(dialect.variables ? word.replaceAll('$$', () => '$') : word, dialect.percent(on));
        if (typeof put !== 'string')
            return put;
        const unfit = unfitIn(put);
        if (unfit !== undefined)
            return { what: unfit, next: 'mend the command' };
        words.push(put);
    }
    const [first = '', ...rest] = words;
    if (first === '')
        return { what: 'the command is empty', next: itself };
    const wrong = command_hidden(words);
    if (wrong !== undefined)
        return wrong;
    const program = programIn(first, on);
    return typeof program === 'string' ? { says: { command: [program, ...rest] } } : program;
};

;// CONCATENATED MODULE: ./packages/config/service-file/rule.ts
/** Landfall does this itself, whatever the line says. */
const settled = { read: () => ({ settled: true }) };
/** Landfall does just this. */
const agrees = (values, next) => ({
    read: ({ value }) => (values.includes(value) ? { settled: true } : { what: 'is not what Landfall does', next }),
});
const refused = (what, next) => ({ read: () => ({ what, next }) });
/** A value of landfall.yml's own form, or why it is none. */
const rule_taken = (schema, raw, says) => {
    const read = schema.safeParse(raw);
    if (read.success)
        return { says: says(read.data) };
    return {
        what: 'is nothing that a service can have',
        next: read.error.issues.map(({ message }) => message).join('; '),
    };
};
/** Does a line hold variables, whose values may be secret? */
const ofVariables = ({ key }) => /^environment$/i.test(key);
/** A line that a rule is known of, as a problem shows it. Variables, commands and what was carried on by mistake may be secret: one plain word is none. */
const rule_shown = (entry) => `${entry.key}=${!ofVariables(entry) && /^[\w./%+:,(){}~-]{1,80}$/.test(entry.value) ? entry.value : '…'}`;
/** A line that none is known of, as a problem shows it: its key, where it is surely one, and not part of a value that goes on (base64 ends with `=`). */
const rule_keyOf = ({ key, value }) => /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(key) && !/^=?$/.test(value) ? key : 'this line';

;// CONCATENATED MODULE: ./packages/config/service-file/common-rules.ts



/** A time in ms, for one of the two that a service has. */
const time = (gives, read) => ({
    gives,
    read: ({ value }) => {
        const ms = Math.ceil(read(value));
        if (Number.isNaN(ms))
            return { what: 'is no time', next: 'give seconds' };
        const most = gives === 'drain' ? 'at most 10m: an undo has to wait for it' : 'a time that ends';
        if (ms === Infinity)
            return { what: 'never ends', next: `expected ${most}` };
        return gives === 'drain'
            ? rule_taken(drain, `${ms}ms`, (of) => ({ drain: of }))
            : rule_taken(boot, `${ms}ms`, (of) => ({ boot: of }));
    },
});
/** Services run as who logs in: nothing can make them anybody else. */
const user = {
    read: ({ value }, on) => value === on.user
        ? { settled: true }
        : {
            what: `services run as the SSH user, ${on.user}`,
            next: value !== 'root' && /^[a-z_][a-z0-9_-]*$/.test(value)
                ? `leave it out, or connect as ${value}: hosts: { ssh: ${value}@… }`
                : 'leave it out',
        },
};
const directory = {
    read: ({ value }, on) => {
        const all = on.roots.map((root) => external_node_path_.posix.join(root, on.directory).replace(/\/$/, ''));
        return all.includes(external_node_path_.posix.normalize(value).replace(/(.)\/$/, '$1'))
            ? { settled: true }
            : {
                what: `services run in ${all[0] ?? ''}`,
                next: `say {current}${on.directory === '.' ? '' : `/${on.directory}`}, or set \`directory\` in landfall.yml`,
            };
    },
};
const common_rules_usual = /^(?:\/(?:usr\/(?:local\/)?)?s?bin|\$PATH|\$\{PATH\}|%\(ENV_PATH\)s)$/;
/** The environment's programs first, then the system's: as it is anyway. */
const usualPath = (value, { roots, directory: within, environments }) => {
    const bins = roots.flatMap((root) => environments.flatMap((name) => [external_node_path_.posix.join(root, name, 'bin'), external_node_path_.posix.join(root, within, name, 'bin')]));
    const [first = '', ...rest] = value.split(':');
    return bins.includes(first) && rest.every((one) => bins.includes(one) || common_rules_usual.test(one));
};
/** Words NAME=value: a service has the variables of `.env`, which migrations and checks have too. What is none is not shown: it may be part of a value. */
const common_rules_variables = (words, on) => {
    const all = words.map((word) => /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(word));
    if (all.includes(null))
        return { what: 'there is a word without NAME=', next: 'quote the value: "NAME=a value"' };
    const strange = all
        .filter((one) => one !== null)
        .filter(([, name = '', value = '']) => !on.required.includes(name) && !(name === 'PATH' && usualPath(value, on)))
        .map(([, name]) => name);
    if (strange.length === 0)
        return { settled: true };
    return {
        what: `a service has the variables of .env, and no other: ${strange.join(', ')}`,
        next: `put ${strange.length === 1 ? 'it' : 'them'} into .env and name ${strange.length === 1 ? 'it' : 'them'} in landfall.yml: env: { require: [${strange.join(', ')}] }`,
    };
};

;// CONCATENATED MODULE: ./packages/config/service-file/words.ts
const letters = { s: ' ', t: '\t', '\\': '\\', '"': '"', "'": "'" };
/** Of systemd, within quotes and without: the same. */
const unitEscape = (text) => {
    const put = letters[text.charAt(0)];
    return put === undefined ? undefined : { put, length: 1 };
};
/** Of Python's shlex, which is sh's. */
const programEscape = (text, quote) => {
    const next = text.charAt(0);
    if (quote === "'" || (quote === '"' && next !== '"' && next !== '\\'))
        return { put: '\\', length: 0 };
    return next === '' ? undefined : { put: next, length: 1 };
};
/** The words of a line in which spaces part, quotes join and backslashes escape; or why there are none. */
const wordsOf = (line, escape) => {
    const words = [];
    let word;
    let quote = '';
    for (let at = 0; at < line.length; at += 1) {
        const here = line.charAt(at);
        if (here === '\\') {
            const escaped = escape(line.slice(at + 1), quote);
            if (escaped === undefined)
                return `${line.slice(at, at + 2)} is no escape that is known`;
            word = (word ?? '') + escaped.put;
            at += escaped.length;
        }
        else if (quote === '' && (here === '"' || here === "'")) {
            quote = here;
            word ??= '';
        }
        else if (here === quote)
            quote = '';
        else if (quote === '' && /\s/.test(here)) {
            if (word !== undefined)
                words.push(word);
            word = undefined;
        }
        else
            word = (word ?? '') + here;
    }
    if (quote !== '')
        return 'a quote is not closed';
    return word === undefined ? words : [...words, word];
};

;// CONCATENATED MODULE: ./packages/config/service-file/program-rules.ts




const program_rules_seconds = (value) => (/^\d+$/.test(value) ? Number(value) * 1000 : NaN);
const program_rules_command = {
    gives: 'command',
    read: ({ value }, on) => commandOf(value, {
        words: (text) => wordsOf(text, programEscape),
        percent: ({ service }) => ({ '%%': '%', '%(program_name)s': service }),
        variables: false,
    }, on),
};
const pair = /\s*(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s,"'=]*))\s*(?:,|$)/gy;
const program_rules_environment = {
    read: ({ value }, on) => {
        const pairs = [...value.matchAll(pair)];
        if (pairs.map(([all]) => all).join('') !== value)
            return { what: 'it cannot be read', next: 'quote each value, and part them by commas: A="1",B="2"' };
        return common_rules_variables(pairs.map(([, name = '', double, single, bare]) => `${name}=${double ?? single ?? bare ?? ''}`), on);
    },
};
const program_rules_again = 'a service is started again whenever it ends: say autorestart=true';
/** What lines of a program of supervisor's mean. */
const programRules = {
    command: program_rules_command,
    stopwaitsecs: time('drain', program_rules_seconds),
    user: user,
    directory: directory,
    environment: program_rules_environment,
    process_name: agrees(['%(program_name)s'], 'leave it out: a service is one program, of its own name'),
    numprocs: agrees(['1'], 'describe each as a service of its own'),
    autorestart: agrees(['true', 'unexpected'], program_rules_again),
    stopsignal: agrees(['TERM', 'SIGTERM'], 'TERM it is: start the program by a script that passes another signal on'),
    umask: agrees(['022'], 'leave it out'),
    // by the roles of services
    priority: settled,
    autostart: settled,
    startsecs: settled,
    startretries: settled,
    exitcodes: settled,
    // the main process alone is told to stop; then all are killed
    stopasgroup: settled,
    killasgroup: settled,
    ...Object.fromEntries(['stdout', 'stderr'].flatMap((name) => ['logfile', 'logfile_maxbytes', 'logfile_backups', 'syslog'].map((key) => [`${name}_${key}`, settled]))),
    redirect_stderr: settled,
};

;// CONCATENATED MODULE: ./packages/config/service-file/program-text.ts
/** What stands before a word in a comment. */
const inProgramComment = /(?:^|\s)[;#]/;
/**
 * Reads a file of supervisor's by the rules of Python's configparser, as supervisor sets it: `;` and `#` behind a space begin a comment,
 * keys are in small letters, and a line that is indented more than its key goes on with the value.
 */
const readPrograms = (file, text) => {
    const entries = [];
    const problems = [];
    let section;
    // of the last key of the section, and how far it is indented
    let last;
    for (const [at, raw] of text.split(/\r?\n/).entries()) {
        const line = at + 1;
        const put = raw.slice(0, inProgramComment.exec(raw)?.index).trim();
        if (put === '')
            continue;
        const depth = raw.length - raw.trimStart().length;
        if (last !== undefined && depth > last.indent) {
            last.entry = { ...last.entry, value: `${last.entry.value}\n${put}`.trim() };
            entries[entries.length - 1] = last.entry;
            continue;
        }
        const head = /^\[(.+)\]/.exec(put)?.[1];
        const parts = put.search(/[=:]/);
        const key = put.slice(0, Math.max(parts, 0)).trim();
        const value = put.slice(parts + 1).trim();
        if (head !== undefined) {
            section = head;
            last = undefined;
            entries.push({ section, key: '', value: '', line });
        }
        else if (key === '')
            problems.push({ where: file, line, what: 'this line is neither [SECTION] nor KEY=VALUE', next: 'mend the line' });
        else if (section === undefined)
            problems.push({
                where: file,
                line,
                what: 'this line stands before any [SECTION]',
                next: 'begin with [program:NAME]',
            });
        else {
            last = { entry: { section, key: key.toLowerCase(), value, line }, indent: depth };
            entries.push(last.entry);
        }
    }
    return { entries, problems };
};

;// CONCATENATED MODULE: ./packages/config/service-file/unit-rules.ts






const yes = ['yes', 'true', 'on', '1'];
const no = ['no', 'false', 'off', '0'];
const unit_rules_megabytes = (value) => {
    const [, count = '', letter = ''] = /^(\d+)([KMGT]?)$/.exec(value) ?? [];
    const bytes = Number(count) * 1024 ** ' KMGT'.indexOf(letter || ' ');
    return count !== '' && bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}M` : value;
};
const switches = ['NoNewPrivileges', 'PrivateTmp'];
/** A value as landfall.yml has it; undefined: it limits nothing. */
const settingOf = (key, value) => {
    if (switches.includes(key))
        return no.includes(value) ? undefined : yes.includes(value) || value;
    if (value === 'infinity')
        return undefined;
    if (key.startsWith('Memory'))
        return unit_rules_megabytes(value);
    return /^-?\d+$/.test(value) ? Number(value) : value;
};
/** A setting that a unit of Landfall's can have. */
const setting = (key) => ({
    gives: 'unit',
    read: ({ value }) => {
        const raw = settingOf(key, value);
        return raw === undefined ? { settled: true } : rule_taken(unitSettings[key], raw, () => ({ unit: { [key]: raw } }));
    },
});
const settings = Object.fromEntries(Object.keys(unitSettings).map((key) => [key, setting(key)]));
/** A limit of systemd's: 0 is none. */
const unit_rules_limit = (value) => {
    const ms = (0,packages_plan/* spanOf */.ee)(value);
    return ms === 0 ? Infinity : ms;
};
const unit_rules_words = (text) => wordsOf(text, unitEscape);
const unit_rules_command = {
    gives: 'command',
    list: true,
    read: ({ value }, on) => {
        const [prefix = ''] = /^[-@:+!|]*/.exec(value) ?? [];
        return prefix === ''
            ? commandOf(value, { words: unit_rules_words, percent: () => ({ '%%': '%' }), variables: true }, on)
            : {
                what: `${prefix} before the command is not followed${/[+!]/.test(prefix) ? ': it would run with other rights' : ''}`,
                next: 'begin with the path of the program',
            };
    },
};
const unit_rules_environment = {
    list: true,
    read: ({ value }, on) => {
        const all = unit_rules_words(value);
        // why not shows a bit of the value
        if (typeof all === 'string')
            return { what: 'its quotes or backslashes cannot be read', next: 'mend the line' };
        return common_rules_variables(all, on);
    },
};
const environmentFile = {
    list: true,
    read: ({ value }, { roots, shared }) => [...roots, shared].some((root) => value.replace(/^-/, '') === `${root}/.env`)
        ? { settled: true }
        : { what: 'a service has the variables of .env, and no other file', next: 'say {current}/.env, or leave it out' },
};
const unit_rules_hooks = 'let the application do it, or a hook of landfall.yml (docs/hooks.md)';
const before = refused('Landfall runs the service alone', unit_rules_hooks);
const dependency = refused('would stop the service outside of a switch', 'say After= and Wants=');
const foreground = 'let it stay in the foreground, and say Type=exec (celery worker, not celery multi)';
/** What lines of a unit mean, by section and key. */
const unitRules = {
    Unit: {
        Description: settled,
        Documentation: settled,
        After: settled,
        Before: settled,
        Wants: settled,
        StartLimitIntervalSec: settled,
        StartLimitBurst: settled,
        // it is started again until what it needs is there
        Requires: {
            list: true,
            read: ({ value }) => /\.socket\b/.test(value)
                ? {
                    what: 'a socket of systemd would start it too',
                    next: 'let the program listen itself: --bind 127.0.0.1:8000',
                }
                : { settled: true },
        },
        BindsTo: dependency,
        PartOf: dependency,
        Requisite: dependency,
        Conflicts: dependency,
        OnFailure: refused('nobody is told by systemd', 'use `notify` of landfall.yml (docs/notices.md)'),
    },
    Service: {
        ExecStart: unit_rules_command,
        TimeoutStopSec: time('drain', unit_rules_limit),
        TimeoutStartSec: time('boot', unit_rules_limit),
        ...settings,
        User: user,
        Group: {
            read: ({ value }, on) => value === on.user
                ? { settled: true }
                : {
                    what: `services run in the group of the SSH user, ${on.user}`,
                    next: 'leave it out; let nginx reach the service by 127.0.0.1, not by a socket of a group',
                },
        },
        WorkingDirectory: directory,
        Environment: unit_rules_environment,
        EnvironmentFile: environmentFile,
        Type: agrees(['simple', 'exec', 'idle', 'notify'], foreground),
        NotifyAccess: settled,
        Restart: agrees(['always', 'on-failure', 'on-abnormal', 'on-abort'], 'a service is started again whenever it ends: say Restart=always'), // prettier-ignore
        RestartSec: settled,
        KillMode: agrees(['mixed', 'control-group'], 'say KillMode=mixed: TERM to the main process, then none is left'),
        KillSignal: agrees(['SIGTERM', 'TERM', '15'], 'TERM it is: start the program by a script that passes another signal on'), // prettier-ignore
        SendSIGKILL: agrees(yes, 'what does not end in time is killed: leave it out'),
        UMask: agrees(['022', '0022'], 'leave it out'),
        ExecReload: settled,
        ExecStop: {
            read: ({ value }) => /^\/(?:usr\/)?bin\/kill (?:-s |-)?(?:(?:SIG)?TERM )?\$\{?MAINPID\}?$/.test(value)
                ? { settled: true }
                : { what: 'a service is stopped by TERM to its main process', next: 'leave it out' },
        },
        ExecStartPre: before,
        ExecStartPost: before,
        ExecStopPost: before,
        ExecCondition: before,
        RuntimeDirectory: refused('nobody makes it', 'have root make it at each boot: a line in /etc/tmpfiles.d'),
        RemainAfterExit: agrees(no, foreground),
        StandardOutput: settled,
        StandardError: settled,
        SyslogIdentifier: settled,
    },
};
/** What a service may have of a unit ends here. */
const beyondUnit = 'leave it out; what a unit shall have beyond is a drop-in of your own, which Landfall leaves alone (docs/services.md)'; // prettier-ignore

;// CONCATENATED MODULE: ./packages/config/service-file/unit-text.ts
/** What stands before a word in a comment. */
const inUnitComment = /^\s*[#;]/;
/** Does the line go on? A backslash before its end says so, unless that is escaped. */
const goesOn = (text) => (/\\*$/.exec(text)?.[0].length ?? 0) % 2 === 1;
/** Lines as systemd joins them, each with the number of its first. Comments may stand between; spaces before a line do not count. */
const unit_text_joined = (text) => {
    const lines = [];
    let open;
    for (const [at, raw] of text.split(/\r?\n/).entries()) {
        const line = raw.trimStart();
        if (inUnitComment.test(line))
            continue;
        const whole = open === undefined ? [line, at + 1] : [open[0] + line, open[1]];
        open = goesOn(line) ? [`${whole[0].slice(0, -1)} `, whole[1]] : undefined;
        if (open === undefined)
            lines.push(whole);
    }
    return open === undefined ? lines : [...lines, open];
};
/** Reads a unit by the syntax of systemd.syntax(7). What systemd would only pass over, with a warning, is a problem. */
const readUnit = (file, text) => {
    const entries = [];
    const problems = [];
    let section;
    for (const [whole, line] of unit_text_joined(text)) {
        const put = whole.trim();
        if (put === '')
            continue;
        const at = put.indexOf('=');
        if (put.startsWith('[') && put.endsWith(']')) {
            section = put.slice(1, -1);
            entries.push({ section, key: '', value: '', line });
        }
        else if (at < 1)
            problems.push({ where: file, line, what: 'this line is neither [SECTION] nor KEY=VALUE', next: 'mend the line' });
        else if (section === undefined)
            problems.push({
                where: file,
                line,
                what: 'this line stands before any [SECTION]',
                next: 'put it below [Service]',
            });
        else
            entries.push({ section, key: put.slice(0, at).trim(), value: put.slice(at + 1).trim(), line });
    }
    return { entries, problems };
};

;// CONCATENATED MODULE: ./packages/config/service-file/read-service.ts






const unit = {
    read: readUnit,
    commented: inUnitComment,
    rules: (section) => {
        // not enabled: at boot `undo recover` decides what may serve
        if (section === 'Install' || section.startsWith('X-'))
            return undefined;
        return (unitRules[section] ?? { what: 'a service is all that is run', next: 'name a unit whose name ends in .service' });
    },
    command: () => ['Service', 'ExecStart'],
    beyond: beyondUnit,
};
const read_service_programs = {
    read: readPrograms,
    commented: inProgramComment,
    rules: (section, service) => {
        if (section === `program:${service}`)
            return programRules;
        if (/^(?:program|group):/.test(section))
            return undefined;
        return { what: 'programs are all that is run', next: 'take it out: Landfall has a supervisord of its own' };
    },
    command: (service) => [`program:${service}`, 'command'],
    beyond: 'leave it out',
};
const formats = [
    [/\.service$/, unit],
    [/\.(?:conf|ini)$/, read_service_programs],
];
/** The lines of a section that count: an empty one takes all with its key before it back, and of most keys the last one holds. */
const counting = (entries, rules) => {
    const keys = new Set(entries.map(({ key }) => key).filter((key) => key !== ''));
    return [...keys].flatMap((key) => {
        const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
        const all = entries.filter((entry) => entry.key === key);
        const rest = all.slice(all.findLastIndex(({ value }) => value === '') + 1);
        return (rule === undefined || rule.list === true ? rest : rest.slice(-1)).map((entry) => ({ entry, rule }));
    });
};
const unknown = (key, rules, beyond) => {
    const near = (0,packages_plan/* nearest */.pA)(key, Object.keys(rules));
    const next = near === undefined ? beyond : `did you mean ${near}? Else ${beyond}`;
    return { what: 'Landfall knows nothing like it', next };
};
/**
 * What a unit of systemd or a file of supervisor's says of a service, as keys of landfall.yml, or every problem with it. Nothing of it
 * is passed over: a line is taken, or settled by Landfall itself, or refused. Pure.
 * @param given keys that landfall.yml has itself, as `drain` or `unit.Nice`: lines that say these are not looked at
 */
const readService = (file, content, values, on, given) => {
    const format = formats.find(([name]) => name.test(file))?.[1];
    if (format === undefined) {
        const what = 'its name ends neither in .service, as a unit’s, nor in .conf or .ini, as a file’s of supervisor';
        return { said: {}, settled: [], instead: [], programs: [], problems: [{ where: file, what }] };
    }
    const { text, problems: unnamed } = (0,packages_plan/* fillNames */._E)(file, content, values, format.commented);
    const { entries, problems: unread } = format.read(file, text);
    const problems = [...unnamed.map((one) => unvalued(one, entries, unread)), ...unread];
    const settled = new Set();
    const instead = new Set();
    let said = {};
    let commands = 0;
    const hear = ({ entry, rule }, rules) => {
        if (rule === undefined)
            return unknown(entry.key, rules, format.beyond);
        if (rule.gives === undefined)
            return rule.read(entry, on);
        const key = rule.gives === 'unit' ? `unit.${entry.key}` : rule.gives;
        if (given.has(key)) {
            instead.add(key);
            return { says: {} };
        }
        if (rule.gives === 'command')
            commands += 1;
        return commands > 1 && rule.gives === 'command'
            ? { what: 'is a second command', next: 'a service is one program: describe each as its own' }
            : rule.read(entry, on);
    };
    for (const section of new Set(entries.map((entry) => entry.section))) {
        const own = entries.filter((entry) => entry.section === section);
        const rules = format.rules(section, on.service);
        if (rules === undefined)
            continue;
        if (isRefusal(rules)) {
            problems.push({ where: file, ...headOf(own), what: `${headShown(section)}: ${rules.what}`, next: rules.next });
            continue;
        }
        for (const line of counting(own, rules)) {
            const { entry } = line;
            const outcome = hear(line, rules);
            if ('settled' in outcome)
                settled.add(entry.key);
            else if ('what' in outcome)
                problems.push({
                    where: file,
                    line: entry.line,
                    what: `${line.rule === undefined ? rule_keyOf(entry) : rule_shown(entry)}: ${outcome.what}`,
                    next: outcome.next,
                });
            else
                said = read_service_joined(said, outcome.says);
        }
    }
    const described = [...new Set(entries.flatMap(({ section }) => /^program:(.*)/.exec(section)?.[1] ?? []))];
    const [section, key] = format.command(on.service);
    if (!entries.some((entry) => entry.section === section))
        problems.push({ where: file, what: `there is no [${section}]`, ...read_service_others(described) });
    else if (!given.has('command') && commands === 0)
        problems.push({ where: file, what: `[${section}] has no ${key}=`, next: 'say what the service runs' });
    return { said, settled: [...settled], instead: [...instead], programs: described, problems };
};
/** A name in braces that stands for nothing: in a variable, or where no key is known, it may be part of a secret. */
const unvalued = (problem, entries, unread) => {
    const at = problem.line ?? 0;
    const entry = entries.findLast(({ line }) => line <= at);
    const known = entry !== undefined && entry.key !== '' && !ofVariables(entry) && rule_keyOf(entry) !== 'this line';
    return known && !unread.some(({ line }) => line === at)
        ? problem
        : { ...problem, what: 'a name in braces stands for nothing' };
};
/** A line in brackets may also be a list that belongs to a value. */
const headShown = (section) => (/^[A-Za-z][\w:.-]{0,80}$/.test(section) ? `[${section}]` : '[…]');
const read_service_joined = (said, { unit: settings, ...rest }) => ({
    ...said,
    ...rest,
    ...(settings === undefined ? {} : { unit: { ...said.unit, ...settings } }),
});
const headOf = (entries) => entries[0] === undefined ? {} : { line: entries[0].line };
const isRefusal = (rules) => typeof rules['what'] === 'string';
const read_service_others = (described) => described.length === 0 ? {} : { next: `name the service as its program is named: ${described.join(', ')}` };

;// CONCATENATED MODULE: ./packages/config/from-files.ts





/** No file of services is larger, in bytes. */
const largest = 64 * 1024;
/** What a file says of how it runs, in few words. */
const inWords = ({ command, drain, boot }) => [
    ...(command === undefined ? [] : [(0,packages_plan/* commandLine */.ay)(command)]),
    ...(drain === undefined ? [] : [`drain ${(0,packages_plan/* renderDuration */.PP)(drain)}`]),
    ...(boot === undefined ? [] : [`boot ${(0,packages_plan/* renderDuration */.PP)(boot)}`]),
];
/** The services with what their files say of them. Those that cannot be known, because something else is wrong, are left out. */
const servicesFromFiles = ({ keys, given, files, written, at }) => {
    const { host, path, base } = place_placeOf(keys, given);
    const services = {};
    const described = [];
    const problems = [];
    const names = Object.keys(keys.services);
    // services whose command is that of a file
    const units = new Map();
    for (const [service, own] of Object.entries(keys.services)) {
        const { file, command } = own;
        if (file === undefined) {
            if (command !== undefined)
                services[service] = { ...own, command };
            continue;
        }
        // without a place nothing is deployed, and nobody asks for services
        if (host === undefined || path === undefined || base === undefined)
            continue;
        const content = files(file);
        if (typeof content === 'string') {
            const next = 'Commit it, and run actions/checkout before.';
            problems.push({ ...at(service, 'file'), what: `services.${service}.file: ${content}`, next });
            continue;
        }
        if (content.length > largest) {
            problems.push({ where: file, what: 'is larger than 64 KiB', next: 'name a file that only describes services' });
            continue;
        }
        const first = command === undefined && file.endsWith('.service') ? units.get(file) : undefined;
        if (first !== undefined) {
            const what = `services.${service}.file: ${file} is that of ${first} already`;
            problems.push({ ...at(service, 'file'), what, next: 'a unit is one service: add `command`, or name another' });
            continue;
        }
        if (command === undefined)
            units.set(file, service);
        const current = `${base}/current`;
        const shared = `${base}/shared`;
        const on = {
            service,
            user: host.user,
            roots: [path, current],
            shared,
            directory: keys.directory,
            environments: [...new Set([keys.python.venv, '.venv', 'venv', 'env', 'virtualenv'])],
            required: keys.env.require,
        };
        const [domain] = keys.nginx?.domains ?? [];
        const domains = domain === undefined ? {} : { domain, domains: keys.nginx?.domains.join(' ') ?? '' };
        const beside = written(service);
        const text = Buffer.from(content).toString('utf8');
        const read = readService(file, text, { ...domains, current, shared }, on, beside);
        problems.push(...read.problems);
        const { said } = read;
        const words = command ?? said.command;
        if (read.problems.length > 0 || words === undefined)
            continue;
        // of what landfall.yml has itself, nothing is said
        const { drain = own.drain, boot = own.boot, unit = {} } = said;
        const limits = unit_unit.parse(unit);
        const whole = {
            ...own,
            command: words,
            drain,
            boot,
            unit: [...limits, ...(own.unit ?? [])],
        };
        for (const { path: key, broken, error } of serviceRules)
            if (broken(whole))
                problems.push({ ...at(service, ...key), what: `services.${service}.${key.join('.')}: ${error}` });
        services[service] = whole;
        const left = described.some((one) => one.file === file) ? [] : read.programs.filter((one) => !names.includes(one));
        described.push({ service, file, says: inWords(said), limits, settled: read.settled, instead: read.instead, left });
    }
    return { services, files: described, problems: distinct(problems) };
};
/** Services that share a file share what is wrong with it. */
const distinct = (problems) => [
    ...new Map(problems.map((one) => [JSON.stringify(one), one])).values(),
];

;// CONCATENATED MODULE: ./packages/config/resolve.ts








const nowhere = (path) => `there is no file ${path}`;
/** Keys of a map in a map of maps. */
const keysWithin = (maps, name) => {
    const map = isMap(maps) ? maps[name] : undefined;
    return isMap(map) ? Object.keys(map) : [];
};
/** Keys that a service has itself, and settings of its unit: `drain`, `unit.Nice`. */
const writtenOf = (services, service) => {
    const unit = keysWithin(isMap(services) ? services[service] : undefined, 'unit');
    return new Set([...keysWithin(services, service), ...unit.map((key) => `unit.${key}`)]);
};
/**
 * What inputs and landfall.yml say together, or every problem that they have. An input beats the file; a target's key
 * beats the same key at the top. Pure, but for the files that services name. A host need not be named: {@link resolveTarget} asks for one.
 */
const resolveSettings = (source) => resolve_read(source, () => []);
/** As {@link resolveSettings}, for actions that need a host: without one, or without a path there, that is a problem too. */
const resolveTarget = (source) => {
    const { settings, problems } = resolve_read(source, resolve_missing);
    const { host, path, base } = settings ?? {};
    if (settings === undefined || host === undefined || path === undefined || base === undefined)
        return { problems };
    return { target: { ...settings, host, path, base }, problems };
};
const resolve_read = (source, extra) => {
    const yaml = yamlSource(source.text ?? '', source.file);
    const inputs = fromInputs(source.overrides);
    if (yaml.problems.length > 0)
        return { problems: [...yaml.problems, ...inputs.problems] };
    const place = { where: source.file, line: yaml.line };
    const content = yaml.value ?? {};
    const whole = validate(application_file, content, place);
    const chosen = choose(content, source.target, place);
    const merged = application_application.safeParse(chosen.keys);
    const at = (key, ...inner) => ({
        where: source.file,
        line: yaml.line([...chosen.path(key), ...inner]),
    });
    const found = merged.success
        ? servicesFromFiles({
            keys: merged.data,
            given: inputs.values,
            files: source.files ?? nowhere,
            written: (service) => writtenOf(chosen.keys['services'], service),
            at: (...path) => at('services', ...path),
        })
        : undefined;
    const settings = merged.success && found !== undefined ? settingsOf(chosen.name, merged.data, inputs.values, found) : undefined;
    const problems = [
        ...whole.problems,
        ...chosen.problems,
        ...inputs.problems,
        ...(chosen.problems.length > 0 || !isMap(content) ? [] : extra(source, chosen.keys)),
        ...(found?.problems ?? []),
        ...(settings === undefined ? [] : resolve_unfit(settings, at, inputs.values.checks !== undefined)),
    ];
    return settings === undefined || problems.length > 0 ? { problems } : { settings, problems };
};
/** What no single key can tell. */
const resolve_unfit = (settings, at, checksFromInput) => {
    const { adopt, base, checks, manager, url } = settings;
    const slow = (0,packages_plan/* tooSlow */.gn)((0,packages_plan/* paceOf */.x3)(settings.services));
    const long = base !== undefined && Buffer.byteLength(base) > longestBase;
    const homeless = url === undefined ? checks.find((check) => check.url.startsWith('/')) : undefined;
    return [
        ...(adopt === true && manager !== undefined
            ? [
                {
                    ...at('manager'),
                    what: 'adopt leaves services with the programs that run them: manager would move them away',
                    next: 'leave manager out',
                },
            ]
            : []),
        ...(slow === undefined
            ? []
            : [{ ...at('services'), what: `services: ${slow}`, next: 'lower `drain` or `boot` of these services' }]),
        ...(long
            ? [
                {
                    ...at('path'),
                    what: `base would be ${base}: more than ${longestBase} bytes, and sockets lie below it`,
                    next: 'set base to a shorter path',
                },
            ]
            : []),
        ...(homeless === undefined
            ? []
            : [
                {
                    ...(checksFromInput ? { where: 'input checks' } : at('smoke')),
                    what: `${homeless.method} ${homeless.url} is a path, but there is no url that it is below`,
                    next: 'set url: https://…',
                },
            ]),
    ];
};
/** A host and a path there, in the file or as inputs. */
const resolve_missing = ({ text, file, overrides }, keys) => {
    const mend = (key, input) => text === undefined
        ? `set the input ${input}, or ${key} in ${file}`
        : `add ${key} to ${file}, or set the input ${input}`;
    const where = text === undefined ? undefined : file;
    return [
        ...(overrides.host === undefined && keys.hosts === undefined
            ? [{ where: where ?? 'input host', what: 'no host is named', next: mend('hosts: { ssh: user@host }', 'host') }]
            : []),
        ...(overrides.path === undefined && keys.path === undefined
            ? [{ where: where ?? 'input path', what: 'no path on the host is named', next: mend('path: /srv/app', 'path') }]
            : []),
    ];
};

;// CONCATENATED MODULE: ./packages/config/index.ts




;// CONCATENATED MODULE: ./packages/operations/place.ts

/** Inputs that stand for keys of landfall.yml. */
const overridesOf = (place) => ({
    host: place.host,
    hostKey: place['host-key'],
    path: place.path,
    url: place.url,
    checks: place.checks,
    confirmWithin: place['confirm-within'],
});
/** The way in: a key or an agent. */
const keyProblems = (place) => place['ssh-key'] !== undefined || agentSocket() !== undefined
    ? []
    : [
        {
            where: 'input ssh-key',
            what: 'the private key is missing, and there is no SSH agent',
            next: 'ssh-key: ${{ secrets.SSH_KEY }}, and a secret of that name in the repository’s settings',
        },
    ];

;// CONCATENATED MODULE: ./packages/operations/variables.ts

/** Those of the step's environment that `env` names, and those that `env-values` holds, which count where a name is in both. */
const variablesOf = ({ variables }, place) => {
    const where = 'input env-values';
    const read = readEnvFile(place['env-values'] ?? '', where);
    const given = read.ok ? read.value : [];
    const names = (place.env ?? []).filter((name) => !given.some((one) => one.name === name));
    const own = variables(names);
    const empty = given.flatMap(({ name, value }) => value === ''
        ? [{ where, what: `${name} is empty`, next: 'set the secret that it comes from, or take its line away' }]
        : []);
    return {
        names: [...names, ...given.map(({ name }) => name)],
        values: { ...own.values, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) },
        problems: [...own.problems, ...(read.ok ? empty : (read.fault.problems ?? []))],
    };
};

;// CONCATENATED MODULE: ./packages/operations/target-of.ts







/** All problems of inputs and file, as one fault; nothing was done yet. */
const refuseProblems = (problems) => {
    if (problems.length === 0)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'INPUT_INVALID',
        what: problems.length === 1
            ? problems.map(({ where, what }) => `${where}: ${what}`).join()
            : `${problems.length} inputs or keys are wrong`,
        next: 'Mend each of them; nothing was changed.',
        problems,
    });
};
/** landfall.yml's text, or what is wrong with finding it. */
const configOf = (stage, place) => {
    const read = readConfig(stage.workspace, place.config);
    if (read.ok)
        return { ...read.value, problems: [] };
    return { file: place.config ?? 'landfall.yml', problems: read.fault.problems ?? [] };
};
/** The target that inputs and file describe, or every problem of both at once. Throws FORK_REFUSED, INPUT_INVALID. */
const targetOf = (stage, place, more = () => []) => {
    // first: a fork's run has no secrets, and would be told to set them
    refuseFork(stage);
    const config = configOf(stage, place);
    const { target, problems } = resolveTarget({
        text: config.text,
        file: config.file,
        target: place.target,
        overrides: overridesOf(place),
        files: filesOf(stage.workspace),
    });
    const env = variablesOf(stage, place);
    // what could not be read cannot be said to lack a host
    const own = config.problems.length > 0 ? config.problems : problems;
    refuseProblems([
        ...stage.problems,
        ...own,
        ...fileProblems(filesOf(stage.workspace), target?.checks ?? []),
        ...keyProblems(place),
        ...env.problems,
        ...more(target),
        ...(target === undefined ? [] : notifyProblems(target, env.names, env.values)),
    ]);
    if (target === undefined)
        throw new packages_fault/* Failure */.HR({ code: 'INTERNAL', what: 'no target and no problem', next: 'Please report this.' });
    return target;
};

;// CONCATENATED MODULE: ./packages/operations/stage.ts












/** Connects to the target's host: the one door to it. Faults: FORK_REFUSED, SSH_*. */
const enter = async (stage, place, target) => {
    refuseFork(stage);
    const line = (0,packages_plan/* timeline */.IO)({ clock: stage.clock, show: stage.show });
    const { host, base, pins, via } = target;
    const key = place['ssh-key'];
    const passphrase = place['ssh-key-passphrase'];
    const agent = agentSocket();
    // before the host can say a word: what an application prints of its environment must not be shown
    stage.shield(JSON.stringify(target));
    const opened = await line.step('connect', `connect to ${host.name}`, async () => (0,packages_fault/* must */.sb)(await openHost({
        ...host,
        pins,
        via,
        base,
        driver: stage.context.driver,
        signal: stage.signal,
        ...(key === undefined
            ? agent === undefined
                ? {}
                : { agent }
            : { key: { privateKey: key, ...(passphrase === undefined ? {} : { passphrase }) } }),
    })));
    return {
        host: opened,
        target,
        context: stage.context,
        clock: stage.clock,
        wall: stage.wall,
        deadline: stage.deadline,
        signal: stage.signal,
        show: stage.show,
        timeline: line,
        evidence: noEvidence(),
        github: stage.github,
        env: variablesOf(stage, place).values,
        files: filesOf(stage.workspace),
    };
};
/** Connects, plays the body, and makes the report, whatever became of it. */
const play = async (stage, action, place, body, more) => {
    const target = targetOf(stage, place, more);
    const report = await playOn(stage, action, place, target, (scene) => {
        // saved before anything is opened: post must find the host whatever later steps do to the checkout
        stage.save(stage_kept, JSON.stringify(target));
        return body(scene);
    });
    // post has nothing to close then, and would only fail as this has failed
    if (!report.timeline.some(({ id }) => id === 'open'))
        stage.save(stage_kept, '');
    return report;
};
const stage_kept = 'target';
/** The target that main went to; undefined: it did not get so far. */
const keptTarget = (stage) => {
    const text = stage.state(stage_kept);
    return text === undefined || text === '' ? undefined : JSON.parse(text);
};
/** As {@link play}, on a target that is known. */
const playOn = async (stage, action, place, target, body) => {
    const withScript = async (thrown) => {
        const failure = await withSetup(thrown, target, place);
        if (failure !== undefined)
            throw failure;
        throw thrown;
    };
    const scene = await enter(stage, place, target).catch(async (thrown) => {
        await announceNoEntry(stage, action, target, variablesOf(stage, place).values, thrown);
        return withScript(thrown);
    });
    const { context, github, signal } = stage;
    const { environment } = place;
    const record = recorder({ environment, target: target.name, url: target.url, context, github, signal });
    const opened = () => {
        record.begin(scene.evidence.commit);
    };
    let conclusion;
    try {
        const report = await conclude(told(scene, action, stage.startedAt), async () => {
            conclusion = await body({ ...scene, opened }).catch(withScript);
            return conclusion;
        });
        const [unrecorded, unsent] = await Promise.all([
            record.end(report, conclusion),
            announce(stage, scene, report, conclusion),
        ]);
        const notes = [...unrecorded, ...unsent];
        for (const { text } of notes)
            stage.show(`! ${text}`);
        return { ...report, notes: [...report.notes, ...notes] };
    }
    finally {
        await scene.host.close();
    }
};

;// CONCATENATED MODULE: ./packages/operations/renew.ts


/**
 * The run goes on: the host waits `within` ms more before it takes the switched release back; 0: as long as it was told at the
 * switch. Faults: TX_LATE (it has done so), TX_FENCED.
 */
const renew = async (scene, number, within) => {
    const { evidence, target, wall } = scene;
    const input = { base: target.base, number, within: Math.ceil(within / 1000) };
    const { remaining } = await perform(scene, step(scene, 'renew', `keep t${number} open`, 'renew', input), {
        note: (at) => `the host waits ${Math.round(at.remaining / 60)} min more`,
    });
    evidence.undo = {
        line: undoLine(scene, number),
        by: new Date(wall().getTime() + remaining * 1000).toISOString(),
        ...(evidence.previous === undefined ? {} : { to: evidence.previous }),
    };
};

;// CONCATENATED MODULE: ./packages/operations/through.ts









/**
 * Hooks, switch, checks, gap, process truth, and the confirm where this step commits. Whatever fails on the way takes the
 * transaction back. Throws {@link Ended} with the outcome then.
 */
const passThrough = async (scene, opened, passage) => {
    const { release, services, hooks, commit } = passage;
    const { number, previous } = opened;
    const rest = beat(scene);
    let found;
    let switched = opened.switched;
    let gap;
    let open;
    try {
        if (opened.switched) {
            scene.evidence.release = release;
            await renew(scene, number, passage.within);
            await runHook(scene, number, 'after-switch', hooks);
            await checkOutside(scene);
        }
        else {
            await passage.before?.(number);
            await runHook(scene, number, 'before-switch', hooks);
            scene.signal.throwIfAborted();
            switched = true;
            const { meter, sockets, since } = await switchTo(scene, number, {
                release,
                within: passage.within,
                environmentFrom: passage.environmentFrom,
                pace: passage.pace,
                first: previous === '',
            });
            rest();
            try {
                await runHook(scene, number, 'after-switch', hooks);
                await checkOutside(scene);
                found = await checkProcesses(scene, release, services);
                meter.proven(since);
            }
            catch (thrown) {
                [scene.evidence.gap, scene.evidence.sockets] = await Promise.all([meter.stop(), sockets?.stop()]);
                throw thrown;
            }
            // only a gap that is judged must be known before the confirm
            if (passage.maxDowntime !== undefined)
                await judgeGap(scene, meter, passage.maxDowntime);
            gap = meter;
            open = sockets;
        }
        found ??= await checkProcesses(scene, release, services);
        if (commit === 'step')
            await confirm_confirm(scene, number, found);
        if (gap !== undefined && passage.maxDowntime === undefined)
            await judgeGap(scene, gap, undefined);
        await tellSockets(scene, open);
    }
    catch (thrown) {
        const { outcome, fault } = await undoAfter(scene, number, thrown, passage.baseline, switched);
        if (outcome !== 'done')
            throw new Ended(outcome, fault);
    }
    finally {
        rest();
        await open?.stop();
    }
    return { outcome: 'done', verdict: verdictOf(scene, opened, passage) };
};
const verdictOf = ({ evidence }, { number, previous }, { release, commit }) => {
    const gap = evidence.gap?.measured === true ? `, ${(0,packages_plan/* renderDuration */.PP)(evidence.gap.ms)} gap` : '';
    const after = previous === '' ? '' : ` after ${previous}`;
    const until = commit === 'step'
        ? ''
        : commit === 'job'
            ? '; confirmed when the job succeeds'
            : '; to be confirmed by `phase: confirm`';
    return `${release} serves${after} (t${number}${gap})${until}`;
};
/** The time that the host waits for the confirm, where nothing else is said: ms. */
const withinOf = (commit, given) => given ?? { step: 600_000, job: 2_700_000, later: 3_600_000 }[commit];
/** An input that needs a key: max-downtime is judged at the public address. */
const gapProblems = (url, maxDowntime) => maxDowntime === undefined || url !== undefined
    ? []
    : [
        {
            where: 'input max-downtime',
            what: 'max-downtime is given, but there is no url to measure',
            next: 'set url in landfall.yml, or leave max-downtime out',
        },
    ];

;// CONCATENATED MODULE: ./packages/operations/deploy.ts




















/** Who ends the transaction when nothing is said. */
const commitOf = ({ phase, commit }) => commit ?? (phase === 'switch' ? 'job' : 'step');
/** Everything in one step: prepare beside the running release, open, switch, check, confirm. */
const deploy = async (scene, wish, workspace) => {
    const beginning = beginDesign(scene, workspace);
    const looked = await withUnits(scene, await withHandMade(scene, await survey(scene, 'deploy', { dry: wish.dry })));
    refuseStale(scene, looked, wish.allowOlder);
    refuseDrift(scene, looked.found, wish.allowDrift);
    const designed = await design(scene, looked, wish, beginning);
    const surveyed = { ...looked, adoption: adoptionOf(scene, looked) };
    const { release } = designed;
    const plan = planDeploy(scene, surveyed, designed);
    scene.evidence.plan = plan;
    scene.evidence.release = release.id;
    scene.evidence.commit = release.commit;
    for (const line of (0,packages_plan/* renderPlan */.EG)(plan))
        scene.show(line);
    if (plan.path === 'unchanged')
        return { outcome: 'unchanged', verdict: `${release.id} serves already, in every process` };
    if (designed.site !== undefined)
        await trySite(scene, designed.site);
    if (wish.dry)
        return { outcome: 'planned', verdict: `${release.id} would serve after ${liveOf(surveyed.found) || 'nothing'}` };
    const lent = await lend(scene, surveyed, designed.env.from === 'shared');
    const prepared = await prepare_prepare(scene, surveyed, designed, wish);
    return toLive(scene, wish, surveyed, prepared, lent);
};
/** What `switch` and `deploy` share: from a prepared release to a live one. */
const toLive = async (scene, wish, surveyed, { release, before }, lent) => {
    const commit = commitOf(wish);
    const { adoption } = surveyed;
    refuseMigration(adoption, before);
    const live = liveOf(surveyed.found);
    const approvals = approvalsOf(scene);
    // where this run has switched already, what serves is not what an undo would bring back
    const baseline = live === '' || surveyed.answer === 'finish' ? [] : await baselineOf(scene, surveyed.found);
    const opening = open_open(scene, surveyed, {
        wish: wish.phase === 'switch' ? 'switch' : 'deploy',
        kind: 'deploy',
        release: release.id,
        commit,
        allowOlder: wish.allowOlder,
        measured: wish.maxDowntime !== undefined,
        adopts: adoption !== undefined,
        approvals,
    });
    // beside the opening: one round trip for both
    const [opened] = await Promise.all([opening, tidy(scene)]);
    if (adoption !== undefined)
        scene.evidence.previous = adoption.id;
    return passThrough(scene, adoption === undefined ? opened : { ...opened, previous: adoption.id }, {
        release: release.id,
        services: release.services.map(({ name }) => name),
        hooks: release.hooks,
        commit,
        within: withinOf(commit, wish.within ?? scene.target.confirmWithin),
        maxDowntime: wish.maxDowntime,
        environmentFrom: '',
        pace: surveyed.found.pace,
        baseline,
        before: adoption === undefined ? before : (number) => adopt(scene, number, adoption, lent),
    });
};
/** `phase: prepare`: the release lies on the host; nothing is held and nothing has changed for anybody. */
const preparePhase = async (scene, wish, workspace) => {
    const beginning = beginDesign(scene, workspace);
    const looked = await withUnits(scene, await withHandMade(scene, await survey(scene, 'prepare', { dry: wish.dry })));
    const designed = await design(scene, looked, wish, beginning);
    const surveyed = { ...looked, adoption: adoptionOf(scene, looked) };
    const plan = planPrepare(scene, surveyed, designed);
    scene.evidence.plan = plan;
    scene.evidence.release = designed.release.id;
    scene.evidence.commit = designed.release.commit;
    for (const line of (0,packages_plan/* renderPlan */.EG)(plan))
        scene.show(line);
    if (designed.site !== undefined)
        await trySite(scene, designed.site);
    if (wish.dry)
        return { outcome: 'planned', verdict: `${designed.release.id} would be prepared` };
    await lend(scene, surveyed, designed.env.from === 'shared');
    await prepare_prepare(scene, surveyed, designed, wish);
    await tidy(scene);
    return {
        outcome: 'done',
        verdict: `${designed.release.id} is prepared; ${surveyed.found.current || 'nothing'} serves as before`,
        quiet: true,
    };
};
/** `phase: switch`: what this attempt of the run has prepared goes live. */
const switchPhase = async (scene, wish) => {
    const looked = await withHandMade(scene, await survey(scene, 'switch', { dry: wish.dry }));
    refuseStale(scene, looked, wish.allowOlder);
    refuseDrift(scene, looked.found, wish.allowDrift);
    const seen = { ...looked, adoption: adoptionOf(scene, looked) };
    const release = await preparedOf(scene, seen);
    scene.evidence.release = release.id;
    scene.evidence.commit = release.commit;
    const target = { ...scene.target, services: release.services };
    const surveyed = await withUnits({ ...scene, target }, seen);
    (0,packages_fault/* must */.sb)(preflight(surveyed.found, target, nothingMore(scene.target), looked.made));
    const plan = planSwitch(scene, surveyed, release);
    scene.evidence.plan = plan;
    for (const line of (0,packages_plan/* renderPlan */.EG)(plan))
        scene.show(line);
    if (plan.path === 'unchanged')
        return { outcome: 'unchanged', verdict: `${release.id} serves already, in every process` };
    if (wish.dry)
        return { outcome: 'planned', verdict: `${release.id} would serve after ${liveOf(surveyed.found) || 'nothing'}` };
    const before = await schemaStep(scene, surveyed, release);
    return toLive(scene, wish, surveyed, { release, before }, await lend(scene, surveyed, false));
};
const phases = {
    deploy,
    prepare: preparePhase,
    switch: switchPhase,
    confirm: confirmPhase,
    abort: abortPhase,
};
const ended = 'ended';
/** Nothing is left for post: nothing was opened, or it was confirmed or taken back already. */
const endsItself = (result, commit) => ['unchanged', 'planned', 'refused', 'undone'].includes(result) || (result === 'done' && commit === 'step');
const commitProblems = ({ phase, commit }) => commit === undefined || phase === 'deploy' || phase === 'switch'
    ? []
    : [
        {
            where: 'input commit',
            what: `commit says who ends a switched release: it goes with phase deploy or switch, not ${phase}`,
            next: 'leave commit out here',
        },
    ];
const envFileProblems = ({ envFile }) => {
    const read = envFile === undefined ? undefined : readEnvFile(envFile);
    return read?.ok === false ? (read.fault.problems ?? []) : [];
};
/** The action deploy-over-ssh: one of its phases, from inputs to report. Throws INPUT_INVALID, SSH_*. */
const deployOverSsh = async (stage, place, wish) => {
    const body = (scene) => phases[wish.phase](scene, wish, stage.workspace);
    // what is only prepared is no deployment yet
    const environment = wish.phase === 'prepare' ? undefined : place.environment;
    const report = await play(stage, 'deploy-over-ssh', { ...place, environment }, body, (target) => [
        ...commitProblems(wish),
        ...envFileProblems(wish),
        ...packageIndexProblems(wish.packageIndex),
        ...(target === undefined ? [] : gapProblems(target.url, wish.maxDowntime)),
        ...(wish.phase === 'deploy' || wish.phase === 'prepare' ? siteProblems(target, filesOf(stage.workspace)) : []),
    ]);
    if (endsItself(report.result, commitOf(wish)))
        stage.save(ended, 'yes');
    return report;
};
/** Its post step: closes what main left open. Nothing to report where there is nothing to close. */
const closeDeploy = async (stage, place, { phase, commit, jobStatus }, action = 'deploy-over-ssh') => {
    if ((phase !== 'deploy' && phase !== 'switch') || stage.state(ended) === 'yes')
        return undefined;
    const target = keptTarget(stage);
    if (target === undefined)
        return undefined;
    const found = { open: true };
    const report = await playOn(stage, `${action} (post)`, place, target, async (scene) => {
        const conclusion = await closeAfterJob(scene, commitOf({ phase, commit }), jobStatus === 'success');
        found.open = conclusion !== undefined;
        return conclusion ?? { outcome: 'unchanged', verdict: 'nothing was left open' };
    });
    return found.open ? report : undefined;
};

;// CONCATENATED MODULE: ./packages/operations/rollback.ts






















/** The facts of a release, as they were written when it was prepared. Throws RELEASE_UNKNOWN. */
const rollback_describe = async ({ host, target }, release) => (0,packages_fault/* must */.sb)(decodeRelease((0,packages_fault/* must */.sb)(await host.run('describe', { base: target.base, release }))));
/**
 * Goes back to an earlier release: a transaction of its own, whose undo is the release that is live. What it needs lies with the
 * release on the host. An own open deploy is taken back first; for `previous` that is all that going back means then, and a run
 * that has gone back already does so no second time.
 */
const rollback = async (scene, wish) => {
    const surveyed = await survey(scene, 'rollback', { dry: wish.dry });
    const { found, answer } = surveyed;
    if (answer !== 'undo')
        return goBack(scene, surveyed, wish);
    const serves = found.previous || 'nothing';
    scene.evidence.transaction = `t${found.number}`;
    if (wish.dry)
        return { outcome: 'planned', verdict: `t${found.number} of this run would be taken back: ${serves} would serve` };
    await undo(scene, found.number, 'asked');
    if (wish.to === 'previous')
        return { outcome: 'done', verdict: `t${found.number} of this run is taken back: ${serves} serves`, back: true };
    return goBack(scene, survey_judge(scene, 'rollback', await look(scene)), wish);
};
/** Where to. An own rollback that has switched already goes on. */
const towards = ({ found, history, answer }, { to }) => answer === 'finish'
    ? (0,packages_fault.ok)({ release: found.release, several: [] })
    : destination(to, history, liveOf(found), found.releases.map(({ id }) => id));
const goBack = async (scene, before, wish) => {
    // what another run leaves live decides what "previous" is, and whether the schemas fit: first wait, then plan
    const surveyed = wish.dry ? before : await turn(scene, before, 'rollback');
    const { found, answer } = surveyed;
    if (answer === 'nothing' && wish.to === 'previous')
        return { outcome: 'unchanged', verdict: `this run has gone back already: ${found.current || 'nothing'} serves` };
    const live = liveOf(found);
    // whoever goes back in need is told, and not held up
    warnOfDrift(scene, found);
    const { release, several } = (0,packages_fault/* must */.sb)(towards(surveyed, wish));
    if (several.length > 0)
        warn(scene, `${wish.to} fits ${several.join(', ')}: the newest confirmed one is taken`);
    const [to, from] = await Promise.all([rollback_describe(scene, release), live === '' ? undefined : rollback_describe(scene, live)]);
    scene.evidence.release = release;
    scene.evidence.commit = to.commit;
    refuseSchema(to, from);
    if (to.environment !== null && !found.environments.includes(to.environment))
        throw new packages_fault/* Failure */.HR({
            code: 'RELEASE_UNKNOWN',
            what: `the Python environment ${to.environment} of ${release} is no longer on the host`,
            next: 'Deploy that commit again: its environment is then built anew.',
        });
    if (wish.reason !== undefined)
        scene.evidence.notes = [...scene.evidence.notes, { kind: 'info', text: `reason: ${wish.reason}` }];
    const services = to.services.map(({ name }) => name);
    if (release === live && strays(found, release, services).length === 0)
        return { outcome: 'unchanged', verdict: `${release} serves already` };
    const within = withinOf('step', wish.within ?? scene.target.confirmWithin);
    // how it was checked when it was deployed is how it is checked now
    const stage = withRelease(scene, to);
    refuseProblems(fileProblems(scene.files, stage.target.checks));
    const { found: withThem } = await withUnits(stage, await withTheirs(stage, surveyed));
    (0,packages_fault/* must */.sb)(preflight(withThem, stage.target, { ...nothingMore(stage.target), back: true }));
    const plan = planOf(stage, surveyed, to, within);
    scene.evidence.plan = plan;
    for (const line of (0,packages_plan/* renderPlan */.EG)(plan))
        scene.show(line);
    if (wish.dry)
        return { outcome: 'planned', verdict: `${release} would serve after ${live || 'nothing'}` };
    const approvals = approvalsOf(scene);
    const baseline = live === '' ? [] : await baselineOf(stage, surveyed.found);
    const opened = await open_open(stage, surveyed, {
        wish: 'rollback',
        kind: 'rollback',
        release,
        commit: 'step',
        allowOlder: true,
        reason: wish.reason,
        approvals,
    });
    if (opened.previous !== live)
        await refuseMoved(stage, opened);
    return passThrough(stage, opened, {
        release,
        services,
        hooks: to.hooks,
        commit: 'step',
        within,
        environmentFrom: release === live ? '' : live,
        pace: found.pace,
        baseline,
    });
};
/** Another run was faster: what was planned and checked was for another release. Throws TX_BUSY. */
const refuseMoved = async (scene, { number, previous }) => {
    await undo(scene, number, 'failed');
    throw new packages_fault/* Failure */.HR({
        code: 'TX_BUSY',
        what: `another run has changed what serves: it is ${previous || 'nothing'} now`,
        next: 'Look whether going back is still wanted, and run again.',
    });
};
const withRelease = (scene, release) => ({
    ...scene,
    target: {
        ...scene.target,
        services: release.services,
        // as the configuration wrote them when it was deployed
        checks: scene.target.checks.length > 0 ? scene.target.checks : recordedChecks(release.checks),
        ...(scene.target.url === undefined && release.url !== null ? { url: release.url } : {}),
    },
});
/** Code alone goes back: to another schema it must not. */
const refuseSchema = (to, from) => {
    if (from === undefined)
        return;
    const ahead = from.leaves.filter((leaf) => !to.leaves.includes(leaf));
    const behind = to.leaves.filter((leaf) => !from.leaves.includes(leaf));
    if (ahead.length + behind.length === 0)
        return;
    throw new packages_fault/* Failure */.HR({
        code: 'SCHEMA_DIFFERS',
        what: `${to.id} and ${from.id} expect different schemas`,
        said: [...ahead.map((leaf) => `applied since: ${leaf}`), ...behind.map((leaf) => `not any more: ${leaf}`)],
        next: `Reverse these migrations with the newer code first (manage.py migrate <app> <name>), or deploy a release that fits the schema.`,
    });
};
const planOf = (scene, { found }, { id: release, hooks }, within) => {
    const live = liveOf(found);
    const number = found.number + 1;
    return {
        action: 'rollback',
        target: scene.target.name,
        host: scene.host.name,
        release,
        ...(live === '' ? {} : { live }),
        path: 'online',
        undo: undoOf(found),
        waves: [
            ...hookWave(scene, number, 'before-switch', hooks),
            [switchStep(scene, number, { release, within, environmentFrom: live, first: live === '', pace: found.pace })],
            ...hookWave(scene, number, 'after-switch', hooks),
            [confirmStep(scene, number)],
        ],
        notes: [
            { kind: 'info', text: 'environment variables stay as they are today; names that differ are printed' },
            ...mute(found, scene.target),
        ],
    };
};

;// CONCATENATED MODULE: ./packages/operations/sign-off.ts




/** What is wrong with a sign-off as it is asked for. Only GitHub's word says who it is, and only of a run that a person started. */
const signOffProblems = (signOff, { event }) => {
    if (signOff === undefined)
        return [];
    const where = 'input sign-off';
    return [
        ...(/^t[1-9]\d{0,8}$/.test(signOff)
            ? []
            : [{ where, what: `\`${signOff}\` is no transaction`, next: 'name one as the summary of its deploy does: t42' }]),
        ...(event === 'workflow_dispatch'
            ? []
            : [
                {
                    where,
                    what: 'a person signs off, and this run was not started by one',
                    next: 'start it by hand: on: workflow_dispatch',
                },
            ]),
    ];
};
/** The release that is to be signed off: of a confirmed transaction, and serving still. Throws RELEASE_UNKNOWN. */
const signedRelease = (signOff, { found, history }) => {
    const past = history.transactions.find(({ number }) => `t${number}` === signOff);
    if (past !== undefined && history.serving.has(past.number) && past.release === found.current)
        return past.release;
    const now = history.transactions.findLast(({ number, release }) => history.serving.has(number) && release === found.current);
    throw new packages_fault/* Failure */.HR({
        code: 'RELEASE_UNKNOWN',
        what: `${signOff} is no confirmed transaction whose release serves: ${now === undefined ? found.current || 'nothing' : `t${now.number} (${now.release})`} does`,
        next: 'Sign off what serves. What is not confirmed yet, or was left since, cannot be.',
    });
};
/** The person who started this run vouches for what has just been proven: kept in the host's journal, and read from there. */
const signOff = async (scene, signed, { found }) => {
    const { context, target } = scene;
    const number = Number(signed.slice(1));
    const who = context.restartedBy ?? context.actor;
    const input = {
        base: target.base,
        seen: `${found.number}:${found.phase}`,
        number,
        run: context.runId,
        attempt: context.attempt,
        who: `${who}\n${context.url}`,
    };
    await perform(scene, step(scene, 'sign-off', `keep that ${who} signs ${signed} off`, 'sign-off', input));
    const { journal } = await look(scene);
    scene.evidence.transaction = signed;
    scene.evidence.record = record_recordOf(readJournal(journal).events, number);
    return who;
};

;// CONCATENATED MODULE: ./packages/operations/smoke.ts


















/** With a host: the run's unconfirmed release is kept alive, checked, and taken back when it fails. Without: checks from outside alone. */
const smokeTest = async (stage, place, wish) => {
    // checks from outside too: landfall.yml may be the fork's, and it says where variables are sent
    refuseFork(stage);
    const config = configOf(stage, place);
    const { settings, problems } = resolveSettings({
        text: config.text,
        file: config.file,
        target: place.target,
        overrides: overridesOf(place),
        files: filesOf(stage.workspace),
    });
    // a url alone is enough: without a key nobody is asked to look at processes, and the verdict says so
    const outsideOnly = place.url !== undefined && keyProblems(place).length > 0;
    const hosted = settings?.host !== undefined && wish.processes !== 'false' && !outsideOnly;
    const needsHost = wish.processes === 'true' || wish.release !== undefined || wish.signOff !== undefined;
    if (hosted || needsHost)
        return play(stage, 'smoke-test', place, (scene) => smoke(withTimeout(scene, wish), wish), () => signOffProblems(wish.signOff, stage.context));
    const env = variablesOf(stage, place);
    refuseProblems([
        ...stage.problems,
        ...(config.problems.length > 0 ? config.problems : problems),
        ...fileProblems(filesOf(stage.workspace), settings?.checks ?? []),
        ...env.problems,
        ...(settings?.checks.some(({ from }) => from === 'host') === true
            ? [
                {
                    where: 'checks',
                    what: 'a check is from: host, but no host is connected',
                    next: 'Name host, host-key and ssh-key, and leave processes on.',
                },
            ]
            : []),
        ...(settings !== undefined && settings.checks.length === 0
            ? [{ where: 'input url', what: 'there is nothing to check', next: 'set url, or checks, or a host' }]
            : []),
    ]);
    if (settings === undefined)
        throw new packages_fault/* Failure */.HR({ code: 'INTERNAL', what: 'no settings and no problem', next: 'Please report this.' });
    const evidence = noEvidence();
    const line = (0,packages_plan/* timeline */.IO)({ clock: stage.clock, show: stage.show });
    const { startedAt, clock, signal, show } = stage;
    const told = {
        action: 'smoke-test',
        startedAt,
        wall: stage.wall,
        url: settings.url,
        timed: line.timed,
        evidence,
    };
    return conclude(told, async () => {
        if (wish.dry)
            return { outcome: 'planned', verdict: `${settings.checks.length} checks would be made from outside` };
        const target = { ...settings, checks: patient(settings.checks, wish.timeout) };
        await checkOutside({
            timeline: line,
            evidence,
            clock,
            env: env.values,
            files: filesOf(stage.workspace),
            signal,
            show,
            target,
        });
        return {
            outcome: 'done',
            verdict: `${evidence.checks.length} of ${evidence.checks.length} checks passed from outside; no process was looked at`,
        };
    });
};
const patient = (checks, timeout) => timeout === undefined ? checks : checks.map((check) => ({ ...check, within: timeout }));
const withTimeout = (scene, { timeout }) => ({
    ...scene,
    target: { ...scene.target, checks: patient(scene.target.checks, timeout) },
});
const smoke = async (scene, wish) => {
    const surveyed = await survey(scene, wish.signOff === undefined ? 'smoke' : 'sign-off', { dry: wish.dry });
    const { found, answer, standing } = surveyed;
    warnOfDrift(scene, found);
    const signed = wish.signOff === undefined ? undefined : signedRelease(wish.signOff, surveyed);
    const number = found.number;
    const unconfirmed = standing === 'switched-own' || standing === 'switched-own-rollback';
    const release = wish.release ?? signed ?? found.current;
    scene.evidence.release = release;
    if (number > 0)
        scene.evidence.transaction = `t${number}`;
    if (unconfirmed && found.previous !== '')
        scene.evidence.previous = found.previous;
    if (wish.dry)
        return { outcome: 'planned', verdict: `${release || 'nothing'} would be checked on ${scene.host.name}` };
    try {
        if (unconfirmed)
            await renew(scene, number, 0);
        await truth(scene, release);
        await checkOutside(scene);
        if (found.unchecked && scene.evidence.checks.length > 0)
            await noteChecked(scene, number);
    }
    catch (thrown) {
        if (!unconfirmed || wish.onFailure === 'keep')
            throw thrown;
        const { outcome, fault } = await undoAfter(scene, number, thrown, []);
        throw new Ended(outcome, fault);
    }
    const by = wish.signOff === undefined ? undefined : await signOff(scene, wish.signOff, surveyed);
    const at = answer === 'warn-test' ? ' (while another run is at work)' : unconfirmed ? ` (t${number}, not confirmed yet)` : '';
    return {
        outcome: 'done',
        verdict: `${release} serves: ${scene.evidence.processes.length} processes, ${scene.evidence.checks.length} checks${at}${by === undefined ? '' : `; ${by} signed ${wish.signOff ?? ''} off`}`,
        quiet: true,
    };
};
const truth = async (scene, release) => {
    await scene.timeline.step('processes', 'ask which release each process runs', async (note) => {
        const found = await look(scene);
        scene.evidence.processes = found.processes;
        const wrong = strays(found, release, scene.target.services.map(({ name }) => name));
        if (release === '')
            throw new packages_fault/* Failure */.HR({ code: 'CHECK_FAILED', what: 'no release serves on this host', next: 'Deploy first.' });
        if (wrong.length > 0)
            throw new packages_fault/* Failure */.HR({
                code: 'CHECK_FAILED',
                what: `not every process is on ${release}`,
                host: scene.host.name,
                said: wrong,
                next: `Read the services’ logs below ${scene.target.base}/shared/logs on the host.`,
            });
        note(`${found.processes.length} on ${release}`);
    });
};

;// CONCATENATED MODULE: ./packages/operations/index.ts






/***/ }),

/***/ 2105:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Vk: () => (/* reexport */ answering),
  ay: () => (/* reexport */ commandLine),
  rk: () => (/* reexport */ durationForm),
  _E: () => (/* reexport */ fillNames),
  uj: () => (/* reexport */ hooksOf),
  DQ: () => (/* reexport */ loginOf),
  pA: () => (/* reexport */ nearest),
  sG: () => (/* reexport */ outcomeOf),
  x3: () => (/* reexport */ paceOf),
  $7: () => (/* reexport */ readDuration),
  UP: () => (/* reexport */ renderBytes),
  PP: () => (/* reexport */ renderDuration),
  L4: () => (/* reexport */ renderFault),
  EG: () => (/* reexport */ renderPlan),
  Br: () => (/* reexport */ renderSummary),
  Ot: () => (/* reexport */ roles),
  NC: () => (/* reexport */ secretsOfAddress),
  ml: () => (/* reexport */ shorten),
  ee: () => (/* reexport */ spanOf),
  Gb: () => (/* reexport */ stops),
  IO: () => (/* reexport */ timeline_timeline),
  gn: () => (/* reexport */ tooSlow),
  Gq: () => (/* reexport */ withoutLogin)
});

// UNUSED EXPORTS: gapText, moments, renderInstant, socketText

;// CONCATENATED MODULE: ./packages/plan/duration.ts
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** A duration (ms) as people read it: `850 ms`, `3.2 s`, `2 min 5 s`, `1 h 4 min`. */
const renderDuration = (ms) => {
    const whole = Math.round(ms);
    if (whole < second)
        return `${whole} ms`;
    const tenths = Math.round(whole / 100) / 10;
    if (tenths < 60)
        return `${tenths} s`;
    const seconds = Math.round(whole / second);
    if (seconds < 3600)
        return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
    const minutes = Math.round(whole / minute);
    return pair(Math.floor((minutes * minute) / hour), 'h', minutes % 60, 'min');
};
const pair = (big, bigUnit, small, smallUnit) => small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
/**
 * An ISO 8601 instant as a clock shows it, in the zone that it was written in: `14:05 UTC on 2026-01-02`.
 * What is no such instant is given back as it is.
 */
const renderInstant = (iso) => {
    const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.exec(iso);
    if (found === null)
        return iso;
    const [, day = '', time = '', zone = ''] = found;
    const utc = zone === 'Z' || /^[+-]00:?00$/.test(zone);
    return `${time} ${utc ? 'UTC' : `UTC${zone}`} on ${day}`;
};

;// CONCATENATED MODULE: ./packages/plan/credentials.ts
const decoded = (text) => {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
};
/** User and password of an address, decoded. undefined: it is no address with both. */
const loginOf = (address) => {
    if (!URL.canParse(address))
        return undefined;
    const { username, password } = new URL(address);
    return username === '' || password === '' ? undefined : { user: decoded(username), password: decoded(password) };
};
/** An address without its user and password; a text that is none as it is. */
const withoutLogin = (address) => {
    if (!URL.canParse(address))
        return address;
    const url = new URL(address);
    url.username = '';
    url.password = '';
    return url.href;
};
/**
 * The texts that may not be shown of an address with user and password: itself, and what stands before its host, also as programs
 * print and send it. A user alone is not hidden: pip shows it, and it is often a word like `aws`.
 */
const secretsOfAddress = (address) => {
    const [, userinfo] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(address) ?? [];
    if (userinfo === undefined)
        return [];
    const [user = '', ...rest] = userinfo.split(':');
    const password = rest.join(':');
    const plain = `${decoded(user)}:${decoded(password)}`;
    const hidden = password === '' ? [user, decoded(user)] : [userinfo, plain, password, decoded(password)];
    return [...new Set([address, ...hidden, Buffer.from(plain).toString('base64')])].filter((text) => text !== '');
};

;// CONCATENATED MODULE: ./packages/plan/role.ts
/** What services are for, which decides when a switch stops and starts them. `web` and `websocket` answer requests. */
const roles = ['web', 'websocket', 'worker', 'scheduler'];
/** Does somebody wait for its answers? */
const answering = (role) => role === 'web' || role === 'websocket';

;// CONCATENATED MODULE: ./packages/plan/hooks.ts
/** When a hook runs: before anything of a switch, after its proof, and before an undo changes what serves. */
const moments = ['before-switch', 'after-switch', 'before-undo'];
/** The hooks that there are, in the order of their moments. */
const hooksOf = (hooks) => moments.flatMap((moment) => {
    const hook = hooks[moment];
    return hook === undefined ? [] : [{ moment, ...hook }];
});

;// CONCATENATED MODULE: ./packages/plan/pace.ts

const longest = (times) => Math.max(0, ...times);
const paceOf = (services) => ({
    schedulers: longest(services.filter(({ role }) => role === 'scheduler').map(({ drain }) => drain)),
    others: longest(services.filter(({ role }) => role !== 'scheduler').map(({ drain }) => drain)),
    boot: longest(services.map(({ boot }) => boot)),
});
/** How long it may take until all have stopped: ms. */
const stops = ({ schedulers, others }) => schedulers + others;
/** What an undo takes beside what it waits for: ms. */
const itself = 60_000;
/** What the programs that take a release back have for it on a host: ms. */
const undoTime = 900_000;
/** How long an undo may take between two releases, whose services may stand side by side when a switch was killed: ms. */
const undoTakes = (one, other = one) => Math.max(one.schedulers, other.schedulers) +
    Math.max(one.others, other.others) +
    Math.max(one.boot, other.boot) +
    itself;
/** Why an undo does not fit into its time, in words; undefined: it does. */
const tooSlow = (one, other = one) => {
    const takes = undoTakes(one, other);
    if (takes <= undoTime)
        return undefined;
    const parts = [
        ['schedulers', Math.max(one.schedulers, other.schedulers)],
        ['the others', Math.max(one.others, other.others)],
    ];
    const drains = parts.filter(([, ms]) => ms > 0).map(([who, ms]) => `${who} may take ${renderDuration(ms)} to stop`);
    const boot = `what serves again ${renderDuration(Math.max(one.boot, other.boot))} to come up`;
    return `an undo could take ${renderDuration(takes)}, and has ${renderDuration(undoTime)}: ${[...drains, boot].join(', then ')}`;
};

;// CONCATENATED MODULE: ./packages/plan/outcome.ts
/** Faults that say "not like this": nothing was begun, or what was begun is not this caller's. */
const refusing = new Set([
    'INPUT_INVALID',
    'FORK_REFUSED',
    'PREFLIGHT',
    'PATH_OCCUPIED',
    'HOST_DRIFTED',
    'STATE_NEWER',
    'TX_BUSY',
    'TX_FENCED',
    'TX_UNDONE',
    'TX_HELD',
    'TX_STALE',
    'TX_ROLLED_BACK',
    'TX_NOTHING_SWITCHED',
    'TX_NOT_PREPARED',
    'SOURCE_UNFIT',
    'ENVIRONMENT_LOCK',
    'SERVICE_UNFIT',
    'MIGRATIONS_PENDING',
    'SCHEMA_DIFFERS',
    'RELEASE_UNKNOWN',
    'RELEASE_AMBIGUOUS',
]);
/** What an action came to that ended with this fault and has nothing to take back. `TX_LATE`: the host has taken it back itself; `UNDO_FAILED`: it could not. */
const outcomeOf = ({ code }) => {
    if (code === 'TX_LATE')
        return 'undone';
    if (code === 'UNDO_FAILED')
        return 'held';
    return refusing.has(code) ? 'refused' : 'failed';
};

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./packages/plan/markdown.ts

/** Text as it may be shown: no terminal sequences and no control characters; line ends are `\n`. */
const plain = (value) => (0,external_node_util_.stripVTControlCharacters)(value)
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
/**
 * Text as GitHub-flavoured markdown that shows just that text, in a table's cell too. What stands between two backticks is code.
 * A pipe becomes an entity, since a table is divided before escapes are read; `_` inside a word means nothing.
 */
const prose = (value) => plain(value)
    .split(/(`[^`\n]+`)/)
    .map((part, at) => (at % 2 === 1 ? code(part.slice(1, -1)) : markdown_escape(part)))
    .join('');
const markdown_escape = (text) => text
    .replace(/[&<>|$]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\\`*[\]~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
    .replace(/\n/g, '<br>');
/** Text in a code span, on one line, in a table's cell too. */
const code = (value) => {
    const line = plain(value).replace(/\n/g, ' ');
    if (line.trim() === '')
        return '';
    if (!/[`|]/.test(line))
        return `\`${line}\``;
    return `<code>${line.replace(/[&<>|`*_~$[\]\\]/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`;
};
/** Lines in a fenced block; the fence is longer than any run of backticks within. */
const fence = (lines, language = 'text') => {
    const body = lines.map(plain);
    const longest = Math.max(2, ...body.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
    const bar = '`'.repeat(longest + 1);
    return [bar + language, ...body, bar];
};
/** A table. Cells are markdown already. `right`: the columns that are set to the right. */
const table = (head, rows, right = []) => {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map((_, column) => (right.includes(column) ? '---:' : '---'))), ...rows.map(line)];
};
/** A share of the longest as a bar of at most `width` characters, in eighths; what took any time at all gets a sliver. */
const bar = (value, longest, width = 20) => {
    if (longest <= 0 || value <= 0)
        return '';
    const eighths = Math.max(1, Math.round((Math.min(value, longest) / longest) * width * 8));
    return '█'.repeat(Math.floor(eighths / 8)) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '');
};

;// CONCATENATED MODULE: ./packages/plan/fault-lines.ts

/** A fault for the log: the code and what happened, where, what was said there, each problem, and what to do next. */
const renderFault = (fault) => [
    ...first(`${fault.code}: `, fault.what),
    ...(fault.host === undefined ? [] : [`  host  ${plain(fault.host)}`]),
    ...(fault.step === undefined ? [] : [`  step  ${plain(fault.step)}`]),
    ...fault.said.flatMap((line) => plain(line).split('\n')).map((line) => `  | ${line}`.trimEnd()),
    ...(fault.problems ?? []).flatMap((problem) => [
        ...first('  - ', `${place(problem)}: ${problem.what}`),
        ...(problem.next === undefined ? [] : first('      → ', problem.next)),
    ]),
    ...first('  Next: ', fault.next),
];
/** Where a problem stands: `landfall.yml:12`, or `input host-key`. */
const place = (problem) => problem.line === undefined ? problem.where : `${problem.where}:${problem.line}`;
/** The lead before the first line; further lines stand under its text. */
const first = (lead, text) => plain(text)
    .split('\n')
    .map((line, at) => `${at === 0 ? lead : ' '.repeat(lead.length)}${line}`.trimEnd());

;// CONCATENATED MODULE: ./packages/plan/plan-lines.ts


/** A plan for the log and for a dry run: what will happen, in which order, and how it is taken back. */
const renderPlan = (plan) => [
    `Plan: ${plan.action} to ${plan.target}`,
    fact('host', plan.host),
    fact('release', plan.release),
    fact('live', plan.live ?? 'nothing serves yet'),
    fact('path', paths[plan.path]),
    fact('undo', undoText(plan.undo)),
    ...steps(plan.waves),
    ...notes('Detected', plan.notes, 'detected'),
    ...notes('To know', plan.notes, 'info'),
    ...notes('Warnings', plan.notes, 'warning'),
];
const paths = {
    online: 'online: the running release serves until the switch',
    unchanged: 'unchanged: this very release serves already',
};
const undoText = (undo) => undo.kind === 'code'
    ? `back to ${undo.to}`
    : 'a first deploy: its services are stopped and removed; there is nothing to go back to';
const fact = (name, value) => `  ${name.padEnd(8)} ${oneLine(value)}`;
const steps = (waves) => {
    const full = waves.filter((wave) => wave.length > 0);
    if (full.length === 0)
        return ['Steps: none'];
    return [
        'Steps',
        ...full.flatMap((wave, at) => wave.map((step, within) => {
            // Steps of one wave run side by side: 2a, 2b.
            const number = `${at + 1}${wave.length > 1 ? String.fromCharCode(97 + (within % 26)) : ''}.`;
            return `  ${number.padEnd(4)} ${oneLine(step.says)}${hints(step)}`;
        })),
    ];
};
const hints = (step) => {
    const { bytes, seconds } = step.needs ?? {};
    const all = [
        step.on === 'runner' ? 'runner' : '',
        step.exclusive ? 'exclusive' : '',
        step.interrupt === 'finish' ? 'detached' : '',
        bytes === undefined ? '' : `needs ${renderBytes(bytes)}`,
        seconds === undefined ? '' : `about ${renderDuration(seconds * 1000)}`,
    ];
    return all
        .filter((hint) => hint !== '')
        .map((hint) => ` [${hint}]`)
        .join('');
};
const notes = (title, all, kind) => {
    const chosen = all.filter((note) => note.kind === kind);
    return chosen.length === 0 ? [] : [title, ...chosen.map((note) => `  - ${oneLine(note.text)}`)];
};
/** Bytes as people read them: `512 B`, `3.4 MB`. Decimal units. */
const renderBytes = (bytes) => {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
    return `${Math.round((bytes / 1000 ** step) * 10) / 10} ${units[step] ?? 'B'}`;
};
const oneLine = (text) => plain(text).replace(/\s*\n\s*/g, ' ');

// EXTERNAL MODULE: ./packages/fault/index.ts + 1 modules
var fault = __webpack_require__(8734);
;// CONCATENATED MODULE: ./packages/plan/summary.ts





/** The page that a run shows (GitHub-flavoured markdown), made of the report alone. Ends with a line end. */
const renderSummary = (report) => [
    [`## ${marks[report.result]} ${report.action}: ${report.result}`, '', `**${prose(report.verdict)}**`],
    unconfirmed(report),
    summary_fault(report),
    setup(report),
    facts(report),
    plan(report),
    timeline(report),
    processes(report),
    checks(report),
    undo(report),
    summary_notes(report.notes),
]
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n') + '\n';
const marks = {
    done: '✅',
    unchanged: '✅',
    planned: '📋',
    refused: '🚫',
    failed: '❌',
    undone: '↩️',
    held: '🛑',
};
const unconfirmed = ({ undo: back }) => {
    if (back?.by === undefined)
        return [];
    const what = back.to === undefined ? 'takes the release back' : `goes back to ${code(back.to)}`;
    return [
        `⏳ **Not confirmed yet.** Unless it is confirmed before, the host ${what} by itself at **${renderInstant(back.by)}**.`,
    ];
};
const facts = (report) => {
    const { commit, run } = report;
    const rows = [
        ['target', report.target && prose(report.target)],
        ['release', report.release && code(report.release) + (commit === undefined ? '' : ` of commit ${code(commit)}`)],
        ['was', report.previous && code(report.previous)],
        ['transaction', report.transaction && code(report.transaction)],
        ['host', report.host && code(report.host)],
        ['url', report.url && summary_link(report.url)],
        ['gap', report.gap && gapText(report.gap)],
        ['WebSockets', report.sockets?.map(socketText).join('<br>')],
        ['took', renderDuration(report.ms)],
        [
            'started',
            renderInstant(report.startedAt) + (run === undefined ? '' : ` by ${prose(run.actor)}, ${summary_link(run.url)}`),
        ],
        ['approved', approved(report.approvals ?? [])],
        ...record(report),
    ];
    return table(['', ''], rows.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])));
};
const approved = (approvals) => approvals
    .map(({ environment, by }) => `${code(environment)} by ${prose(by || 'an account that is gone')}`)
    .join(', ');
const signed = ({ by, at }) => `${renderInstant(at)} by ${prose(by)}`;
const record = ({ record: kept }) => kept === undefined
    ? []
    : [
        ['deployed', kept.opened && signed(kept.opened)],
        ['approved', approved(kept.approvals)],
        ['confirmed', kept.confirmedAt && renderInstant(kept.confirmedAt)],
        ['verified', kept.verified.map(signed).join('<br>')],
    ];
/** A gap in words: `130 ms unanswered (3 of 214 requests)`, or why it was not measured. */
const gapText = (gap) => {
    if (!gap.measured)
        return `not measured: ${prose(gap.why)}`;
    const of = `${gap.bad} of ${gap.requests} requests`;
    return gap.ms === 0 && gap.bad === 0
        ? `none (0 of ${gap.requests} requests unanswered)`
        : `${renderDuration(gap.ms)} unanswered (${of})`;
};
/** What became of a WebSocket over the switch: `WebSocket /ws/: ended with 1006 after 2.1 s, greeted again 640 ms later`. */
const socketText = (seen) => {
    const says = prose(seen.says);
    if (!seen.measured)
        return `${says}: not measured: ${prose(seen.why)}`;
    if (seen.ends.length === 0)
        return `${says}: stayed open`;
    const ends = seen.ends.map(({ code: number, ms }) => `${number} after ${renderDuration(ms)}`).join(', ');
    const back = seen.back === undefined ? 'not greeted again' : `greeted again ${renderDuration(seen.back)} later`;
    return `${says}: ended with ${ends}; ${back}`;
};
/** An address as a link where it surely is one, else as code. */
const summary_link = (url) => (/^https?:\/\/[^\s<>|\\`"']+$/.test(url) ? `<${url}>` : code(url));
const plan = (report) => report.plan === undefined
    ? []
    : [
        `<details${report.result === 'planned' ? ' open' : ''}><summary>Plan</summary>`,
        '',
        ...fence(renderPlan(report.plan)),
        '',
        '</details>',
    ];
const timeline = (report) => {
    if (report.timeline.length === 0)
        return [];
    const longest = Math.max(...report.timeline.map(({ ms }) => ms));
    const rows = report.timeline.map((step) => [
        step.ok ? '✓' : '✗',
        prose(step.says) + (step.note === undefined ? '' : `<br><sub>${prose(step.note)}</sub>`),
        renderDuration(step.ms),
        bar(step.ms, longest),
    ]);
    return ['### Timeline', '', ...table(['', 'step', 'took', ''], rows, [2])];
};
const verdicts = {
    ok: '✓ runs this release',
    stale: '✗ runs another release',
    missing: '✗ does not run',
};
const processes = (report) => {
    if (report.processes.length === 0)
        return [];
    const rows = report.processes.map((process) => [
        prose(process.service),
        process.verdict === 'missing' ? '-' : `${process.pid}`,
        code(process.release),
        verdicts[process.verdict],
    ]);
    return ['### Processes', '', ...table(['service', 'pid', 'release', ''], rows, [1])];
};
const checks = (report) => {
    if (report.checks.length === 0)
        return [];
    const measured = report.checks.some(({ times }) => times !== undefined);
    const rows = report.checks.map((check) => [
        check.ok ? '✓' : '✗',
        prose(check.says) + (check.found === undefined ? '' : `<br><sub>${prose(check.found)}</sub>`),
        renderDuration(check.ms),
        `${check.tries}`,
        ...(measured ? [timesText(check.times)] : []),
    ]);
    const heads = ['', 'check', 'took', 'tries', ...(measured ? ['p95 (longest)'] : [])];
    return ['### Checks', '', ...table(heads, rows, measured ? [2, 3, 4] : [2, 3])];
};
const timesText = (times) => times === undefined ? '' : `${renderDuration(times.p95)} of ${times.count} (${renderDuration(times.max)})`;
const undo = ({ undo: back }) => {
    if (back === undefined)
        return [];
    const to = back.to === undefined ? 'To take this release back' : `To go back to ${code(back.to)}`;
    return ['### Undo', '', `${to}, from any machine with the deploy key:`, '', ...fence(back.line.split('\n'), 'sh')];
};
const icons = { warning: '⚠️', info: 'ℹ️', detected: '🔎' };
const summary_notes = (all) => {
    if (all.length === 0)
        return [];
    const order = ['warning', 'info', 'detected'];
    const sorted = order.flatMap((kind) => all.filter((note) => note.kind === kind));
    return ['### Notes', '', ...sorted.map((note) => `- ${icons[note.kind]} ${prose(note.text)}`)];
};
const summary_fault = ({ fault: it }) => {
    if (it === undefined)
        return [];
    const where = [
        it.host === undefined ? '' : ` on ${code(it.host)}`,
        it.step === undefined ? '' : ` in ${code(it.step)}`,
    ].join('');
    const problems = (it.problems ?? []).map((problem) => `- ${code(place(problem))}: ${prose(problem.what)}${problem.next === undefined ? '' : `<br>→ ${prose(problem.next)}`}`);
    const block = (lines) => (lines.length === 0 ? [] : ['', ...lines]);
    return [
        `### ${code(it.code)}: ${fault/* codes */.F4[it.code]}`,
        ...block([`${prose(it.what)}${where}`]),
        ...block(problems),
        ...block(it.said.length === 0 ? [] : fence(it.said.flatMap((line) => line.split('\n')))),
        ...block([`**Next:** ${prose(it.next)}`]),
    ];
};
const setup = ({ fault: it }) => it?.setup === undefined
    ? []
    : [
        '### The setup script',
        '',
        'It makes what only root can make on the host. Save it there as `setup.sh` and read it. As root, `sh setup.sh --check` says what is missing, and `sh setup.sh` makes it.',
        '',
        '<details><summary>setup.sh</summary>',
        '',
        ...fence(it.setup.trimEnd().split('\n'), 'sh'),
        '',
        '</details>',
    ];

;// CONCATENATED MODULE: ./packages/plan/shorten.ts
/**
 * A text of at most `most` UTF-16 units, which is never more than services count; what is cut is shown by its end, and no
 * character is torn.
 */
const shorten = (text, most) => text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

;// CONCATENATED MODULE: ./packages/plan/timeline.ts

/** A new, empty timeline. `show` gets the lines for the log. */
const timeline_timeline = ({ clock, show }) => {
    const all = [];
    return {
        step: async (id, says, run) => {
            const begun = clock.now();
            let note;
            const end = (ok) => {
                const ms = Math.round(clock.now() - begun);
                all.push({ id, says, ms, ok, ...(note === undefined ? {} : { note }) });
                show(`${ok ? '✓' : '✗'} ${says} (${renderDuration(ms)})${note === undefined ? '' : `: ${note}`}`);
            };
            show(`→ ${says}`);
            try {
                const value = await run((text) => {
                    note = text;
                });
                end(!holdsFault(value));
                return value;
            }
            catch (thrown) {
                end(false);
                throw thrown;
            }
        },
        timed: () => [...all],
    };
};
/** Is this a Result with a fault in it? */
const holdsFault = (value) => typeof value === 'object' && value !== null && 'ok' in value && value.ok === false && 'fault' in value;

;// CONCATENATED MODULE: ./packages/plan/duration-form.ts
const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** How people write a duration: a whole number and its unit. A bare number is none: nobody agrees on its unit. */
const durationForm = /^(\d+)(ms|s|m|h|d)$/;
/** `90s` in ms, or undefined where the text is not of {@link durationForm} or is longer than a year. */
const readDuration = (text) => {
    const [, count, unit] = durationForm.exec(text) ?? [];
    if (count === undefined || unit === undefined)
        return undefined;
    const ms = Number(count) * (units[unit] ?? Number.NaN);
    return ms <= 366 * (units.d ?? 0) ? ms : undefined;
};

// EXTERNAL MODULE: ./node_modules/fastest-levenshtein/mod.js
var mod = __webpack_require__(1916);
;// CONCATENATED MODULE: ./packages/plan/nearest.ts

/**
 * The known name that a mistyped one was probably meant to be, or undefined when none is near:
 * at most a third of its letters, but always one or two, may differ. Case, `_` and `-` count as the same.
 */
const nearest = (name, known) => {
    const plain = (text) => text.toLowerCase().replaceAll('_', '-');
    const ranked = known
        .map((candidate) => ({ candidate, away: (0,mod/* distance */.Io)(plain(name), plain(candidate)) }))
        .sort((a, b) => a.away - b.away);
    const best = ranked[0];
    return best !== undefined && best.away <= Math.max(2, Math.floor(name.length / 3)) && best.away < name.length
        ? best.candidate
        : undefined;
};

;// CONCATENATED MODULE: ./packages/plan/span.ts
const span_units = [
    [0.001, /^(?:usec|us|μs|µs)$/],
    [1, /^(?:msec|ms)$/],
    [1000, /^(?:seconds?|sec|s|)$/],
    [60_000, /^(?:minutes?|min|m)$/],
    [3_600_000, /^(?:hours?|hr|h)$/],
    [86_400_000, /^(?:days?|d)$/],
    [604_800_000, /^(?:weeks?|w)$/],
    [2_629_800_000, /^(?:months?|M)$/],
    [31_557_600_000, /^(?:years?|y)$/],
];
const part = /(\d+(?:\.\d+)?)\s*([a-zA-Zμµ]*)/g;
/** A span as systemd reads and shows it, `1min 30s`, or `90`, which is of seconds: ms. NaN: it is none. */
const spanOf = (span) => {
    if (span === 'infinity')
        return Infinity;
    const parts = [...span.matchAll(part)];
    if (parts.length === 0 || span.replaceAll(part, '').trim() !== '')
        return NaN;
    return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (span_units.find(([, names]) => names.test(unit))?.[0] ?? NaN), 0);
};

;// CONCATENATED MODULE: ./packages/plan/command-line.ts

/** A word of a command without what is surely, or may be, secret: who logs in at an address, and the value of a variable. */
const command_line_open = (word) => word.replace(/(^|\s)([A-Za-z_][A-Za-z0-9_]*=)[^]*/, '$1$2…').replace(/:\/\/[^]*@/, '://…@');
/** A command as it is shown: at most 120 characters of it, and none of its passwords. */
const commandLine = (words) => shorten(words.map(command_line_open).join(' '), 120);

;// CONCATENATED MODULE: ./packages/plan/fill-names.ts
// ${name} is the file's own, and so is %({name}i)s, a header in gunicorn's log
const named = /(?<!\$|%\()\{([a-z_-]+)\}/g;
/**
 * A file of the repository with the values of a target in place of their names in braces, and a problem for each name that stands for
 * nothing, but for those in a comment: what of a line stands before them is of the form `commented`.
 */
const fillNames = (file, content, values, commented) => {
    const problems = [];
    const put = (text, at) => text.replaceAll(named, (whole, name, offset) => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (value !== undefined)
            return value;
        if (!commented.test(text.slice(0, offset)))
            problems.push({
                where: file,
                line: at + 1,
                what: `${whole} stands for nothing`,
                next: `there are ${Object.keys(values)
                    .map((one) => `{${one}}`)
                    .join(', ')}`,
            });
        // a word, so that what stands behind it is read as it will be
        return name;
    });
    return { text: content.split('\n').map(put).join('\n'), problems };
};

;// CONCATENATED MODULE: ./packages/plan/index.ts


















/***/ }),

/***/ 763:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "5e3dab2794c3c5e6e7de.sh";

/***/ }),

/***/ 8803:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "c91b63c542b5a610f5dc.sh";

/***/ }),

/***/ 45:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "ae30177c96c3fc150f50.sh";

/***/ }),

/***/ 7249:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "f20ba573471207d15f8c.sh";

/***/ }),

/***/ 5432:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "939ae35d64306ff70ae5.sh";

/***/ }),

/***/ 1480:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "66319b461b7578af4208.sh";

/***/ }),

/***/ 5672:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "77691475dd1ed740eb22.sh";

/***/ }),

/***/ 5257:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "0f16433e99d29c04f112.sh";

/***/ }),

/***/ 5024:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "bcced2b37f1c2aaf3b8a.sh";

/***/ }),

/***/ 4275:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "9c8c6759645adeae8f95.sh";

/***/ }),

/***/ 1687:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "01fb58165c8a2cf006df.sh";

/***/ }),

/***/ 1420:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "b3eaa72665e340190466.sh";

/***/ }),

/***/ 3800:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "342a03dfc50e00e8663d.sh";

/***/ }),

/***/ 1536:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "5294fbf1f1af3b52b9fd.sh";

/***/ }),

/***/ 3402:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "bcbd0e00d23dc062e368.sh";

/***/ }),

/***/ 761:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "3ae6bd6310df7dd60a6c.sh";

/***/ }),

/***/ 522:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "be50d341d432f196c74d.sh";

/***/ }),

/***/ 3741:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "ad060f67050917b96ca0.sh";

/***/ }),

/***/ 6564:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "485dc0135b1eb23bbb07.sh";

/***/ }),

/***/ 766:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "5f93dd0d6db09bb4e831.sh";

/***/ }),

/***/ 1126:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "8049e08269ec99dd678a.sh";

/***/ }),

/***/ 9629:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "d919fcc562c8eaf8d072.sh";

/***/ }),

/***/ 4176:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "b9fd16f183a4618e8a84.sh";

/***/ }),

/***/ 7200:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "5fa8ab0e6a51052666d7.sh";

/***/ }),

/***/ 361:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "6c7f47a66c4da81f0b84.sh";

/***/ }),

/***/ 2815:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "8a97a9a3c473ca9eece7.py";

/***/ }),

/***/ 3947:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "3f0e24f3851419c4bfa9.sh";

/***/ }),

/***/ 1492:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "34f24534eeaf24591f62.sh";

/***/ }),

/***/ 2445:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "cd3dcbf6b7ad74181037.sh";

/***/ }),

/***/ 2950:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "dc31b046d37d1aa6a886.sh";

/***/ }),

/***/ 3964:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "19923e4e25d35f944585.sh";

/***/ }),

/***/ 8525:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "db8138bf00d421425899.sh";

/***/ }),

/***/ 3844:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "82aeb46332a648e5df7d.sh";

/***/ }),

/***/ 4264:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "82f0df322fdf94c01318.sh";

/***/ }),

/***/ 5222:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "8b187015dd8d97da0e2e.sh";

/***/ }),

/***/ 5430:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "cdcb6a5b194b52b4effa.sh";

/***/ }),

/***/ 7509:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "cb33fdbaf0e82590373e.sh";

/***/ }),

/***/ 4056:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "a74f4d8a8a3bf9c742e7.sh";

/***/ }),

/***/ 6950:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "433ae43e3f77c28f4ee4.sh";

/***/ }),

/***/ 4820:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "c557551eaf77e90fc459.sh";

/***/ }),

/***/ 9721:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "3456db9bb3605f7f616a.sh";

/***/ }),

/***/ 5451:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "84a84de34a7ada3a4c97.sh";

/***/ }),

/***/ 6571:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "eb519fe8c82ebbdc0bfe.sh";

/***/ }),

/***/ 5681:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "09080ecac2698f0bf81f.sh";

/***/ }),

/***/ 5867:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "492780e7127c791ec848.sh";

/***/ }),

/***/ 3336:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "7fb34a49e413ba92c3ea.sh";

/***/ }),

/***/ 4578:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "261c30e44c9892147317.sh";

/***/ }),

/***/ 7924:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "76d9ac6505aba0023ffb.sh";

/***/ }),

/***/ 4914:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "2703ce04334864dfab7f.sh";

/***/ }),

/***/ 9915:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "fb73b99a123df31da325.sh";

/***/ }),

/***/ 9277:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "347761b0da2c8cfccad9.sh";

/***/ }),

/***/ 581:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "3be97160340031b53546.sh";

/***/ }),

/***/ 9126:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "f2f9c923778965ab6112.sh";

/***/ }),

/***/ 6367:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "8a397959b13a84655fe8.sh";

/***/ }),

/***/ 3151:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "6b411a20cc1607984200.sh";

/***/ }),

/***/ 7106:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "f2cf1fb6d63d65e5351e.sh";

/***/ }),

/***/ 5694:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__.p + "ace2298eeb2df835e4d8.sh";

/***/ })

};
