import { must, ok, Failure, type Result } from '#fault';
import { git, parts } from '#git';
import { shown } from './unfit.ts';

/** Which commit a checkout is of, and which of its tracked files are not as that commit has them. */
export type Committed = { readonly commit: string; readonly changed: readonly string[] };

/** Asks git, as {@link readSource} does, but reads no file. Faults: `SOURCE_UNFIT`. */
export const readCommitted = async (root: string): Promise<Result<Committed>> => {
  try {
    const [head, status] = await Promise.all([
      git(root, ['rev-parse', '--verify', 'HEAD']),
      git(root, ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames']),
    ]);
    const changed = parts(must(status)).map((line) =>
      shown(typeof line === 'string' ? line.slice(3) : line.subarray(3)),
    );
    return ok({ commit: must(head).toString('utf8').trim(), changed });
  } catch (thrown) {
    if (thrown instanceof Failure) return { ok: false, fault: thrown.fault };
    throw thrown;
  }
};
