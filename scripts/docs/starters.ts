/** landfall.yml of a starter: that of the example application, as the lab deploys it, and whom to tell. */

/** The systems that there is a starter for: `workflows-examples/<name>`, and its application in `test/apps/<name>`. */
export const systems = ['ascai', 'ganglioside'] as const;

const notify = `# each deploy and rollback, how it ended, and what the host took back by itself
notify: { slack: $SLACK_WEBHOOK }
`;

/** From the application's own text. */
export const starter = (text: string): string => `${text.trimEnd()}\n${notify}`;
