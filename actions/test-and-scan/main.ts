import { run, time } from '#kit';
import { testAndScan as act } from '#operations';
import { testAndScan } from './definition.ts';

await run(testAndScan, {
  main: async (action) => {
    const { inputs } = action;
    const report = await act({ ...action, ...time }, inputs, {
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
