import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { siteWords } from '#release';
import { markOf, nginxStandIn, rootProgram } from '../../test/kill/host.ts';
import { eachShell, runText, type Ran } from '../../test/lab/program-run.ts';
import { cut, directives, sites, tops } from './fixtures/directives.ts';

const base = '/srv/app-landfall';
const mark = markOf(base);
const values = { domain: 'example.org', domains: 'example.org', current: `${base}/current`, shared: `${base}/shared` };

/** What a deploy would ask for: the words of a file that nginx's grammar lets through. */
const words = (text: string): string => {
  const { site, problems } = siteWords('site.conf', text.replaceAll('BASE', base), values);
  if (site === undefined) throw new Error(problems.map(({ what }) => what).join('; '));
  return site.words;
};
const first = sites[0] ?? '';
const whole = (more: string): string => `server {\nlisten 80;\nserver_name example.org;\n${more}\n}`;

eachShell(
  'root’s program for nginx’s site',
  (shell) => {
    let root: string;
    let nginx: string;
    let file: string;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-site-'));
      nginx = join(root, 'a/home/nginx');
      file = join(nginx, `sites-enabled/zz-landfall-${mark}.conf`);
      mkdirSync(join(nginx, 'sites-enabled'), { recursive: true });
      mkdirSync(join(root, 'bin'));
      writeFileSync(join(nginx, 'nginx.conf'), `http {\n  include ${nginx}/sites-enabled/*;\n}\n`);
      writeFileSync(join(nginx, 'sites-enabled/other'), 'server { server_name other.example; }\n');
      writeFileSync(join(root, 'bin/nginx'), `#!/bin/sh\necho tested >>${root}/told\n${nginxStandIn}\n`, {
        mode: 0o755,
      });
      // it runs, and nobody can say as which process
      writeFileSync(join(root, 'state'), 'active\n');
      const systemctl = `#!/bin/sh\necho "$*" >>${root}/told\n[ ! -e ${root}/refuses ] || case "$*" in *reload*) exit 1 ;; esac\ncase "$*" in *is-active*) cat ${root}/state ;; esac\n`;
      writeFileSync(join(root, 'bin/systemctl'), systemctl, { mode: 0o755 });
    });
    afterEach(() => {
      rmSync(root, { recursive: true });
    });

    const asked = (request: string, program = rootProgram(base)): Promise<Ran> =>
      runText(shell, program, [], Buffer.from(request), {
        PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
        HOME: join(root, 'a/home'),
      });
    /** What was done since this was asked last: nginx's tests, and orders to systemd. */
    const told = (): readonly string[] => {
      const lines = existsSync(join(root, 'told')) ? readFileSync(join(root, 'told'), 'utf8').trim().split('\n') : [];
      rmSync(join(root, 'told'), { force: true });
      return lines
        .map((line) => line.replace('--no-ask-password --no-pager ', ''))
        .filter((line) => !/show|is-active/.test(line));
    };
    /** All that is in nginx's folder. */
    const files = (): readonly string[] => readdirSync(nginx, { recursive: true }).map(String).sort();
    const written = (): string => readFileSync(file, 'utf8');
    const untouched = ['nginx.conf', 'sites-enabled', 'sites-enabled/other'];

    test('the text is made by it of words: each argument in quotes, a directive a line, no file served that others own', async () => {
      expect(await asked(`site\n${words(first)}`)).toMatchObject({ code: 0, stderr: '' });
      expect(written()).toBe(`# nginx's site of ${base}, written by Landfall
server { disable_symlinks if_not_owner from=${base};
  listen "80";
  listen "[::]:80";
  server_name "example.org" "www.example.org";
  return "301" "https://$host$request_uri";
}
`);
      expect(statSync(file).mode & 0o777).toBe(0o644);
      expect(told()).toEqual(['tested', 'reload nginx.service']);
      expect(files()).toEqual([...untouched, `sites-enabled/zz-landfall-${mark}.conf`]);
    });

    test('what a site needs is taken, and a zone is the target’s own', async () => {
      for (const site of sites) expect(await asked(`site\n${words(site)}`)).toMatchObject({ code: 0, stderr: '' });
      expect(written()).toContain(
        `limit_req_zone "$binary_remote_addr" "zone=landfall-${mark}-people:10m" "rate=10r/s";`,
      );
      expect(written()).toContain(`limit_req "zone=landfall-${mark}-people" "burst=8" "nodelay";`);
      expect(written()).toContain(`"default-src 'self'; img-src data: https:" "always";`);
      expect(written()).toContain(`location "~*" "\\.(js|css)$" {`);
    });

    test('any other directive is refused with its line, and nothing is done', async () => {
      for (const directive of directives) {
        const { code, stderr } = await asked(`site\n${words(whole(directive))}`);
        expect({ directive, code, line: /line (\d+): /.exec(stderr)?.[1] !== undefined }).toEqual({
          directive,
          code: 64,
          line: true,
        });
      }
      for (const top of tops) {
        for (const text of [`${top}\n${first}`, `${first}\n${top}`])
          expect({ top, ...(await asked(`site\n${words(text)}`)) }).toMatchObject({ top, code: 64 });
      }
      expect(told()).toEqual([]);
      expect(files()).toEqual(untouched);
    }, 300_000);

    test('all that may not stand in it is told at once', async () => {
      const { stderr } = await asked(
        `site\n${words(whole('include x;\ngzip on;\nroot /;\nif ($x) { user root; }\nlisten 81;'))}`,
      );
      expect(stderr.match(/line \d+/g)).toEqual(['line 5', 'line 7', 'line 8', 'line 11']);
    });

    test('words that are no site are refused', async () => {
      for (const request of cut) expect({ request, ...(await asked(request)) }).toMatchObject({ request, code: 64 });
      expect(files()).toEqual(untouched);
    });

    test('whatever is asked: it is refused, or nginx reads the words that were looked at', async () => {
      const word = fc.oneof(
        fc.constantFrom('"', '\\', '\\"', "'", ';', '}', '{', '#', '$uri', '\\.', '\\\\', ' ', '', 'include', '\n}'),
        fc.string({ unit: 'binary', maxLength: 8 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 4 }), async (parts) => {
          const argument = parts.join('');
          const request = [
            'site',
            '.server',
            '{',
            '.server_name',
            '-example.org',
            ';',
            '.add_header',
            '-X',
            `-${argument}`,
            ';',
            '}',
          ];
          const { code } = await asked(request.join('\n'));
          if (code === 0) {
            const { site } = siteWords('', written(), values);
            expect(site?.words.split('\n').slice(-5)).toEqual(['.add_header', '-X', `-${argument}`, ';', '}']);
          } else expect(code).toBe(64);
        }),
        { numRuns: 80 },
      );
    }, 300_000);

    test('one that is as it was costs neither a test nor a reload; none at all takes it away', async () => {
      await asked(`site\n${words(first)}`);
      told();
      expect(await asked(`site\n${words(first)}`)).toMatchObject({ code: 0, stderr: '' });
      expect(told()).toEqual([]);
      expect(await asked('site')).toMatchObject({ code: 0, stderr: '' });
      expect(told()).toEqual(['tested', 'reload nginx.service']);
      expect(files()).toEqual(untouched);
      expect(await asked('site')).toMatchObject({ code: 0 });
      expect(told()).toEqual([]);
    });

    test('try asks nginx, and changes nothing; what nginx does not take is refused in its words, and the former stays', async () => {
      await asked(`site\n${words(first)}`);
      told();
      const before = written();
      expect(await asked(`try\n${words(whole('gzip on;'))}`)).toMatchObject({ code: 0, stderr: '' });
      for (const verb of ['try', 'site']) {
        const { code, stderr } = await asked(`${verb}\n${words(whole('gzip broken;'))}`);
        expect({ code, stderr }).toMatchObject({ code: 65, stderr: expect.stringMatching(/unknown directive "broken" in .*zz-landfall-\d+\.conf:5\n/) }); // prettier-ignore
      }
      expect(told()).toEqual(['tested', 'tested', 'tested']);
      expect(written()).toBe(before);
      expect(files()).toEqual([...untouched, `sites-enabled/zz-landfall-${mark}.conf`]);
    });

    test('a name that another site has is not taken', async () => {
      writeFileSync(join(nginx, 'sites-enabled/other'), 'server { server_name taken.example; }\n');
      const program = rootProgram(base).replace(/^domains=.*$/m, "domains='taken.example'");
      const { code, stderr } = await asked(`site\n${words('server { server_name taken.example; }')}`, program);
      expect({ code, stderr }).toMatchObject({ code: 65, stderr: expect.stringContaining('conflicting server name') });
      expect(files()).toEqual(untouched);
    });

    test('a reload that failed is asked for again, though the text is as it was', async () => {
      writeFileSync(join(root, 'refuses'), '');
      expect(await asked(`site\n${words(first)}`)).toMatchObject({ code: 1 });
      rmSync(join(root, 'refuses'));
      told();
      expect(await asked(`site\n${words(first)}`)).toMatchObject({ code: 0, stderr: '' });
      expect(told()).toEqual(['tested', 'reload nginx.service']);
    });

    test('an nginx that does not run has it when it starts; one of which nobody knows is asked again', async () => {
      writeFileSync(join(root, 'state'), 'inactive\n');
      expect(await asked(`site\n${words(first)}`)).toMatchObject({ code: 0, stderr: expect.stringContaining('does not run') }); // prettier-ignore
      writeFileSync(join(root, 'state'), '');
      told();
      expect(await asked('site')).toMatchObject({ code: 1 });
      writeFileSync(join(root, 'state'), 'active\n');
      expect(await asked('site')).toMatchObject({ code: 0, stderr: '' });
      expect(told()).toEqual(['tested', 'tested', 'reload nginx.service']);
    });

    test('a target without a domain has no site; domains tells which there are', async () => {
      const none = rootProgram(base).replace(/^domains=.*$/m, "domains=''");
      expect(await asked(`site\n${words(first)}`, none)).toMatchObject({ code: 64 });
      expect((await asked('domains')).stdout.toString()).toBe('domains=example.org www.example.org\n');
      expect((await asked('domains', none)).stdout.toString()).toBe('domains=\n');
      expect(files()).toEqual(untouched);
    });

    test('a link in its place is not followed, and an nginx.conf that would not read it is told', async () => {
      writeFileSync(join(root, 'victim'), 'untouched');
      symlinkSync(join(root, 'victim'), file);
      expect(await asked(`site\n${words(first)}`)).toMatchObject({ code: 0 });
      expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('untouched');
      writeFileSync(join(nginx, 'nginx.conf'), 'http { }\n');
      expect(await asked('site')).toMatchObject({ code: 1, stderr: expect.stringContaining('no line that includes') });
    });
  },
  'flock',
);
