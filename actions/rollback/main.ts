import { run, time } from '#kit';
import { play, rollback as act } from '#operations';
import { rollback } from './definition.ts';

await run(rollback, {
  main: async (action) => {
    const { inputs } = action;
    const wish = {
      to: inputs.to,
      reason: inputs.reason,
      within: inputs['confirm-within'],
      dry: inputs['dry-run'],
    };
    const report = await play({ ...action, ...time }, 'rollback', inputs, (scene) => act(scene, wish));
    return { report, outputs: { from: report.previous ?? '', verdict: report.verdict } };
  },
});
