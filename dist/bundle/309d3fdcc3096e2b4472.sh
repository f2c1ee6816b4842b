# publish.sh BASE STAGING ID HASH DIRECTORY VENV PYTHON ENVIRONMENT COMPILE COLLECT RUN SHARED...   makes a staged release a prepared one
# Adds the facts that come on stdin and the links that the probe asked for, compiles translations when COMPILE is yes and collects
# static files when COLLECT is yes, hashes the tree again (what the build changed is no base for later uploads), and renames
# <base>/staging/<STAGING> to <base>/releases/<ID>.
# Where releases/<ID> exists with the same HASH, another run has prepared the same: that one stays, and this staging goes.
# RUN (`<run>/<attempt>`) becomes a line of .landfall/prepared, which grows: each run that prepared it.
# Reads a tar.gz of RELEASE.json, .landfall/release, .landfall/services/<name>, and perhaps .landfall/EVIDENCE.json.
# Changes <base>/staging, <base>/releases/<ID> and <base>/trees/<ID>; <base>/shared as arrange does.
# Prints published=yes or no (it was there) and changed=<count>. Exit: 0, 1 (translations, static files, or facts cut short), 64, 69 (msgfmt, or a program of a service or a hook), 73.
main() {
  staged "$1" "$2"
  id=$3
  hash=$4
  directory=$5
  venv=$6
  python=$7
  environment=$8
  compile=$9
  shift 9
  collect=$1
  run=$2
  shift 2
  case $id in
    '' | [.-]* | *[!A-Za-z0-9._-]*) die 64 "'$id' is not the name of a release" ;;
  esac
  release=$base/releases/$id
  list=$base/trees/$staging
  if [ -e "$release/RELEASE.json" ]; then
    cat >/dev/null
    kept
    return 0
  fi
  [ -d "$tree" ] || die 64 "there is no $tree"
  tar -C "$tree" --no-same-owner --warning=no-timestamp -xzf - || die 1 "the facts of the release did not come whole"
  mkdir -p "$tree/.landfall/services" "$base/releases"
  for path in "$@"; do
    share "$path"
  done
  if [ "$compile" = yes ]; then
    translations
  fi
  if [ "$collect" = yes ]; then
    manage collectstatic --noinput || die 1 "collectstatic failed"
  fi
  if [ "$environment" != - ] && [ ! -e "$base/envs/$environment/.complete" ]; then
    die 1 "the environment $environment was deleted meanwhile: run this again"
  fi
  startable
  printf '%s\n' "$run" >"$tree/.landfall/prepared"
  (cd "$tree" && list) | LC_ALL=C sort -z >"$list.now"
  LC_ALL=C sort -z "$list" >"$list.was"
  LC_ALL=C comm -z -12 "$list.was" "$list.now" | LC_ALL=C sort -z -k 2 >"$list.true"
  LC_ALL=C comm -z -23 "$list.was" "$list.now" >"$list.changed"
  changed=$(tr -cd '\0' <"$list.changed" | wc -c)
  sync -f "$tree"
  mv -f "$list.true" "$base/trees/$id"
  if ! mv -T "$tree" "$release"; then
    [ -e "$release/RELEASE.json" ] || die 73 "cannot rename $tree to $release"
    kept
    return 0
  fi
  sync "$base/releases"
  rm -f "$list" "$list.now" "$list.was" "$list.changed"
  print published yes
  print changed "$changed"
}

startable() { # the program of each service and hook is where it will be looked for: the switch would find out too late
  lost=''
  for file in "$tree/.landfall/services"/* "$tree/.landfall/hooks"/*; do
    [ -e "$file" ] || continue
    word=$(sed -n '/^word=/ { s/^word=//p; q; }' "$file")
    case $word in
      /*) [ ! -x "$word" ] || continue ;;
      */*) [ ! -x "$tree/$word" ] || continue ;;
      *) ! searched "$word" "$tree/$venv/bin:$PATH" || continue ;;
    esac
    lost="$lost ${file##*/}:$word"
  done
  [ -z "$lost" ] || die 69 "no such program for the service or hook$lost (looked in the release's Python environment, then in the PATH of $(id -un): is it in requirements.txt?)"
}

searched() ( # WORD PATH: a program of that name is in one of the folders
  set -f
  IFS=:
  for folder in $2; do
    if [ -f "$folder/$1" ] && [ -x "$folder/$1" ]; then
      exit 0
    fi
  done
  exit 1
)

manage() { # COMMAND...: of the application's manage.py
  its=$tree/$venv/bin/python
  if [ ! -x "$its" ]; then
    its=$python
  fi
  (cd "$tree/$directory" && hushed "$tree/.env" "$its" manage.py "$@" </dev/null)
}

translations() {
  command -v msgfmt >/dev/null || die 69 "msgfmt, which compiles translations, is missing (Debian, Ubuntu: apt-get install gettext)"
  # Django passes over a .po that is not newer than its .mo. The times here are those of uploads: a .mo of the commit that travels
  # again, because the one of the base was changed by its build, would look newer than a .po that was taken over
  find "$tree" -type f -path '*/LC_MESSAGES/*.mo' -exec touch -d @0 {} +
  manage compilemessages || die 1 "compilemessages failed: mend each .po file at the line that it names"
}

kept() { # it is there already: by another run, or by this one before it was killed
  grep -Fqx "hash=$hash" "$release/.landfall/release" || die 64 "releases/$id is another release with the same name"
  if ! grep -Fqx "$run" "$release/.landfall/prepared"; then
    printf '%s\n' "$run" >>"$release/.landfall/prepared"
  fi
  rm -rf "$tree"
  rm -f "$list" "$list.now" "$list.was" "$list.true" "$list.changed"
  print published no
  print changed 0
}
main "$@"
