import { expect, test } from '@jest/globals';
import type { Output } from '#remote';
import { targetOf } from '../../test/fakes/scene.ts';
import { siteOf, siteProblems, siteRefused } from './nginx-site.ts';

const target = targetOf({ nginx: { file: 'site.conf', domains: ['example.org', 'www.example.org'] } });
const files = () => Buffer.from('server {\n  server_name {domains};\n\n  root {current}/x;\n}\n');
const site = siteOf({ target, files });
const answer = (over: Partial<Output<'try-site'>>): Output<'try-site'> => ({
  missing: false,
  domains: ['www.example.org', 'example.org'],
  refused: undefined,
  ...over,
});
const refused = (over: Partial<Output<'try-site'>>) => site && siteRefused(target, site, answer(over))?.fault;

test('the file is read of the checkout, with the values of the target', () => {
  expect(site?.words).toContain('-/srv/app-landfall/current/x');
  expect(site?.words).toContain('-example.org\n-www.example.org');
  expect(siteOf({ target: targetOf(), files })).toBeUndefined();
  expect(siteProblems(target, (path) => `there is no file ${path}`)).toMatchObject([
    { where: 'nginx.file', what: 'there is no file site.conf' },
  ]);
  expect(siteProblems(target, () => Buffer.from('a'))).toMatchObject([{ where: 'site.conf', line: 1 }]);
  expect(() => siteOf({ target, files: () => Buffer.from('a') })).toThrow('INPUT_INVALID');
});

test('what root has to do first is told with the setup script', () => {
  expect(refused({})).toBeUndefined();
  expect(refused({ missing: true })).toMatchObject({ code: 'PREFLIGHT', problems: [{ root: true }] });
  expect(refused({ domains: ['example.org'] })).toMatchObject({
    code: 'PREFLIGHT',
    what: 'deploy may not have nginx answer for www.example.org',
    problems: [{ root: true }],
  });
});

test('what the host refuses is told with the line of the file', () => {
  const said = ['landfall-7: line 4: root "/": expected a folder', 'landfall-7: nothing was done'];
  expect(refused({ refused: said })).toMatchObject({
    code: 'SOURCE_UNFIT',
    said,
    problems: [{ where: 'site.conf', line: 4, what: 'root "/": expected a folder' }],
  });
  const nginx = 'landfall-7: nginx does not take it: nginx: [emerg] invalid value "x" in /run/landfall-7.sites/zz-landfall-7.conf:3\nnginx: configuration file /etc/nginx/landfall-7.try test failed'; // prettier-ignore
  expect(refused({ refused: nginx.split('\n') })?.problems).toEqual([
    { where: 'site.conf', line: 2, what: 'nginx: invalid value "x"' },
  ]);
  // where a log is set, it has the hour
  const dated = nginx.replace('nginx: [emerg]', '2026/11/22 03:20:52 [emerg] 898#898:');
  expect(refused({ refused: dated.split('\n') })?.problems).toEqual([
    { where: 'site.conf', line: 2, what: 'nginx: invalid value "x"' },
  ]);
  expect(refused({ refused: ['landfall-7: nginx is not installed'] })).not.toHaveProperty('problems');
});

test('a site that is not the file’s own is told as nginx says it', () => {
  const other = 'nginx: [emerg] x in /etc/nginx/sites-enabled/other:99';
  expect(refused({ refused: [other] })?.problems).toBeUndefined();
});
