import { demandEmpty, verdicts } from './ganglioside-demands.ts';
import { checkEmail, type Deployed, type Ganglioside } from './ganglioside-site.ts';
import { emptyMailbox, mailbox, mailRecord } from './mail.ts';
import { demand, type Play } from './play.ts';

const subject = 'Your analysis is completed';

/** What a person does who is written to in the end, and what nobody may do. */
const visit = (expected: string): string => `
- { name: a stranger is asked to log in, get: /analyses/, redirect: "/login/?next=/analyses/" }
- { get: /login/, session: person }
- name: log in
  post: /login/
  session: person
  csrf: true
  form: { username: checks, password: $CHECK_PASSWORD }
  redirect: /analyses/
- { name: the cookie is who it is, get: /analyses/, session: person, json: { analyses: [] } }
- name: a form without the token is refused
  post: /analyses/
  session: person
  upload: { file: { file: samples/standards.csv, type: text/csv } }
  status: 403
- name: the same with the token is taken
  post: /analyses/
  session: person
  csrf: true
  upload: { file: { file: samples/standards.csv, type: text/csv } }
  status: 201
  save: { id: id }
- name: the analysis is completed
  get: "/analyses/{id}/"
  session: person
  json: { status: completed }
- name: a mail says so
  get: ${mailbox}/messages?to=${checkEmail}
  from: host
  json: { count: 1, "$.messages[0].subject": ${expected} }
  contains: "with 3 series"
  within: 30s
- name: remove the analysis
  delete: "/analyses/{id}/"
  session: person
  csrf: true
  status: 204
  always: true
- { name: remove the mail, delete: "${mailbox}/messages?to=${checkEmail}", from: host, status: 204, always: true }
- { name: log out, post: /logout/, session: person, csrf: true, redirect: /, always: true }
`;

const red = (end: Deployed): readonly string[] => [...verdicts(end)].filter(([, ok]) => !ok).map(([says]) => says);

/** All of it by smoke-test itself: once right, and once with a check in the middle that fails. */
export const visited: Play<Ganglioside> = {
  name: 'C4: a login with session cookie and CSRF token, a form without the token refused (403), mail sent and seen at the stand-in; everything made is removed, also when a check fails half-way',
  play: async (site) => {
    await emptyMailbox(site.host, checkEmail);
    const before = await mailRecord(site.host);
    const well = await site.check(visit(subject));
    const passed = verdicts(well);
    demand(
      well.report.result === 'done' && well.exit === 0 && passed.size === 11 && red(well).length === 0,
      () => `${well.report.result}: ${red(well).join(', ')}: ${well.log.slice(-25).join('\n')}`,
    );
    await demandEmpty(site);
    const after = await mailRecord(site.host);
    demand(
      after.taken === before.taken + 1 && after.kept === 0 && after.refused.length === 0,
      () => `the mail server: ${JSON.stringify(after)}, before: ${JSON.stringify(before)}`,
    );
    const ill = await site.check(visit('Something else'));
    demand(
      ill.exit === 1 && ill.report.fault?.code === 'CHECK_FAILED' && red(ill).join() === 'a mail says so',
      () => `${ill.report.result}: ${red(ill).join(', ')}: ${ill.log.slice(-25).join('\n')}`,
    );
    await demandEmpty(site);
    const { kept } = await mailRecord(site.host);
    demand(kept === 0, () => `${kept} mails are left`);
    return `${passed.size} checks, ${after.taken - before.taken} mail; ${ill.report.checks.find(({ ok }) => !ok)?.found ?? ''}`;
  },
};
