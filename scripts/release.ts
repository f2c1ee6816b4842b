/**
 * `node scripts/release.ts check`: exit 1 and a line for each thing that forbids to release the tag in GITHUB_REF_NAME, for
 * GITHUB_REPOSITORY. `node scripts/release.ts notes`: prints its section of CHANGELOG.md. Needs the whole history, and no packages.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notesOf, releaseProblems } from './release/guard.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const tag = process.env['GITHUB_REF_NAME'] ?? '';

switch (process.argv[2]) {
  case 'check': {
    const merged = spawnSync('git', ['-C', root, 'merge-base', '--is-ancestor', 'HEAD', 'origin/main']);
    const problems = releaseProblems({
      tag,
      onMain: merged.status === 0,
      tags: execFileSync('git', ['-C', root, 'tag', '--list'], { encoding: 'utf8' }).split('\n'),
      version: (JSON.parse(read('package.json')) as { version: string }).version,
      changelog: read('CHANGELOG.md'),
      repository: process.env['GITHUB_REPOSITORY'] ?? '',
      workflows: ['.github/workflows/ship.yml', '.github/workflows/rollback.yml'].map((path) => ({
        path,
        text: read(path),
      })),
    });
    for (const problem of problems) console.error(`release: ${problem}`);
    if (problems.length === 0) console.log(`release: ${tag} may be released`);
    process.exitCode = problems.length === 0 ? 0 : 1;
    break;
  }
  case 'notes':
    console.log(notesOf(read('CHANGELOG.md'), tag.slice(1)));
    break;
  default:
    console.error('release: check or notes');
    process.exitCode = 64;
}
