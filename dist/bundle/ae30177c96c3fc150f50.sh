# arrange.sh BASE STAGING ENVIRONMENT VENV FROM SUM SHARED...   gives a release what it does not have from the commit
# .env (0600) from FROM: `given` (stdin), `shared` (<base>/shared/.env) or `none`; SUM is the sha256 that its bytes must have.
# VENV becomes a symlink to <base>/envs/<ENVIRONMENT> (`-`: no environment), which may be built later.
# Each SHARED path becomes a symlink to the same path in <base>/shared; a / at its end: it is a folder.
# Changes <base>/staging/<STAGING>, and <base>/shared: what is shared and not there yet begins as the commit has it.
# Prints name= for each variable of .env. Exit: 0, 1 (.env cannot be used: the line is named), 64, 73.
main() {
  staged "$1" "$2"
  environment=$3
  venv=$4
  from=$5
  sum=$6
  shift 6
  [ -d "$tree" ] || die 64 "there is no $tree"
  variables
  if [ "$environment" != - ]; then
    link
  fi
  mkdir -p "$base/shared" || die 73 "cannot create $base/shared"
  for path in "$@"; do
    share "$path"
  done
}

variables() {
  umask 077
  case $from in
    none) rm -f "$tree/.env.new" ;;
    given) cat >"$tree/.env.new" ;;
    shared) cat "$base/shared/.env" >"$tree/.env.new" || die 1 "cannot read $base/shared/.env" ;;
    *) die 64 "'$from' is no source of .env" ;;
  esac
  umask 022
  if [ "$from" = none ]; then
    rm -f "$tree/.env"
    return 0
  fi
  got=$(sha256sum <"$tree/.env.new")
  if [ "${got%% *}" != "$sum" ]; then
    rm -f "$tree/.env.new"
    die 1 "the variables are not those that this release was planned with: they came cut short, or shared/.env was changed meanwhile"
  fi
  env_names "$tree/.env.new" || die 1 "mend this line of the file that .env is made from"
  chmod 600 "$tree/.env.new"
  mv -f "$tree/.env.new" "$tree/.env"
}

link() { # relative, so that the rename to releases/<id>, which is as deep, does not break it
  below "$venv"
  target=../../envs/$environment
  rest=$venv
  while [ "$rest" != "${rest#*/}" ]; do
    rest=${rest#*/}
    target=../$target
  done
  mkdir -p "$(dirname "$tree/$venv")"
  if [ -e "$tree/$venv" ] && [ ! -L "$tree/$venv" ]; then
    die 64 "the commit has something at $venv, where the environment belongs"
  fi
  ln -sfn "$target" "$tree/$venv"
}
main "$@"
