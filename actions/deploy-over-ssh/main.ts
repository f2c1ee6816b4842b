import { run, time } from '#kit';
import { deployOverSsh as act } from '#operations';
import { deployOverSsh } from './definition.ts';

await run(deployOverSsh, {
  main: async (action) => {
    const { inputs } = action;
    const report = await act({ ...action, ...time }, inputs, {
      phase: inputs.phase,
      commit: inputs.commit,
      envFile: inputs['env-file'],
      packageIndex: inputs['package-index'],
      image: {
        image: inputs.image,
        username: inputs['registry-username'],
        password: inputs['registry-password'],
      },
      within: inputs['confirm-within'],
      maxDowntime: inputs['max-downtime'],
      evidence: inputs.evidence,
      allowOlder: inputs['allow-older'],
      allowDrift: inputs['allow-drift'],
      dry: inputs['dry-run'],
    });
    const { gap, notes } = report;
    return {
      report,
      outputs: {
        previous: report.previous ?? '',
        url: report.url ?? '',
        'downtime-ms': gap?.measured === true ? gap.ms : '',
        migrations: notes.some(({ text }) => text.startsWith('migrations were applied')) ? 'applied' : 'none',
        undo: report.undo?.line ?? '',
        evidence: report.evidence?.file ?? '',
      },
    };
  },
});
