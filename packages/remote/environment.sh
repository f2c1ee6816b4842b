# environment.sh BASE STAGING HASH PYTHON INSTALLER LOCK   builds <base>/envs/<HASH> from LOCK, a path in the staged release
# INSTALLER: pip (LOCK is a requirements file), or uv (LOCK is an uv.lock; only what runs is installed, without the project itself).
# Built at its final place, because the scripts in an environment name it; `.complete` is written last, and without it all is built anew.
# A program that builds the same one is waited for. pip and uv get the variables of the release's .env.
# Prints built=yes or built=no. Prose: pip or uv, live. Exit: 0, 1 (it failed), 64, 69 (no Python, no venv, no uv), 73, 75 (waited in vain).
main() {
  staged "$1" "$2"
  hash=$3
  python=$4
  installer=$5
  lock=$6
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

by_pip() {
  "$interpreter" -m venv "$env" >&2 || die 69 "'$python -m venv' does not work (Debian, Ubuntu: apt-get install python3-venv)"
  cd "$tree"
  hushed "$tree/.env" "$env/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off --no-compile -r "$lock" ||
    die 1 "pip could not install $lock"
}

by_uv() { # copies: a link into uv's cache would be changed by whoever changes the environment
  uv=$(uv_path) || die 69 "uv is missing on the host"
  cd "$tree/$(dirname "$lock")"
  hushed "$tree/.env" env UV_PROJECT_ENVIRONMENT="$env" "$uv" sync --frozen --no-dev --no-install-project \
    --python "$interpreter" --no-python-downloads --link-mode copy --no-progress ||
    die 1 "uv could not install $lock"
}
main "$@"
