# environment.sh BASE STAGING HASH PYTHON INSTALLER LOCK INDEX   builds <base>/envs/<HASH> from LOCK, a path in the staged release
# INSTALLER: pip (LOCK is a requirements file), or uv (LOCK is an uv.lock; only what runs is installed, without the project itself).
# Built at its final place, because the scripts in an environment name it; `.complete` is written last, and without it all is built anew.
# A program that builds the same one is waited for. pip and uv get the variables of the release's .env.
# INDEX: `given`: stdin is the address of the package index, with user and password, and on further lines what may not be shown; or `-`.
# Changes <base>/envs.
# Prints built=yes or built=no. Prose: pip or uv, live. Exit: 0, 1 (it failed), 64, 69 (no Python, no venv, no uv), 73, 75 (waited in vain).
main() {
  staged "$1" "$2"
  hash=$3
  python=$4
  installer=$5
  lock=$6
  address=''
  if [ "$7" = given ]; then
    IFS= read -r address || die 64 "the address of the package index came cut short"
    scrub_also=$(cat)
  fi
  case $hash in
    '' | *[!0-9a-f]*) die 64 "'$hash' is not the hash of an environment" ;;
  esac
  below "$lock"
  env=$base/envs/$hash
  mkdir -p "$base/envs" || die 73 "cannot create $base/envs"
  # the installer keeps descriptor 8: one that outlives a killed program is waited for, instead of writing into what is built anew
  exec 8>>"$env.lock"
  if ! flock -n 8; then
    say "waiting for another program that builds this environment"
    flock -w 1500 8 || die 75 "another program has been building $env for 25 minutes"
  fi
  if [ -e "$env/.complete" ]; then
    print built no
    return 0
  fi
  rm -rf "$env"
  interpreter=$(command -v "$python") || die 69 "$python is missing on the host"
  case $installer in
    pip) by_pip ;;
    uv) by_uv ;;
    *) die 64 "'$installer' installs nothing" ;;
  esac
  # by all cores, where pip would use one. What does not compile is not meant to (templates, other Pythons' files): as with pip
  "$env/bin/python" -m compileall -q -j 0 "$env/lib" >/dev/null 2>&1 8>&- || :
  sync -f "$env"
  : >"$env/.complete"
  print built yes
}

# What follows the address is run with it. pip hands the addresses of its indexes on to the programs that build packages, as arguments, which every
# user of the host can read. So it gets the address without user and password, and these in a netrc that has no name in any file system: in memory,
# readable by this user while the program runs. It goes on with what the user's own netrc says, for both read one only; of two entries
# for one host the last one counts. An own one that cannot be read as such is left out: they would read none of both.
# Nor does pip keep what it was answered: it would keep the header that let it in.
with_index='
import netrc, os, sys
from urllib.parse import unquote, urlsplit
def held(text):
    file = os.memfd_create("netrc", 0)
    os.write(file, text)
    return f"/proc/{os.getpid()}/fd/{file}"
at = urlsplit(sys.stdin.readline().strip())
address = at._replace(netloc=at.netloc.rpartition("@")[2]).geturl()
os.environ.update(PIP_INDEX_URL=address, UV_DEFAULT_INDEX=address)
if at.username:
    given = f"machine {at.hostname} login {unquote(at.username)} password {unquote(at.password)}\n".encode()
    own = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")
    try:
        with open(own, "rb") as file:
            both = file.read() + b"\n\n" + given
        name = held(both)
        netrc.netrc(name)
    except FileNotFoundError:
        name = held(given)
    except (netrc.NetrcParseError, OSError, ValueError):
        print(f"{own} cannot be read, and does not count: is it as netrc(5) wants it?", file=sys.stderr)
        name = held(given)
    os.environ.update(NETRC=name, PIP_NO_CACHE_DIR="1")
os.execvp(sys.argv[1], sys.argv[1:])
'

installing() { # COMMAND...: with the variables of .env and the package index, and what it says scrubbed of both
  if [ -z "$address" ]; then
    hushed "$tree/.env" "$@"
  else
    printf '%s\n' "$address" | hushed "$tree/.env" "$interpreter" -I -c "$with_index" "$@"
  fi
}

by_pip() {
  "$interpreter" -m venv "$env" >&2 || die 69 "'$python -m venv' does not work (Debian, Ubuntu: apt-get install python3-venv)"
  cd "$tree"
  installing "$env/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off --no-compile -r "$lock" ||
    die 1 "pip could not install $lock"
}

by_uv() { # copies: a link into uv's cache would be changed by whoever changes the environment
  uv=$(uv_path) || die 69 "uv is missing on the host"
  cd "$tree/$(dirname "$lock")"
  installing env UV_PROJECT_ENVIRONMENT="$env" "$uv" sync --frozen --no-dev --no-install-project \
    --python "$interpreter" --no-python-downloads --link-mode copy --no-progress ||
    die 1 "uv could not install $lock"
}
main "$@"
