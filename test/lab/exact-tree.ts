import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that people see of a folder, one line each: name, mode, owner, time to the nanosecond, content or where a link leads. Sockets by their name. */
export const exactTree = (root: string, without: (path: string) => boolean = () => false): readonly string[] => {
  const lines: string[] = [];
  const walk = (path: string): void => {
    if (without(path)) return;
    const at = join(root, path);
    const stat = lstatSync(at, { bigint: true });
    const facts = `${path} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isSymbolicLink()) lines.push(`${facts} -> ${readlinkSync(at)}`);
    else if (stat.isDirectory()) {
      lines.push(`${facts} ${stat.mtimeNs}`);
      for (const name of readdirSync(at).sort()) walk(path === '.' ? name : `${path}/${name}`);
    } else if (stat.isFile())
      lines.push(`${facts} ${stat.mtimeNs} ${createHash('sha256').update(readFileSync(at)).digest('hex')}`);
    else lines.push(facts);
  };
  walk('.');
  return lines;
};
