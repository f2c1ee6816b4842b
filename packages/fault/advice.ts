import type { FaultCode } from './codes.ts';

/** What docs/troubleshooting.md says of a code beside its meaning. Markdown, whole sentences. */
export type Advice = {
  /** When it is found, by what, and what has happened by then. */
  readonly from: string;
  /** What to do, where the fault itself cannot say it more exactly. */
  readonly next: string;
};

/** For every code: a new one without advice does not compile. Apart from the codes, so that the bundles do not carry it. */
export const advice: Readonly<Record<FaultCode, Advice>> = {
  INPUT_INVALID: {
    from: 'Reading the inputs, `landfall.yml` and the content of `env-file`, before anybody connects. All that is wrong is listed together, each with its file and line.',
    next: 'Mend every line of the list; each names what was expected, and the nearest right name where one is misspelt. All keys: [landfall.yml](reference/landfall-yml.md).',
  },
  FORK_REFUSED: {
    from: 'The event of the run, before anything is read or connected to: a pull request from a fork, or what such a one has started.',
    next: 'Deploy what is merged: on `push` to a branch of the repository itself, or by `workflow_dispatch`.',
  },
  SSH_KEY_UNREADABLE: {
    from: 'Reading `ssh-key`, or asking the agent at `SSH_AUTH_SOCK`, before connecting.',
    next: 'Give the whole private key with its first and last line, and `ssh-key-passphrase` where it is encrypted. Which forms are taken: [SSH](ssh.md#a-key-for-deploys).',
  },
  SSH_HOST_KEY_MISSING: {
    from: 'The first answer of the host. Nobody has logged in.',
    next: 'The fault prints the line to add to `hosts.key`. Before you do, compare its fingerprint with that of the host itself: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there.',
  },
  SSH_HOST_KEY_DIFFERS: {
    from: 'The first answer of the host, or of a jump host. Nobody has logged in.',
    next: 'Find out why before anything else: somebody may answer in its place. Where the host was set up anew, compare fingerprints on the host itself and replace the pin.',
  },
  SSH_HOST_KEY_CA: {
    from: 'The first answer of the host. Its certificate cannot be checked here, so nobody has logged in.',
    next: "Pin the host's own key instead, which the fault prints.",
  },
  SSH_REFUSED: {
    from: 'The login. The host is the right one, but takes none of the keys for this user.',
    next: 'The public half must be a line of `~/.ssh/authorized_keys` of the deploy user, and nobody else may write to that file, its folder or the home directory. `journalctl -t sshd` on the host says why a key was refused. Where there is no such user yet, the [setup script](setup.md) that comes with the fault makes it. Wait half a minute before trying again: newer servers shut out addresses that failed.',
  },
  SSH_UNREACHABLE: {
    from: 'Connecting: no answer, a refused connection, a name that does not resolve, or a handshake that ends early.',
    next: 'Check address, port and firewall: the runner, or the jump host before it, needs a way to the host. Runners of GitHub have changing addresses; where a firewall lets only few in, use a [jump host](ssh.md#a-jump-host) or a runner of your own.',
  },
  SSH_NO_FORWARDING: {
    from: 'The jump host in `hosts.via`, on the way to the host.',
    next: 'sshd there must forward to the host: `AllowTcpForwarding local`, a `PermitOpen` that names it or none, and `restrict,port-forwarding` where the key is restricted. [More](ssh.md#a-jump-host).',
  },
  SSH_LOST: {
    from: 'An open connection that broke. Programs that must not be cut, a switch for one, go on on the host to their end.',
    next: 'Run again when the host answers: the run goes on from what it finds there. `status` on the host says what that is. A release that was switched to and that nobody confirms goes back by itself.',
  },
  SSH_NO_SHELL: {
    from: 'The first program after the login: another command, or none, ran in its place.',
    next: 'The fault quotes what the host said and names the line to change: the login shell, a `ForceCommand`, or a `command=` before the key. [The account on the host](ssh.md#the-account-on-the-host).',
  },
  SSH_FORWARD: {
    from: 'A check with `from: host`, asking for an address inside the host; or an image that is carried to a host, for which its sshd must listen on its own loopback.',
    next: 'For a check, see that the service listens there (`ss -ltn` on the host), and that sshd lets this user forward (`AllowTcpForwarding`, or `AllowStreamLocalForwarding` for a socket) or the host has python3. For an image, sshd_config must have `AllowTcpForwarding yes` or `remote` for this user, and neither `DisableForwarding yes` nor `PermitListen none`.',
  },
  CANCELLED: {
    from: 'A person, a `concurrency` group or a time limit of the job ended the run. What was switched is taken back by the post step, or by the host when its time is over.',
    next: 'Run again when it is wanted: it goes on from what is on the host.',
  },
  PROGRAM_FAILED: {
    from: 'A program on the host ended with an exit code that has no meaning of its own, or printed something that it should not.',
    next: "Read the lines that it said. [What runs on your server](what-runs-on-your-server.md) has each program's exit codes.",
  },
  PROGRAM_DIED: {
    from: 'A program on the host was killed, or the host was. What it had begun is finished or taken back by the next action, and by the watchdog.',
    next: 'Look for the reason, memory first: `dmesg | tail` and `free -m` on the host. Then run again.',
  },
  PROGRAM_TIMEOUT: {
    from: 'A program on the host was still at work at the end of its time, and was ended.',
    next: 'Its last lines say what it waited for: a package index that does not answer, a service that does not stop, a full disk. A service that drains slowly needs `drain` and `boot` that are true.',
  },
  PREFLIGHT: {
    from: 'Looking at the host before anything is put there: programs, rights, space, ports and variables, all together; or a program that could not write later on.',
    next: 'Each line has the command that mends it. What every deploy needs of root, the [setup script](setup.md) that comes with the fault makes; what one application wants beside that, gettext for one, is in its own line.',
  },
  PATH_OCCUPIED: {
    from: 'Looking at the host before anything is put there: `path` is a directory or a file, not the link that Landfall makes; or, with `adopt: true`, it cannot be adopted as it is, or not yet: a right is missing to stop and start it.',
    next: 'Nothing is touched. Each line has what mends it; those of sudo are [explained](adopting.md#where-root-has-a-say). Let the first deploy take over a [hand-made installation](adopting.md), set another `path`, or move it away yourself when nothing runs from it any more.',
  },
  HOST_DRIFTED: {
    from: 'Reading the host, before anything is changed: files of the release that serves, or those by which its services run, have another content than the deploy put there.',
    next: 'Commit what is to stay, settings of a service under `services` included, or name under `shared` what the application itself writes. `allow-drift: true` deploys without these changes; those of files of the release stay in the old release. [More](on-a-host.md#when-somebody-has-changed-a-file-there).',
  },
  STATE_UNREADABLE: {
    from: 'Reading `<base>/.landfall` on the host: a file there is damaged, may not be read, or is of a form that only a newer Landfall knows.',
    next: 'Look with `sh <base>/.landfall/status`, and at rights and owner of `<base>/.landfall` (`ls -la`). Everything there belongs to the deploy user.',
  },
  STATE_NEWER: {
    from: 'Reading the facts of a release on the host that a newer version of Landfall has prepared.',
    next: 'Use that version, or a newer one, in the workflow. What serves is not touched.',
  },
  TX_BUSY: {
    from: 'Opening a transaction, or ending one: that of another run is still open, or one of its programs is at work. A deploy or rollback has waited for it as long as `wait` says.',
    next: 'Wait for that run, whose address the fault names. Or take its release back: by `phase: abort` in a run that a person starts, or by the `undo` line. Where jobs hold their release for long, set `wait` longer.',
  },
  TX_FENCED: {
    from: 'A program on the host compared its number with the newest: a newer run has taken over meanwhile. It changed nothing.',
    next: 'Nothing is left to undo. Run again if this commit is still wanted.',
  },
  TX_LATE: {
    from: 'Confirming, or asking for more time, after `confirm-within`. The host has taken the release back by itself: the previous one serves.',
    next: 'Find out what took so long, or raise `confirm-within`; then run again.',
  },
  TX_UNDONE: {
    from: '`phase: confirm` or a smoke test in a run whose release was taken back before, as after "re-run failed jobs".',
    next: 'Re-run all jobs, so that the release is deployed anew.',
  },
  TX_HELD: {
    from: 'An undo failed before, and everything was left as it was: deploys and rollbacks are refused until a person has looked.',
    next: '`sh <base>/.landfall/status` says what serves. Mend the cause on the host, then run the `undo` line again, or `phase: abort`. [When an undo failed](on-a-host.md#when-an-undo-failed).',
  },
  TX_STALE: {
    from: 'Opening a transaction: the journal on the host names a newer run of the same workflow.',
    next: 'Re-run the newest run. To go back on purpose use the rollback action; `allow-older: true` deploys the older run all the same.',
  },
  TX_ROLLED_BACK: {
    from: 'A re-run of a run whose release was left on purpose since, by a rollback or by the `undo` line.',
    next: 'Start a new run for the commit that shall serve.',
  },
  TX_NOTHING_SWITCHED: {
    from: '`phase: confirm` or a smoke test in a run that has switched nothing.',
    next: 'Switch first in the same run: `phase: switch`, or a deploy with `commit: later`.',
  },
  TX_NOT_PREPARED: {
    from: '`phase: switch`: this attempt of the run has prepared no release on this host.',
    next: 'Let `phase: prepare` run before, in the same run and for the same target. After "re-run failed jobs" re-run all jobs instead.',
  },
  SOURCE_UNFIT: {
    from: 'Reading the checkout, before anything is sent: a committed `.env`, a pointer of Git LFS, an empty submodule, a name that cannot be deployed, or no checkout at all.',
    next: 'Each line has what mends it: options of the checkout step, `include` and `exclude`, or a `git` command.',
  },
  TREE_DIFFERS: {
    from: 'Proving the files on the host by their hashes after the upload. Nothing was switched; all files were sent anew once before this is said.',
    next: 'Run again. If it says the same, something on the host changes files below `<base>/staging`, or a step changes the checkout while it is read.',
  },
  ENVIRONMENT_LOCK: {
    from: "Reading the project's requirements, before anything is sent.",
    next: 'The fault names the command that exports a `requirements.txt`, or each line that cannot be installed on a host.',
  },
  ENVIRONMENT_FAILED: {
    from: 'pip on the host, building the Python environment beside what runs. Nothing was switched.',
    next: 'Read what pip said: often a header or library that the host lacks (`apt-get install`), or an index that cannot be reached from there.',
  },
  APPLICATION_FAILED: {
    from: 'The prepared release on the host: Django could not be loaded, the database not be read, translations not be compiled, or static files not be collected. Nothing was switched.',
    next: 'The last line is what the application said: often a variable that `.env` lacks, or a package that the requirements lack. Values of `.env` are shown as `***`.',
  },
  SERVICE_UNFIT: {
    from: 'Planning, before anything is put on the host: no service is described.',
    next: 'Describe one under `services` in `landfall.yml`, with the `command` that starts it.',
  },
  MIGRATIONS_PENDING: {
    from: 'Asking the prepared release about its database, before the switch: a database in use lacks migrations that the release has.',
    next: 'If the running release can live with them, apply them by hand with the command in the fault, then run again. If not, split the change.',
  },
  MIGRATE_FAILED: {
    from: '`manage.py migrate` on an empty database, before the switch.',
    next: 'Read what Django said, mend the migration and deploy again: it goes on where it stopped.',
  },
  SCHEMA_DIFFERS: {
    from: 'Planning a rollback: the releases were made for different migrations.',
    next: 'Reverse the migrations that the fault names with the newer code (`manage.py migrate <app> <name>`), or deploy a release that fits the schema.',
  },
  HOOK_FAILED: {
    from: 'The command of `hooks.before-switch` or `hooks.after-switch`, on the host. After the first nothing was switched; after the second the release before is brought back. A hook before an undo never fails anything.',
    next: 'The lines above the fault are what it said. It runs in the folder of the release, with the variables of `.env`, and must end within its `timeout`: [hooks](hooks.md).',
  },
  SWITCH_FAILED: {
    from: 'Starting the services on the new release: one did not start, did not listen, died again, or still runs another release. The previous release is brought back.',
    next: 'Read `<base>/shared/logs/<service>.log` on the host, mend the release and deploy again.',
  },
  GAP_EXCEEDED: {
    from: 'The gap meter, which asked the public URL during the switch. The previous release is brought back.',
    next: 'Make the application boot faster, or raise `max-downtime`.',
  },
  CHECK_FAILED: {
    from: 'A check under `smoke`, or the question which release each process runs. In a deploy the previous release is brought back.',
    next: 'The lines say what was expected and what was found. Mend the release, or the check: [Checks](checks.md).',
  },
  UNDO_FAILED: {
    from: 'Going back: a service did not come up on the previous release, or a check that passed on it before fails now. Where services failed, everything is left as it is, held.',
    next: '[When an undo failed](on-a-host.md#when-an-undo-failed) says what to read and how to go on. If only checks fail, look at what the newer release changed elsewhere: the database, most of all.',
  },
  RELEASE_UNKNOWN: {
    from: 'A rollback: what `to` names was never confirmed here, is no longer kept on the host, or has lost its Python environment or its facts.',
    next: 'Choose one of the releases that the fault lists, or deploy that commit again.',
  },
  RELEASE_AMBIGUOUS: {
    from: 'A rollback: the journal on the host names no release before the live one, or `to` fits several that were never confirmed.',
    next: 'Name the release with `to`: a whole release id, from the list in the fault.',
  },
  EVIDENCE_MISSING: {
    from: 'A deploy to a target with `evidence: required`, before it connects (`phase: switch`: before it opens a transaction): a link of the chain is not there. A deploy or build-image whose input `evidence` names a file that cannot be read.',
    next: 'Let `test-and-scan` run before, in the same workflow, and hand its output `evidence` on. [Evidence](evidence.md) says which links are required.',
  },
  EVIDENCE_DIFFERS: {
    from: 'A deploy or build-image that was given evidence, before it connects or builds: the document is of another commit, repository or image, its verdict is not `passed`, or it was changed.',
    next: 'Hand on the document that the run of this very commit has made. Where a verdict failed, mend the tests. Never edit it: [Evidence](evidence.md) says how to check one by hand.',
  },
  VERDICT_FAILED: {
    from: 'Test-and-scan, when all commands have ended and all that they left was read: a test failed, a floor was missed, a finding counts, or a command failed. Build-image, when what it built was scanned: nothing was pushed then.',
    next: 'The table of gates says what was wanted and what was found. Mend it; or except a finding with reason, owner and expiry in the ignore file.',
  },
  VERDICT_INCOMPLETE: {
    from: 'Test-and-scan, or the scan of build-image: nothing bad was found, but a tool skipped something, left no file, or ended in a way that says nothing. What could not be checked is not clean.',
    next: 'Make the tool able to look: its database, its network, its file. Where that cannot be, name the gate in `allow-incomplete`.',
  },
  REGISTRY_REFUSED: {
    from: 'A registry, which answered 401 or 403 to the login given, or to none; or another 4xx to what was asked: nothing of that name (404), too large (413), a tag that may not be moved, a quota.',
    next: 'After a 401 or 403 check the user name and the password, which is often a token that has ended, and that it may read (or write) this repository; after a 404 the repository’s name, too: many registries answer so to what may not be seen. Else look at what the registry said, and whether it, or a proxy before it, allows this.',
  },
  REGISTRY_BUSY: {
    from: 'A registry, which answered 429: too many questions, or pulls without a login.',
    next: 'Run it again later. Docker Hub and others allow more to those who log in: give a user name and a password.',
  },
  REGISTRY_UNREACHABLE: {
    from: 'Connecting to a registry: no such name, no answer, a certificate that is not trusted, or failures that did not end (5xx).',
    next: 'Check the registry’s name. A certificate of an authority of your own is trusted when NODE_EXTRA_CA_CERTS names its file. HTTPS_PROXY and NO_PROXY are heeded where Node is 24.5 or newer.',
  },
  IMAGE_UNKNOWN: {
    from: 'Looking for an image by its digest: the registry does not have it in this repository, or the engine of the host has lost it.',
    next: 'Check the name and the digest. Where a rollback says so, deploy that commit again with its image.',
  },
  IMAGE_DIFFERS: {
    from: 'Content that came from a registry or a disk, and whose hash or length is not what its digest says. Nothing of it is used.',
    next: 'Run it again. If it says the same, what the registry keeps is damaged or was tampered with: build and push the image anew, under a new digest.',
  },
  IMAGE_NOT_CARRIED: {
    from: 'The Docker engine of the host, while it took an image that the runner brought. The release that serves is untouched.',
    next: 'The lines above are what docker said there: often a full disk, an engine that does not run, or a deploy user who may not ask it (`sudo usermod -aG docker <user>`).',
  },
  BUILDER_UNFIT: {
    from: 'Build-image, which asks `docker buildx inspect` before anything is built: there is no docker, no buildx, no such builder, or one of the driver `docker` whose engine keeps images in its old store. What it builds could not be scanned before it is pushed.',
    next: 'Add `docker/setup-buildx-action` before this step, by the line that the fault shows; or turn on the containerd image store of the engine.',
  },
  BUILD_FAILED: {
    from: '`docker buildx build`: a step of the Dockerfile failed, or it could not begin (no such file or stage, a base image that cannot be pulled). Nothing was pushed.',
    next: 'The lines above the fault are the last that the step said. `docker buildx build --target STAGE .` does the same on your machine.',
  },
  IMAGE_TAG_TAKEN: {
    from: 'Build-image, before and after it builds: a tag of a commit (`sha-…`) or version (`1.2.3`) never moves, and the registry has it with another digest. The same commit was built with other inputs, from a base image that has changed since, or not reproducibly; or a git tag was moved.',
    next: 'Commit what has changed, or give a new version. If the image there is not wanted at all, delete that tag in the registry.',
  },
  IMAGE_MISSING: {
    from: 'Build-image with `build: never`: the registry has no image of this commit that was made from these inputs.',
    next: 'Let the run on the branch that builds end first, and run this one again; or set `build: auto`.',
  },
  SBOM_FAILED: {
    from: 'The command of `sbom`: it failed, left no file or none of SPDX or CycloneDX JSON, named no component, or named another image. Nothing was tagged.',
    next: 'The lines above the fault are what it said. It must write to the file that `IMAGE_SBOM` names, about the layout that `IMAGE_LAYOUT` names.',
  },
  ATTEST_FAILED: {
    from: 'Build-image with `attest: true`: the run has no OIDC token, is about a pull request or a fork, or pushes nothing (then nothing was done); or Sigstore did not sign, or GitHub did not keep what was signed. The image stays in the registry under its digest, and was given no tag.',
    next: 'Give the job `permissions: { id-token: write, attestations: write }` beside those that it has. A private repository needs a plan of GitHub that has attestations. Where neither can be had, leave out `attest`: the document of evidence is bound to the digest, too.',
  },
  INTERNAL: {
    from: 'Landfall itself: something that its authors did not foresee. What was switched is taken back like after any other failure.',
    next: 'Please report it with the log of the run. `status` on the host says what serves.',
  },
};
