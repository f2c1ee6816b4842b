# environment.sh BASE STAGING HASH PYTHON REQUIREMENTS   builds <base>/envs/<HASH> from REQUIREMENTS, a path in the staged release
# Built at its final place, because the scripts in an environment name it; `.complete` is written last, and without it all is built anew.
# A program that builds the same one is waited for. pip gets the variables of the release's .env.
# Changes <base>/envs.
# Prints built=yes or built=no. Prose: pip, live. Exit: 0, 1 (pip failed), 64, 69 (no Python, no venv), 73, 75 (waited in vain).
main() {
  staged "$1" "$2"
  hash=$3
  python=$4
  requirements=$5
  case $hash in
    '' | *[!0-9a-f]*) die 64 "'$hash' is not the hash of an environment" ;;
  esac
  env=$base/envs/$hash
  mkdir -p "$base/envs" || die 73 "cannot create $base/envs"
  # pip keeps descriptor 8: one that outlives a killed program is waited for, instead of writing into what is built anew
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
  command -v "$python" >/dev/null || die 69 "$python is missing on the host"
  "$python" -m venv "$env" >&2 || die 69 "'$python -m venv' does not work (Debian, Ubuntu: apt-get install python3-venv)"
  cd "$tree"
  if ! hushed "$tree/.env" "$env/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off --no-compile -r "$requirements"; then
    die 1 "pip could not install $requirements"
  fi
  # by all cores, where pip would use one. What does not compile is not meant to (templates, other Pythons' files): as with pip
  "$env/bin/python" -m compileall -q -j 0 "$env/lib" >/dev/null 2>&1 8>&- || :
  sync -f "$env"
  : >"$env/.complete"
  print built yes
}
main "$@"
