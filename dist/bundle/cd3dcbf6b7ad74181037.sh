# prune.sh BASE NUMBER KIND ID...   deletes what nobody needs any more; KIND is releases or envs
# What serves, what served before, and what an open transaction names is never deleted, whatever it is told.
# Changes <base>/releases, or <base>/envs, and <base>/trees, where it deletes.
# Prints deleted= lines. Exit: 0, 79.
main() {
  target "$1"
  exclusive prune kill "$2"
  what=$3
  shift 3
  mkdir -p "$lf/trash"
  for id in "$@"; do
    if needed "$id"; then
      say "$id is needed and stays"
      continue
    fi
    if [ "$what" = envs ]; then
      # whoever builds or publishes with it has this lock
      exec 8>>"$base/envs/$id.lock"
      flock -n 8 || continue
    fi
    [ ! -e "$base/$what/$id" ] || mv -T "$base/$what/$id" "$lf/trash/$id.$$"
    rm -f "$base/trees/$id"
    print deleted "$id"
  done
  # the slow part holds nobody up
  exec 9>&-
  rm -rf "$lf/trash"/*
}

needed() { # ID
  case $1 in
    '' | .* | */*) return 0 ;;
  esac
  if [ "$what" = envs ]; then
    grep -qs "^environment=$1$" "$base/releases"/*/.landfall/release && return 0
    # a release that is being prepared has the link long before it has its facts
    find "$base/staging" -mindepth 2 -maxdepth 4 -type l -lname "*/envs/$1" 2>/dev/null | grep -q .
    return
  fi
  [ "$1" != "$release" ] || return 0
  [ "$1" != "$previous" ] || return 0
  [ "$(readlink "$base/current")" = "releases/$1" ]
}
main "$@"
