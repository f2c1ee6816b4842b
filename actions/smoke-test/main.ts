import { run, time } from '#kit';
import { smokeTest as act } from '#operations';
import { smokeTest } from './definition.ts';

await run(smokeTest, {
  main: async (action) => {
    const { inputs } = action;
    const report = await act({ ...action, ...time }, inputs, {
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
