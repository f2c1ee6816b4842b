# managers.sh: which manager runs the services of this target, and what is asked of it. `manager` names it, as the transaction does:
# supervisor, systemd for the deploy user's own, system for the host's, units for those of the host's that root has written, or adopted for
# what ran them before Landfall came. supervisor.sh, systemd.sh and system.sh answer, with the manager's name before each function's; for
# the last two, kept.sh.

family() { # MANAGER: what the names of the functions begin with that answer for it
  case $1 in
    units | adopted) printf 'kept' ;;
    *) printf '%s' "$1" ;;
  esac
}

chosen() { # WANTED: the manager of the next switch. What serves stays under its own unless told otherwise
  if [ -n "$1" ]; then
    printf '%s' "$1"
  elif [ -n "$(live)" ]; then
    printf '%s' "$manager"
  elif command -v supervisord >/dev/null || ! manages; then
    printf 'supervisor'
  else
    printf 'systemd'
  fi
}

moved_in() { # what ran the services before this transaction, where it was another, ends them: both would want the same ports
  if [ -n "$manager_before" ]; then
    next_manager=$manager
    manager=$manager_before
    rest || return 1
    manager=$next_manager
  fi
}

equipped() { # RELEASE: can it be used for its services? Says what is missing
  "$(family "$manager")_equipped" "$1"
}

quiet() { # RELEASE: where what starts the services goes through the link by itself, nothing runs while the link moves to another release
  [ "$(family "$manager")" != kept ] || kept_quiet "$1"
}

lines_of() { # SERVICE: the last lines that it said
  if [ "$(family "$manager")" = kept ]; then
    kept_lines "$1"
  else
    tail -n 15 "$base/shared/logs/$1.log"
  fi
}

supervise() { # it answers; it is started where it can be
  "$(family "$manager")_supervise"
}

describe() { # RELEASE: its files name the services of the release
  "$(family "$manager")_describe" "$1"
}

register() { # RELEASE: it takes up its files, and ends what is no service of the release. `started` names what it has just begun
  "$(family "$manager")_register" "$1" || return 1
  # who changes them later is found out
  sums=$(as_written) || sums=''
  if [ -n "$sums" ]; then
    printf '%s\n' "$sums" >"$lf/run/written.new" || return 0
    mv -f "$lf/run/written.new" "$lf/run/written" || :
  else
    rm -f "$lf/run/written"
  fi
}

as_written() { # a line for each file by which the manager runs the services, and for what was added beside it: its sum and its path
  "$(family "$manager")_sums" 2>/dev/null
}

patience() { # seconds that an order may take: as long as all services of both releases may take to stop, and a minute
  about "${release:--}"
  now_of=$about
  about "${previous:--}"
  cat "$lf/run/programs"/*.conf "$now_of/services"/* "$about/services"/* 2>/dev/null |
    awk -F = '/^(stopwaitsecs|drain)=[0-9]+$/ { sum += $2 } END { print sum + 60 }'
}

order() { # start|stop|restart NAME...: returns when it is done
  "$(family "$manager")_order" "$@"
}

roll() { # what it says of each service it knows: `name RUNNING pid N, …`, or another of supervisor's words: BACKOFF, it ended and is about to be started again; FATAL, it is given up
  "$(family "$manager")_roll"
}

minds() { # has it services of this target, as far as this user may see?
  "$(family "$manager")_minds"
}

forgot() { # RELEASE: is there a service of it that nobody has started since the boot?
  "$(family "$manager")_forgot" "$1"
}

rest() { # no service runs, and it knows of none
  "$(family "$manager")_rest" || return 1
  rm -f "$lf/run/written.new"
  rm -f "$lf/run/written"
}
