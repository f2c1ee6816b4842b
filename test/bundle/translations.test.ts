/** Translations on a real host: compiled in each release, and what cannot be compiled makes none. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { needing } from '../lab/needs.ts';
import type { StepEnd } from '../runner/index.ts';
import { bundled } from './bundled.ts';

const file = 'locale/it/LC_MESSAGES/django';
const po = (text: string): string =>
  `msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "notes"\nmsgstr "${text}"\n`;

needing('python3', 'flock', 'msgfmt').describe('translations', () => {
  let stage: Stage;

  beforeAll(async () => {
    const dist = await bundled();
    stage = await prepareStage({ dist });
  }, 600_000);
  afterAll(async () => {
    await stage.end();
  }, 300_000);

  const deploy = async (subject: string, files: Readonly<Record<string, string>>): Promise<StepEnd> => {
    stage.repository.commit(subject, files);
    const job = stage.job();
    const main = await job.uses('deploy-over-ssh', stage.deploy());
    await job.finish();
    if (main === undefined) throw new Error('the step was skipped');
    return main;
  };
  const live = (): string => join(stage.base, 'current', `${file}.mo`);

  needing().test(
    'are compiled with each release, as their .po is, whatever .mo is committed; the plan says so',
    async () => {
      const first = await deploy('Speak Italian', { [`${file}.po`]: po('appunti'), [`${file}.mo`]: 'stale' });
      expect(resultOf(first)).toBe('done');
      expect(first.log.join('\n')).toContain('translations: 1 .po file, compiled by compilemessages');
      expect(readFileSync(live(), 'latin1')).toContain('appunti');
      // neither file is changed: the .po is taken from the release before, the .mo travels again
      const second = await deploy('Change something else', { 'static/notes.css': 'body {}' });
      expect(resultOf(second)).toBe('done');
      expect(second.log.join('\n')).toMatch(/upload 2 files, take \d+ from/);
      expect(readFileSync(live(), 'latin1')).toContain('appunti');
      const third = await deploy('Say it better', { [`${file}.po`]: po('note') });
      expect(resultOf(third)).toBe('done');
      expect(readFileSync(live(), 'latin1')).toContain('note\0');
    },
    600_000,
  );

  needing().test(
    'of which one is broken make no release, and its line is named',
    async () => {
      const serves = await stage.serving();
      const main = await deploy('Break it', { [`${file}.po`]: `${po('x')}\nmsgid "open\n` });
      expect(resultOf(main)).toBe('failed');
      const log = main.log.join('\n');
      expect(log).toContain('APPLICATION_FAILED: compilemessages failed');
      expect(log).toMatch(/django\.po:8: /);
      expect(await stage.serving()).toBe(serves);
      expect(existsSync(join(stage.base, 'staging')) ? execFileSync('ls', [join(stage.base, 'staging')]).toString() : '').toBe(''); // prettier-ignore
    },
    300_000,
  );
});
