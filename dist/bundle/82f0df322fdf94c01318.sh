# roles.sh: functions over what services are for, which decides when they stop and start. They follow managers.sh's text.
# A scheduler stops first and starts last, so that there are never two. Workers take no new work before a web service restarts,
# and finish theirs while it does: nobody waits for their drain.

having() { # ROLE RELEASE...: ` name name `, the services that one of these releases has for it
  what=$1
  shift
  of_role=' '
  for id in "$@"; do
    about "${id:--}"
    for file in "$about/services"/*; do
      [ -e "$file" ] || continue
      # no program is begun for this: it is asked in every switch
      while IFS= read -r line; do
        if [ "$line" = "role=$what" ]; then
          of_role="$of_role${file##*/} "
        fi
      done <"$file"
    done
  done
  printf '%s' "$of_role"
}

in_state() { # STATES NAME: did the manager say that the service is in one of them (`RUNNING|STARTING`)?
  printf '%s\n' "$states" | grep -Eq "^$2 +($1)( |$)"
}

each() { # VERB NAME...: the order for each of these services, side by side: none waits for another
  verb=$1
  shift
  if [ $# -le 1 ]; then
    order "$verb" "$@" >&2 || :
    return 0
  fi
  children=''
  for name in "$@"; do
    order "$verb" "$name" >&2 8>&- 9>&- &
    children="$children $!"
  done
  # shellcheck disable=SC2086
  wait $children || :
}

running() { # the services that there are to stop: by what supervisor has said; where it was not asked, those of what served before
  if [ -z "$states" ]; then
    services "$before"
    return
  fi
  for name in $(printf '%s\n' "$states" | cut -d ' ' -f 1); do
    if in_state 'RUNNING|STARTING|BACKOFF|STOPPING' "$name"; then
      printf '%s\n' "$name"
    fi
  done
}

hold() { # RELEASE: schedulers stop, and then workers take no new work. What is on the release already is left alone. draining: those workers
  # a name may have been for something else in the release that is left
  schedulers=$(having scheduler "$1" "$release" "$previous")
  workers=$(having worker "$1" "$release" "$previous")
  draining=''
  drained=''
  if [ "$fresh" = yes ] || [ "${halted:-no}" = yes ] || [ "$schedulers$workers" = '  ' ]; then
    return 0
  fi
  stopping=''
  for name in $(running); do
    if proven "$name"; then
      continue
    fi
    case "$schedulers" in
      *" $name "*)
        stopping="$stopping $name"
        continue
        ;;
    esac
    case "$workers" in
      *" $name "*) draining="$draining $name" ;;
    esac
  done
  if [ -n "$stopping" ]; then
    # shellcheck disable=SC2086
    each stop $stopping
  fi
  [ -n "$draining" ] || return 0
  for name in $draining; do
    order stop "$name" >&2 8>&- 9>&- &
    drained="$drained $!"
  done
  # only when all of them have their signal may a newer web service give out work that they do not know
  tries=0
  while :; do
    states=$(roll) || :
    busy=''
    for name in $draining; do
      if in_state 'RUNNING|STARTING|BACKOFF' "$name"; then
        busy=$name
      fi
    done
    [ -n "$busy" ] || return 0
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then
      say "supervisor does not stop $busy; going on"
      return 0
    fi
    sleep 0.1
  done
}

ended() { # NAME...: waits for those that are stopping, because who ordered it was killed maybe: they cannot start before
  tries=0
  while :; do
    states=$(roll) || :
    ending=''
    for name in "$@"; do
      if in_state STOPPING "$name"; then
        ending=$name
      fi
    done
    tries=$((tries + 1))
    if [ -z "$ending" ] || [ "$tries" -gt "$(patience)" ]; then
      return 0
    fi
    sleep 1
  done
}

resume() { # RELEASE: workers start, when those before them have finished. Exit 1: supervisor has not taken them up
  if [ -n "$drained" ]; then
    # shellcheck disable=SC2086
    wait $drained || :
  fi
  if [ -n "$draining" ]; then
    # shellcheck disable=SC2086
    ended $draining
  fi
  if [ -n "$later" ]; then
    # shellcheck disable=SC2086
    if supervisor_update $later; then
      registered
    elif [ "${patient:-no}" = yes ]; then
      later=''
    else
      return 1
    fi
  fi
  start=''
  for name in $(services "$1"); do
    case "$begun$last$later " in
      *" $name "*) continue ;;
    esac
    case "$workers" in
      *" $name "*) proven "$name" || start="$start $name" ;;
    esac
  done
  if [ -n "$start" ]; then
    # shellcheck disable=SC2086
    each start $start
  fi
}

wake() { # RELEASE: what somebody stopped starts again: an order to stop may reach the manager after the program that gave it was killed. Exit 1: nothing was
  case "$states" in
    *' STOPP'*) ;;
    *) return 1 ;;
  esac
  asleep=''
  for name in $(services "$1"); do
    case "$last" in
      # these start after all else
      *" $name "*) continue ;;
    esac
    if in_state 'STOPPED|STOPPING' "$name"; then
      asleep="$asleep $name"
    fi
  done
  [ -n "$asleep" ] || return 1
  # shellcheck disable=SC2086
  ended $asleep
  # shellcheck disable=SC2086
  each start $asleep
}

rouse() { # NAMES: the schedulers start that do not run; all else is up. Exit 1: there was nothing to start
  asleep=''
  for name in $1; do
    # one that has given up since is started once only
    if ! proven "$name" && ! in_state "RUNNING|STARTING|BACKOFF${roused:+|FATAL}" "$name"; then
      asleep="$asleep $name"
    fi
  done
  [ -n "$asleep" ] || return 1
  roused=yes
  # shellcheck disable=SC2086
  each start $asleep
}
