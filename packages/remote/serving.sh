# serving.sh: functions that make a release serve, and prove it; they follow supervisor.sh's and scrub.sh's text.
# Code changes by full stop and start only, never by a signal.

whole() { # RELEASE: it can be started at all: its files and its environment are there
  its=$(facts "$1" environment)
  if [ -e "$base/releases/$1/.landfall/release" ] && [ -d "$base/releases/$1/.landfall/services" ]; then
    if [ -z "$its" ] || [ -e "$base/envs/$its/.complete" ]; then
      return 0
    fi
    say "the environment $its of $1 is gone"
  fi
  say "the release $1 is not, or no longer, whole on this host"
  return 1
}

point() { # RELEASE: `current` leads to it; one rename, never absent
  if [ "$(readlink "$base/current")" = "releases/$1" ]; then
    return 0
  fi
  ln -sfn "releases/$1" "$base/current.new" || return 1
  mv -T "$base/current.new" "$base/current" || return 1
  sync "$base"
}

up() { # RELEASE: every process of every service is on it, and listens
  inspect "$1"
  for name in $(services "$1"); do
    proven "$name" || return 1
    listens "$1" "$name" || return 1
  done
}

prove() { # RELEASE: it is up within its boot time, and a second later with the same main processes (a crash loop looks up in between)
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
  while :; do
    if up "$1"; then
      before=$managed
      sleep 1
      if up "$1" && [ "$managed" = "$before" ]; then
        return 0
      fi
    fi
    case "$states" in
      *FATAL*) break ;;
      *BACKOFF*)
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
    tail -n 15 "$base/shared/logs/$name.log" | scrub "$base/releases"/*/.env "$base/shared/.env" >&2 || :
  done
}

serve() { # RELEASE: it serves, all services of it and no other; empty: nothing serves. What is on it already is left running
  if [ -z "$1" ]; then
    retire
    return
  fi
  whole "$1" || return 1
  point "$1" || return 1
  describe "$1" || return 1
  supervise || return 1
  register "$1" || return 1
  inspect "$1"
  restart=''
  # shellcheck disable=SC2086
  begun=$(printf ' %s' $started)
  for name in $(services "$1"); do
    case "$begun " in
      # supervisor has just started it
      *" $name "*) continue ;;
    esac
    proven "$name" || restart="$restart $name"
  done
  if [ -n "$restart" ]; then
    # shellcheck disable=SC2086
    order restart $restart >&2 || :
  fi
}
