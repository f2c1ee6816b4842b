import type { Fault } from '#fault';
import { fingerprint, keyLine, knownHostsLine, type HostKey, type Pins } from './known-hosts.ts';

const keyFiles: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ssh_host_ed25519_key.pub',
  'ssh-rsa': 'ssh_host_rsa_key.pub',
};

/** The host, and the key of landfall.yml that describes it: `hosts`, or `hosts.via` for a jump host. */
type Place = { readonly name: string; readonly address: string; readonly port: number; readonly below: string };

const howToPin = ({ address: host, port, below }: Place, key: HostKey | undefined): string => {
  if (key === undefined)
    return `Run \`ssh-keyscan -p ${port} ${host}\`, compare the key with \`ssh-keygen -lf\` on the host, and pin it.`;
  const file = keyFiles[key.type] ?? 'ssh_host_ecdsa_key.pub';
  return [
    `Log in to ${host} by a way that you trust and run \`ssh-keygen -lf /etc/ssh/${file}\`. Only if it prints ${fingerprint(key)}, pin this key.`,
    `In landfall.yml, below \`${below}\`:  key: ${keyLine(key)}`,
    // The input is of the host alone: for what lies on the way there is the file.
    ...(below === 'hosts' ? [`Or in the input \`host-key\`:  ${knownHostsLine(host, port, key)}`] : []),
  ].join('\n');
};

/** Why a host key was not taken. `seen` is the key that the host showed, if it came to that. */
export const hostKeyFault = (at: Place, pins: Pins, seen: HostKey | undefined): Fault => {
  const said = pins.bad.map((line) => `line ${line} of the pins is no known_hosts line and no \`type base64\` line`);
  const { address, port } = at;
  const shown = seen === undefined ? [] : [`shown:  ${seen.type} ${fingerprint(seen)}`];
  if (seen !== undefined && pins.revoked.some((key) => key.blob.equals(seen.blob)))
    return {
      code: 'SSH_HOST_KEY_DIFFERS',
      host: at.name,
      what: `${address} showed a key that the pins mark as @revoked: ${fingerprint(seen)}`,
      said: [...shown, ...said],
      next: 'Do not connect until you know why the host still uses a revoked key. Give the host a new key and pin that.',
    };
  if (pins.keys.length > 0)
    return {
      code: 'SSH_HOST_KEY_DIFFERS',
      host: at.name,
      what: `${address} showed another key than the pinned one: somebody may be answering in its place, or the host was set up anew`,
      said: [...pins.keys.map((key) => `pinned: ${key.type} ${fingerprint(key)}`), ...shown, ...said],
      next: `If you know why the key changed, replace the pin. ${howToPin(at, seen)}`,
    };
  if (pins.authorities.length > 0)
    return {
      code: 'SSH_HOST_KEY_CA',
      host: at.name,
      what: `${address} is pinned by a @cert-authority line only; host certificates cannot be checked here`,
      said: [...shown, ...said],
      next: `Pin the host's own key instead. ${howToPin(at, seen)}`,
    };
  return {
    code: 'SSH_HOST_KEY_MISSING',
    host: at.name,
    what: `no host key is pinned for ${port === 22 ? address : `${address}, port ${port}`}`,
    said: [...shown, ...said],
    next: howToPin(at, seen),
  };
};
