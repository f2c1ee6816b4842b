# undoing.sh: functions that take the newest transaction back. They follow serving.sh's text and need the mutex.
# `undoing` is written before the first change: killed half-way, the next one finishes it, and no confirm gets in between.

go_back() { # WHY: what served before this transaction serves again, proven; else the target is held for a person
  brings=$("$(family "${manager_before:-$manager}")_tool")
  if [ -n "$previous" ] && ! command -v "$brings" >/dev/null; then
    die 69 "$brings is not on the PATH of $(id -un): nothing was undone yet ($PATH)"
  fi
  # where not even this can be written, what served before is brought back all the same
  (put phase=undoing) || say "the state cannot be written; going on"
  load
  patient=yes
  say "t$number: back to ${previous:-nothing, for nothing served before}"
  hook "$release" before-undo "$previous" || say "t$number: going back all the same"
  if brought_back; then
    serves=$previous
    closed "$1" checked="${previous:+no}"
    say "t$number is undone: ${serves:-nothing} serves"
    return 0
  fi
  # it ends the services and the programs of an undo in any order; one that is only half done is finished at the next start
  if going_down; then
    say "t$number: the host is going down; the undo goes on when it is up again"
    return 1
  fi
  note held "$1" release="$release" previous="$previous"
  ends held "$1"
  say "t$number: the undo failed; everything is left as it is"
  return 1
}

brought_back() { # what served before serves again, proven
  # nginx first, as a switch has it last; where it fails, what serves is brought back all the same, and nginx asked again
  led=yes
  site "$previous" || led=no
  if [ -n "$adopting" ]; then
    give_back || return 1
  else
    moved_back || return 1
    serve "$previous" || return 1
  fi
  [ -z "$previous" ] || prove "$previous" || return 1
  [ "$led" = yes ] || site "$previous"
}

closed() { # WHY KEY=VALUE...: the transaction is undone
  note undone "$1" release="$release" previous="$previous"
  if [ -n "$adopting" ]; then
    # what was made by hand is no release any more
    gave_back=$previous
    set -- "$@" previous= adopting= manager=supervisor
  fi
  ends undone "$@"
}

ends() { # PHASE WHY KEY=VALUE...: the newest transaction has come to this. What this host owes people to tell of it itself is part of the same write
  its_end=$1
  owing=''
  if [ "${telling:-no}" = yes ] && [ -e "$lf/notices.t$number" ]; then
    owing=$2
  fi
  shift 2
  put phase="$its_end" deadline=0 owes="$owing" "$@"
  drop_notices
}

drop_notices() { # what people would be told by this host of what is over: a run tells them, or there is nothing to tell. There are secrets in it
  case $phase in
    confirmed | undone | held) [ -n "$owes" ] || rm -f "$lf/notices.t$number" ;;
  esac
}

drop_others() { # messages of every other transaction: it is over, or was never opened
  for file in "$lf"/notices.*; do
    [ "$file" = "$lf/notices.t$number" ] || rm -f "$file"
  done
}

close_open() { # WHY: a transaction that switched nothing: nobody is told
  telling=no
  closed "$1"
  say "t$number is closed: nothing had been switched"
}

moved_back() { # to the manager that ran the services before this transaction, where it is another: what runs under the newer one ends first
  if [ -n "$manager_before" ]; then
    rest || return 1
    (put manager="$manager_before" manager_before=) || say "the state cannot be written; going on"
    manager=$manager_before
    manager_before=''
  fi
}

go_forward() { # finishes the transaction by which a person took a confirmed one back
  hook "$previous" before-undo "$release" || say "t$number: going back all the same"
  if serve "$release" && prove "$release" && site "$release"; then
    note confirmed 'asked' release="$release" previous="$previous"
    put phase=confirmed deadline=0 checked=no
    say "t$of is taken back by t$number: $release serves"
    return 0
  fi
  say "t$number: $release does not come up"
  go_back failed
  return 1
}

settle() { # what the newest transaction needs now that nobody else works on it. Exit 1: it could not be undone
  case $phase in
    switching)
      # the mutex is free, so the program that switched died half-way
      if [ "$kind" = undo ]; then
        go_forward
      else
        go_back died
      fi
      ;;
    undoing) go_back died ;;
    switched)
      if [ "$boot" != "$here" ]; then
        go_back reboot
      elif late; then
        go_back silence
      fi
      ;;
    open)
      if [ "$boot" != "$here" ]; then
        close_open reboot
      fi
      ;;
  esac
}

already() { # WHAT: the transaction is no longer this run's to go on with. An undo that died half-way is finished first
  case $phase in
    undoing) go_back died || exit 1 ;;
    held) die 1 "t$number is held: its undo failed, and a person must decide" ;;
    confirmed) die 79 "t$number is confirmed by others: nothing was changed" ;;
  esac
  die 80 "t$number is $phase: $1"
}

guard() { # starts the watchdog: it needs neither this program, nor its connection, nor its lock. And lets the host recover at boot, where it can
  if manages; then
    at_boot || say "systemd is not told to recover $base at boot: ${HOME:-}/.config/systemd/user cannot be written, or is not where it looks"
    if minded; then
      return 0
    fi
    say "systemd did not start the watchdog: it is a plain process, which ends with the host"
  fi
  (cd / && setsid sh "$lf/undo" watch </dev/null >>"$lf/watch.log" 2>&1 9>&- &)
}
