/** `npm run build [-- --out DIR] [--root DIR]`: builds the bundles of all actions, into dist/ unless told otherwise. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, root: { type: 'string' } } });
const root = resolve(values.root ?? resolve(import.meta.dirname, '..'));
const out = resolve(values.out ?? resolve(root, 'dist'));
const names = await bundle(root, out);
console.log(`build: ${names.length} entries in ${out}`);
