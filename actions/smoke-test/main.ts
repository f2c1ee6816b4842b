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
      dry: inputs['dry-run'],
    });
    const { checks, processes, timeline } = report;
    const looked = timeline.some(({ id }) => id === 'processes');
    return {
      report,
      outputs: {
        passed: checks.filter(({ ok }) => ok).length,
        failed: checks.filter(({ ok }) => !ok).length,
        'stale-processes': looked ? processes.filter(({ verdict }) => verdict !== 'ok').length : '',
      },
    };
  },
});
