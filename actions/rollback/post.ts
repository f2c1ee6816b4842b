import { run, time } from '#kit';
import { closeDeploy } from '#operations';
import { rollback } from './definition.ts';

await run(rollback, {
  post: async (action) => {
    const { inputs } = action;
    const how = { phase: 'deploy', commit: 'step', jobStatus: inputs['job-status'] } as const;
    const report = await closeDeploy({ ...action, ...time }, inputs, how, 'rollback');
    return report && { report };
  },
});
