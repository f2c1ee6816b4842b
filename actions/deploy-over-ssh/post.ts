import { run, time } from '#kit';
import { closeDeploy } from '#operations';
import { deployOverSsh } from './definition.ts';

await run(deployOverSsh, {
  post: async (action) => {
    const { inputs } = action;
    const { phase, commit } = inputs;
    const report = await closeDeploy({ ...action, ...time }, inputs, {
      phase,
      commit,
      jobStatus: inputs['job-status'],
    });
    return report && { report };
  },
});
