/** `node test/docs/write-summary.ts`: renders the summary in the README anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withSummary } from './summary-example.ts';

const readme = new URL('../../README.md', import.meta.url);
writeFileSync(readme, withSummary(readFileSync(readme, 'utf8')));
