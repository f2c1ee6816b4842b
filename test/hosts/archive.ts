/**
 * Lines of a Dockerfile: hosts reach no network, so what apt would fetch there lies on the host, as an archive of its own. Nothing of it
 * is installed.
 */
export const packageArchive = (
  ...names: readonly string[]
): string => `RUN set -e; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \\
  apt-get install -qq -y --no-install-recommends --download-only ${names.join(' ')}; \\
  mkdir /opt/packages; cd /opt/packages; mv /var/cache/apt/archives/*.deb .; \\
  for file in *.deb; do dpkg-deb -f "$file"; \\
    printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum <"$file" | cut -c 1-64)"; \\
  done >Packages; \\
  rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*; \\
  echo 'deb [trusted=yes] file:/opt/packages ./' >/etc/apt/sources.list; : >/etc/machine-id
`;
