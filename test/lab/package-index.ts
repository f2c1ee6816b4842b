/** A package index on loopback, for pip and uv: packages made on the spot, behind a user and a password where one is wanted. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PackageIndex = {
  /** `http://127.0.0.1:<port>/simple`, without user and password. */
  readonly address: string;
  /** The same with them. */
  readonly open: string;
  /** `<status> <path>` of each request. */
  readonly asked: readonly string[];
  readonly end: () => Promise<void>;
};

export type IndexOptions = {
  readonly user?: string;
  readonly password?: string;
  /** Called at each request, while whoever asks waits. */
  readonly meanwhile?: () => void;
};

/** Files of a package, by name; an archive holds them below no folder (wheel) or below its own (sdist). */
type Files = Readonly<Record<string, string>>;

const zip = `
import io, json, sys, zipfile
made = io.BytesIO()
with zipfile.ZipFile(made, "w") as archive:
    for name, text in json.load(sys.stdin).items():
        archive.writestr(zipfile.ZipInfo(name), text)
sys.stdout.buffer.write(made.getvalue())
`;
const tar = `
import io, json, sys, tarfile
made = io.BytesIO()
with tarfile.open(fileobj=made, mode="w:gz") as archive:
    for name, text in json.load(sys.stdin).items():
        member = tarfile.TarInfo(name)
        member.size = len(text.encode())
        archive.addfile(member, io.BytesIO(text.encode()))
sys.stdout.buffer.write(made.getvalue())
`;

const pack = (how: string, files: Files): Buffer =>
  execFileSync('python3', ['-c', how], { input: JSON.stringify(files) });

const about = (name: string): string => `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`;

const wheel = (name: string, code: string): readonly [string, Buffer] => [
  `${name}-1.0-py3-none-any.whl`,
  pack(zip, {
    [`${name}.py`]: code,
    [`${name}-1.0.dist-info/METADATA`]: about(name),
    [`${name}-1.0.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${name}-1.0.dist-info/RECORD`]: '',
  }),
];

/** Builds the one package that asks for it, as setuptools would. */
const backend = `
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "notesbuilt-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        archive.writestr("notesbuilt.py", "name = 'built'")
        archive.writestr("notesbuilt-1.0.dist-info/METADATA", ${JSON.stringify(about('notesbuilt'))})
        archive.writestr("notesbuilt-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("notesbuilt-1.0.dist-info/RECORD", "")
    return name
`;

const sdist = (): readonly [string, Buffer] => [
  'notesbuilt-1.0.tar.gz',
  pack(tar, {
    'notesbuilt-1.0/PKG-INFO': about('notesbuilt'),
    'notesbuilt-1.0/pyproject.toml':
      '[build-system]\nrequires = ["notesbackend"]\nbuild-backend = "notesbackend"\n[project]\nname = "notesbuilt"\nversion = "1.0"\n',
  }),
];

/** Starts it: `notesplain` is a wheel, `notesbuilt` an sdist that is built with `notesbackend`, `notesdev` a wheel for developers. */
export const startPackageIndex = async ({ user, password, meanwhile }: IndexOptions = {}): Promise<PackageIndex> => {
  const files = new Map([
    wheel('notesplain', 'name = "plain"'),
    wheel('notesdev', 'name = "dev"'),
    wheel('notesbackend', backend),
    sdist(),
  ]);
  const asked: string[] = [];
  const wanted =
    user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
  const server = createServer((request, response) => {
    meanwhile?.();
    const url = request.url ?? '';
    const answer = (status: number, type: string, body: Buffer | string = ''): void => {
      asked.push(`${status} ${url}`);
      response.writeHead(status, {
        'content-type': type,
        // what may be kept is kept, and together with the request's own header
        'cache-control': 'max-age=3600',
        vary: 'Authorization',
        ...(status === 401 ? { 'www-authenticate': 'Basic realm="packages"' } : {}),
      });
      response.end(body);
    };
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      answer(401, 'text/plain');
      return;
    }
    const [, folder, name = ''] = url.split('/');
    const file = files.get(name);
    const offered = [...files.keys()].filter((one) => one.startsWith(`${name}-`));
    if (folder === 'files' && file !== undefined) answer(200, 'application/octet-stream', file);
    else if (folder === 'simple' && offered.length > 0)
      answer(200, 'text/html', offered.map((one) => `<a href="/files/${one}">${one}</a>`).join('\n'));
    else answer(404, 'text/plain');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const userinfo = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  return {
    address: `http://127.0.0.1:${port}/simple`,
    open: `http://${userinfo}127.0.0.1:${port}/simple`,
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
