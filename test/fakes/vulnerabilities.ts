/**
 * What scanners of dependencies ask, on this machine: the service that pip-audit reads (the API of OSV), and a folder that safety reads
 * in place of its own. Both know one vulnerability, a real one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What is vulnerable, and from which version on no more. */
export const vulnerable = { name: 'sqlparse', version: '0.4.3', fixed: '0.4.4', id: 'PYSEC-2023-87' } as const;

const summary = 'The formatter takes exponential time for some regular expressions.';

export type Vulnerabilities = {
  /** What pip-audit is told of it. */
  readonly env: Readonly<Record<string, string>>;
  /** `name version` of each question. */
  readonly asked: readonly string[];
  readonly end: () => Promise<void>;
};

const below = (version: string, limit: string): boolean => {
  const [own, other] = [version, limit].map((one) => one.split('.').map(Number)) as [number[], number[]];
  const at = own.findIndex((part, index) => part !== (other[index] ?? 0));
  return at !== -1 && (own[at] ?? 0) < (other[at] ?? 0);
};

type Question = { readonly package: { readonly name: string; readonly ecosystem: string }; readonly version: string };

const isQuestion = (value: unknown): value is Question => {
  const { package: about, version } = (value ?? {}) as Partial<Question>;
  return (
    typeof about?.name === 'string' && about.ecosystem === 'PyPI' && typeof version === 'string' && /^\d/.test(version)
  );
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
};

const answerTo = ({ package: { name }, version }: Question): object => {
  if (name !== vulnerable.name || !below(version, vulnerable.fixed)) return {};
  const events = [{ introduced: '0' }, { fixed: vulnerable.fixed }];
  const affected = [{ package: { name, ecosystem: 'PyPI' }, ranges: [{ type: 'ECOSYSTEM', events }] }];
  const aliases = ['CVE-2023-30608'];
  return { vulns: [{ schema_version: '1.6.0', id: vulnerable.id, aliases, summary, affected }] };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Starts the service. Anything but a question in its form gets 400, as from the real one. */
export const startVulnerabilities = async (): Promise<Vulnerabilities> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const question = request.method === 'POST' && request.url === '/v1/query' ? parsed(text) : undefined;
      const good = isQuestion(question);
      if (good) asked.push(`${question.package.name} ${question.version}`);
      response.writeHead(good ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(good ? answerTo(question) : { code: 3, message: 'Invalid query.' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { PIP_AUDIT_VULNERABILITY_SERVICE: 'osv', PIP_AUDIT_OSV_URL: `http://127.0.0.1:${port}/v1/query` },
    asked,
    end: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
};

/** Writes what `safety check --db` reads into a folder: the form that its version 2.0.0 has. */
export const writeSafetyDatabase = (folder: string): void => {
  const meta = { schema_version: '2.0.0', timestamp: 1_767_225_600, base_domain: 'https://data.example' };
  const specs = [`<${vulnerable.fixed}`];
  const entry = {
    ids: [{ type: 'pyup', id: '54679' }, { type: 'cve', id: 'CVE-2023-30608' }], // prettier-ignore
    specs,
    advisory: summary,
    more_info_path: '/v/54679',
    fixed_versions: [vulnerable.fixed],
    closest_secure_versions: { upper: vulnerable.fixed, lower: null },
    affected_versions: [vulnerable.version],
    transitive: false,
    vulnerability_resources: [],
  };
  const packages = {
    [vulnerable.name]: { insecure_versions: [vulnerable.version], secure_versions: [vulnerable.fixed], latest_version: vulnerable.fixed, more_info_path: '/p/sqlparse' }, // prettier-ignore
  };
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: object): void => {
    writeFileSync(join(folder, name), JSON.stringify(content));
  };
  write('insecure.json', { meta, vulnerable_packages: { [vulnerable.name]: specs } });
  write('insecure_full.json', { meta, vulnerable_packages: { [vulnerable.name]: [entry] }, packages });
};
