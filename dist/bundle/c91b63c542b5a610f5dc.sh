# adopting.sh: functions that take over an installation which people have made at `path`, and give it back. They follow serving.sh's text.
# Nothing is copied. The directory is renamed to be a release, what outlives releases is renamed into `shared`, and `path` becomes the
# link. Each of these steps finds by itself whether it is done. All programs are stopped meanwhile: a SQLite file must not be moved
# under whoever has it open, and what a program opens by name must not be of two releases.

way_to_shared() { # PATH: what a link at PATH of a release says, to lead to the same path in shared
  way=../../shared/$1
  rest=$1
  while [ "$rest" != "${rest#*/}" ]; do
    rest=${rest#*/}
    way=../$way
  done
}

to_shared() { # PATH: what the directory has there goes to shared, with what SQLite has beside a file, and a link takes its place
  way_to_shared "$1"
  for ending in '' -wal -shm -journal; do
    lies=$hand_made/$1$ending
    goes=$base/shared/$1$ending
    if [ -L "$lies" ] || [ ! -e "$lies" ]; then
      continue
    fi
    # what was lent leads to where it is no more
    if [ -L "$goes" ]; then
      rm -f "$goes" || return 1
    fi
    if [ -e "$goes" ]; then
      say "$goes is there already: $lies stays where it is"
      return 1
    fi
    mv -T "$lies" "$goes" || return 1
  done
  if [ ! -e "$hand_made/$1" ] && [ ! -L "$hand_made/$1" ]; then
    ln -s "$way" "$hand_made/$1" || return 1
  fi
}

from_shared() { # PATH: the other way round
  way_to_shared "$1"
  for ending in '' -wal -shm -journal; do
    lies=$base/shared/$1$ending
    goes=$hand_made/$1$ending
    if [ -L "$lies" ] || [ ! -e "$lies" ]; then
      continue
    fi
    if [ "$(readlink "$goes")" = "$way" ]; then
      rm -f "$goes" || return 1
    fi
    mv -T "$lies" "$goes" || return 1
  done
  # lent again, to releases that were prepared with it
  if [ ! -e "$base/shared/$1" ] && [ ! -L "$base/shared/$1" ]; then
    ln -s "$adopting/$1" "$base/shared/$1" || return 1
  fi
}

take_over() { # what is at $adopting becomes the release $previous
  hand_made=$base/releases/$previous
  if [ ! -d "$hand_made" ]; then
    if [ -L "$adopting" ] || [ ! -d "$adopting" ]; then
      say "$adopting is no directory any more"
      return 1
    fi
    awaited || return 1
    halt
    idle "$adopting" || return 1
    # another file system would make a copy of the rename; survey has looked, but it may have been mounted since
    if [ "$(stat -c %d "$adopting")" != "$(stat -c %d "$base/releases")" ]; then
      say "$adopting and $base are on different file systems"
      return 1
    fi
    mkdir -p "$lf/adopted/times"
    count=0
    while IFS= read -r shares; do
      count=$((count + 1))
      touch -r "$adopting/$(dirname "$shares")" "$lf/adopted/times/$count" || return 1
    done <"$lf/adopted/shared"
    touch -r "$adopting" "$lf/adopted/times/0" || return 1
    mv -T "$adopting" "$hand_made" || return 1
  fi
  while IFS= read -r shares; do
    to_shared "$shares" || return 1
  done <"$lf/adopted/shared"
  if [ ! -L "$adopting" ]; then
    ln -sT "$base/current" "$adopting" || return 1
  fi
  sync "$base/releases" "$base/shared" "$(dirname "$adopting")"
}

give_back() { # it is at $adopting again, as it was, and its programs run
  hand_made=$base/releases/$previous
  if [ -d "$hand_made" ]; then
    awaited || say "going on all the same"
    halt
    # an undo does not stop for a stranger
    idle "$base/releases" || say "going on all the same"
    if [ -L "$adopting" ]; then
      rm -f "$adopting" || return 1
    fi
    while IFS= read -r shares; do
      from_shared "$shares" || return 1
    done <"$lf/adopted/shared"
    count=0
    while IFS= read -r shares; do
      count=$((count + 1))
      touch -r "$lf/adopted/times/$count" "$hand_made/$(dirname "$shares")" || return 1
    done <"$lf/adopted/shared"
    touch -r "$lf/adopted/times/0" "$hand_made" || return 1
    mv -T "$hand_made" "$adopting" || return 1
    sync "$base/releases" "$base/shared" "$(dirname "$adopting")"
  fi
  rm -f "$base/current"
  supervise || return 1
  inspect "$previous"
  schedulers=$(having scheduler "$previous")
  asleep=''
  for name in $(services "$previous"); do
    case "$schedulers" in
      *" $name "*) continue ;;
    esac
    proven "$name" || asleep="$asleep $name"
  done
  if [ -n "$asleep" ]; then
    # shellcheck disable=SC2086
    each restart $asleep
  fi
}
