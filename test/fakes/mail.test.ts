/** The stand-in for a mail server: what it takes, and what it refuses. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { makeAuthority } from '../lab/authority.ts';
import { needing } from '../lab/needs.ts';

/** A talk over SMTP, as Python's own client has it: each line is run, and what it throws is printed. */
const client = `
import smtplib, ssl, sys
from email.message import EmailMessage
port, authority = int(sys.argv[1]), sys.argv[2]
trust = ssl.create_default_context(cafile=authority)
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "app@example.org", "ada@example.org", "Perché no"
message["Date"], message["Message-ID"] = "Sun, 22 Nov 2026 02:00:00 +0000", "<1@example.org>"
message.set_content("One\\n.two\\n")
with smtplib.SMTP("localhost", port) as smtp:
    def attempt(do):
        try:
            print("done:", do())
        except smtplib.SMTPException as error:
            print(type(error).__name__, getattr(error, "smtp_code", ""))
    smtp.ehlo()
    attempt(lambda: smtp.docmd("MAIL", "FROM:<app@example.org>"))
    attempt(lambda: smtp.docmd("AUTH", "PLAIN AG1haWxlcgB3b3Jk"))
    smtp.starttls(context=trust)
    smtp.ehlo()
    attempt(lambda: smtp.login("mailer", "wrong"))
    attempt(lambda: smtp.login("mailer", "word"))
    attempt(lambda: smtp.docmd("DATA"))
    attempt(lambda: smtp.sendmail("app@example.org", ["ada@example.org"], "Subject: bare\\r\\n\\r\\ntext"))
    attempt(lambda: smtp.send_message(message, to_addrs=["grace@example.org"]))
    attempt(lambda: smtp.send_message(message))
`;

needing('python3', 'openssl').describe('a mail server for tests', () => {
  let dir = '';
  let server: ChildProcess;
  let [smtp, http] = ['', ''];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'landfall-mail-'));
    const { key, cert, authority } = makeAuthority(['localhost']);
    for (const [name, text] of Object.entries({ key, cert, authority })) writeFileSync(join(dir, name), text);
    const words = [join(import.meta.dirname, 'mail.py'), '0', '0', join(dir, 'cert'), join(dir, 'key')];
    server = spawn('python3', words, { stdio: ['ignore', 'pipe', 'inherit'], env: { MAIL_PASSWORD: 'word' } });
    const [ports] = (await once(server.stdout ?? server, 'data')) as [Buffer];
    [smtp = '', http = ''] = ports.toString().trim().split(' ');
  });
  afterAll(async () => {
    const ended = once(server, 'exit');
    server.kill();
    await ended;
    rmSync(dir, { recursive: true, force: true });
  });

  const ask = async (path: string, method = 'GET'): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${http}${path}`, { method });
    return answer.status === 200 ? await answer.json() : answer.status;
  };

  needing().test('takes a whole message over TLS from who has logged in, and nothing else', async () => {
    const { stdout } = spawnSync('python3', ['-c', client, smtp, join(dir, 'authority')], { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^done: \(530, /),
      expect.stringMatching(/^done: \(538, /),
      'SMTPAuthenticationError 535',
      expect.stringMatching(/^done: \(235, /),
      expect.stringMatching(/^done: \(503, /),
      'SMTPDataError 554',
      'SMTPDataError 554',
      'done: {}',
    ]);
    const message = { from: 'app@example.org', to: ['ada@example.org'], subject: 'Perché no', text: 'One\n.two\n' };
    expect(await ask('/messages?to=ada@example.org')).toEqual({ count: 1, messages: [message] });
    expect(await ask('/messages?to=grace@example.org')).toEqual({ count: 0, messages: [] });
    expect(await ask('/messages?to=ada@example.org', 'DELETE')).toBe(204);
    expect(await ask('/record')).toMatchObject({ taken: 1, kept: 0 });
  });
});
