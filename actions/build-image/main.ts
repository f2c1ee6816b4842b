import { run, time } from '#kit';
import { buildImage as act } from '#operations';
import { buildImage } from './definition.ts';

await run(buildImage, {
  main: async (action) => {
    const { inputs } = action;
    const report = await act({ ...action, ...time }, inputs, {
      config: inputs.config,
      secrets: inputs.secrets,
      username: inputs.username,
      password: inputs.password,
      push: inputs.push,
      build: inputs.build,
      attest: inputs.attest,
      evidence: inputs.evidence,
      dry: inputs['dry-run'],
    });
    const { built: image } = report;
    const there = image !== undefined && (image.origin === 'found' || image.pushed !== undefined);
    return {
      report,
      outputs: {
        image: there ? image.image : undefined,
        digest: image?.digest,
        attested: image?.attestation !== undefined,
        tags: image?.tags.map(({ tag }) => tag).join('\n'),
        sbom: image?.sbom?.file,
        evidence: report.evidence?.file,
      },
    };
  },
});
