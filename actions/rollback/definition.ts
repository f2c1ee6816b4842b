import {
  defineAction,
  dryRunInput,
  envInput,
  environmentInput,
  githubInputs,
  hostInputs,
  jobStatusInput,
  sharedOutputs,
} from '#kit';

export const rollback = defineAction({
  name: 'rollback',
  description:
    'Brings an earlier release back: a transaction of its own, checked like a deploy, and itself undone when it fails. Needs no checkout.',
  inputs: {
    ...hostInputs,
    to: {
      kind: 'text',
      default: 'previous',
      description:
        'The release to go back to: `previous` (the last confirmed one before the live one; a release that was undone does not count), a transaction like `t41`, a commit, or the id of a release.',
    },
    reason: {
      kind: 'text',
      description: 'Why, in a few words: kept in the journal on the host and shown in the summary.',
    },
    'confirm-within': {
      kind: 'duration',
      description:
        'How long the release may stay unconfirmed, should this step be killed; then the host goes back to the one that was live. In place of `confirm-within`; `10m` if neither is given.',
    },
    ...envInput,
    ...environmentInput,
    ...githubInputs,
    ...dryRunInput,
    ...jobStatusInput,
  },
  outputs: {
    ...sharedOutputs,
    from: { description: 'The id of the release that was live before.' },
    verdict: { description: 'One line: what was brought back, and what differs.' },
  },
  post: true,
});
