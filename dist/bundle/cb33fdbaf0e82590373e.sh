# serving.sh: functions that make a release serve, and prove it; they follow roles.sh's and scrub.sh's text.
# Code changes by full stop and start only, never by a signal.

whole() { # RELEASE: it can be started at all: its files and its environment are there
  its=$(facts "$1" environment)
  about "$1"
  if [ -d "$base/releases/$1" ] && [ -e "$about/release" ] && [ -d "$about/services" ]; then
    if [ -z "$its" ] || [ -e "$base/envs/$its/.complete" ]; then
      return 0
    fi
    say "the environment $its of $1 is gone"
  fi
  say "the release $1 is not, or no longer, whole on this host"
  return 1
}

point() { # RELEASE: `current` leads to it; one rename, never absent. moved=yes: it led elsewhere, to `before`
  moved=no
  before=$(readlink "$base/current" || :)
  before=${before#releases/}
  if [ "$before" = "$1" ]; then
    return 0
  fi
  ln -sfn "releases/$1" "$base/current.new" || return 1
  mv -T "$base/current.new" "$base/current" || return 1
  moved=yes
  sync "$base"
}

up() { # RELEASE [NAMES]: by what was found last, every process of every service, but of these, is on it, and listens; and nothing else runs
  # under a name that it has not, a scheduler of the release before would be a second one
  about "$1"
  while read -r name _; do
    if [ -n "$name" ] && [ ! -e "$about/services/$name" ]; then
      return 1
    fi
  done <<END
$found
END
  for name in $(services "$1"); do
    case "${2:-}" in
      *" $name "*) continue ;;
    esac
    proven "$name" || return 1
    listens "$1" "$name" || return 1
  done
}

youngest() { # [NAMES]: hundredths of a second since the youngest main process, but of these services, began, by what inspect found; empty: there is none
  but=${1:-}
  set --
  while read -r name pid; do
    case "$but" in
      *" $name "*) continue ;;
    esac
    [ -z "$pid" ] || set -- "$@" "/proc/$pid/stat"
  done <<END
$managed
END
  # when a process began is the 20th field behind its name, in hundredths of a second. The first is cat's own: now
  cat /proc/self/stat "$@" 2>/dev/null | sed 's/.*) //' | awk '
    NR == 1 { now = $20 }
    NR > 1 && (age == "" || now - $20 < age) { age = now - $20 }
    END { print age }'
}

mature() { # waits until the main processes have run for a while: a crash loop looks up in between, and after a second to supervisor
  # a runner looks again before it confirms; nobody does after an undo
  least=150
  if [ "${patient:-no}" = yes ]; then
    least=200
  fi
  age=$(youngest)
  left=$((least - ${age:-$least}))
  if [ "$left" -gt 0 ]; then
    sleep "$((left / 100)).$((left / 10 % 10))$((left % 10))"
  fi
}

without() { # NAMES: what supervisor said last, but for these services
  said=$states
  for name in $1; do
    said=$(printf '%s\n' "$said" | sed "/^$name /d")
  done
  printf '%s' "$said"
}

prove() { # RELEASE: it is up within its boot time, and still when its main processes are mature
  # what was halted has been told to start
  halted=no
  boots=5
  for name in $(services "$1"); do
    its=$(setting "$1" "$name" boot)
    if [ "$its" -gt "$boots" ]; then
      boots=$its
    fi
  done
  clock
  end=$((now + boots))
  ends=0
  ended=no
  woken=no
  roused=''
  last=$(having scheduler "$1")
  while :; do
    inspect "$1"
    if wake "$1"; then
      # it has all its time to boot; once, for who stops services again and again is not waited for
      if [ "$woken" = no ]; then
        clock
        end=$((now + boots))
        woken=yes
      fi
      inspect "$1"
    fi
    if [ "$last" != ' ' ] && up "$1" "$last" && rouse "$last"; then
      inspect "$1"
    fi
    if up "$1"; then
      mature
      # the manager is not asked again: the processes that it named must still be there
      examine "$1"
      if up "$1"; then
        return 0
      fi
      inspect "$1"
    fi
    # a scheduler that nobody has started yet may have given up in a release before
    if [ "$last" != ' ' ] && [ -z "$roused" ]; then
      states=$(without "$last")
    fi
    case "$states" in
      *' FATAL'*) break ;;
      *' BACKOFF'*)
        [ "$ended" = yes ] || ends=$((ends + 1))
        ended=yes
        ;;
      *) ended=no ;;
    esac
    # a new release that has ended three times is given up. What served before gets all its time: a database may be coming up
    [ "$ends" -lt 3 ] || [ "${patient:-no}" = yes ] || break
    clock
    [ "$now" -lt "$end" ] || break
    sleep 0.2
  done
  explain "$1"
  return 1
}

explain() { # RELEASE: why it is not up, and the last lines that its services said
  inspect "$1"
  say "$states"
  say "$found"
  for name in $(services "$1"); do
    if proven "$name" && ! listens "$1" "$name"; then
      say "$name runs, but none of its processes listens on $(setting "$1" "$name" listen)"
    fi
  done
  for name in $(services "$1"); do
    say "last lines of $name:"
    # of other releases too: the lines may be of the one before, with values of its own
    lines_of "$name" | scrub "$base/releases"/*/.env "$base/shared/.env" >&2 || :
  done
}

serve() { # RELEASE: all services of it run and no other, but its schedulers, which `prove` starts; empty: nothing serves
  # what is on it already is left running
  if [ -z "$1" ]; then
    rest || return 1
    rm -f "$base/current"
    return
  fi
  whole "$1" || return 1
  quiet "$1" || return 1
  point "$1" || return 1
  describe "$1" || return 1
  supervise || return 1
  found=''
  states=''
  last=$(having scheduler "$1")
  # what runs has begun with the release that `current` has just led to, so all of it is restarted. An undo looks closer: a switch
  # that died when it had moved the link has left what served before untouched
  if [ "$fresh" = no ] && { [ "$moved" = no ] || [ "${patient:-no}" = yes ]; }; then
    inspect "$1"
  fi
  hold "$1"
  register "$1" || return 1
  restart=''
  # shellcheck disable=SC2086
  begun=$(printf ' %s' $started)
  for name in $(services "$1"); do
    case "$begun$workers$last" in
      # the manager has just started it, or it is not time yet
      *" $name "*) continue ;;
    esac
    proven "$name" || restart="$restart $name"
  done
  if [ -n "$restart" ]; then
    # one that was left stopping by a program that was killed
    for name in $restart; do
      if in_state STOPPING "$name"; then
        ended "$name"
      fi
    done
    # shellcheck disable=SC2086
    each restart $restart
  fi
  resume "$1"
}
