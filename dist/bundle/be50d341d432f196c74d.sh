# keepers.sh: functions over who keeps programs that people have set up, adopted or not: a supervisord that the deploy user may ask
# (`supervisor`), one of root's (`root`), or the system's systemd (`units`). They follow systemd.sh's and system.sh's text.
# The last two do what sudo has the deploy user allowed word by word: to stop and to start these very programs. Nothing else of them
# needs root: what a unit is doing everybody may ask.

keeper() { # where nothing is written about what was adopted, their supervisord obeys the deploy user
  if [ "$manager" != adopted ]; then
    printf 'units'
    return
  fi
  its_keeper=$(fact "$lf/adopted/release" keeper)
  printf '%s' "${its_keeper:-supervisor}"
}

their_conf() { # the file of their supervisord
  fact "$lf/adopted/release" supervisor
}

theirs() { # WORDS...: a word with a supervisord of the deploy user's
  timeout --foreground -k 5 "${may_take:-20}" supervisorctl -c "$(their_conf)" "$@" </dev/null 8>&- 9>&-
}

as_root() { # WORDS...: sudo does it; what it starts ends by itself, for the deploy user could not end it
  sudo -n "$@" </dev/null 8>&- 9>&-
}

usual() { # PROGRAM: where root has it. Never looked for on PATH, which the deploy user writes: it becomes a line of sudoers
  for folder in /usr/bin /bin /usr/local/bin; do
    if [ -x "$folder/$1" ]; then
      printf '%s' "$folder/$1"
      return
    fi
  done
  printf '/usr/bin/%s' "$1"
}

root_words() { # KEEPER CONF PROGRAM: what sudo must allow for this program to be stopped and started, a line each
  case $1 in
    units)
      # a unit that has crashed too often is not started again by systemd until this is forgotten
      for words in 'stop' 'reset-failed' '--no-block start'; do
        printf '%s %s %s.service\n' "$(usual systemctl)" "$words" "$3"
      done
      ;;
    root)
      printf '%s -c %s status\n' "$(usual supervisorctl)" "$2"
      for words in 'stop' 'start'; do
        printf '%s -c %s %s %s\n' "$(usual supervisorctl)" "$2" "$words" "$3"
      done
      ;;
  esac
}

not_allowed() { # reads what root_words prints; prints the lines that sudo does not allow this user without a password. It is asked for its
  # list, once: nothing is tried, for root is told of each attempt. Of entries that fit, the last one holds
  {
    LC_ALL=C sudo -n -l 2>/dev/null </dev/null || :
    echo
    echo 'WANTED'
    cat
  } | awk '
    $0 == "WANTED" { wanting = 1; next }
    wanting { if (allowed["ALL"] > allowed[$0]) { allowed[$0] = allowed["ALL"] } if (allowed[$0] % 2 == 0) { print } next }
    # two more with each entry, and one where no password is asked for
    /^ +\([^)]*\) / {
      runs_as = $0
      sub(/^ +\(/, "", runs_as)
      sub(/[ :)].*/, "", runs_as)
      if (runs_as != "root" && runs_as != "ALL") { next }
      line = $0
      sub(/^ +\([^)]*\) /, "", line)
      count = split(line, entries, ", ")
      free = 0
      for (i = 1; i <= count; i++) {
        entry = entries[i]
        while (match(entry, /^[A-Z]+: /)) {
          tag = substr(entry, 1, RLENGTH - 2)
          if (tag == "NOPASSWD") { free = 1 }
          if (tag == "PASSWD") { free = 0 }
          entry = substr(entry, RLENGTH + 1)
        }
        gsub(/\\/, "", entry)
        order += 2
        if (sub(/^!/, "", entry)) { allowed[entry] = order } else { allowed[entry] = order + free }
      }
    }'
}

barred() { # reads what root_words prints; prints `barred=` with each that sudo does not allow, and `sudo=`, where that is
  print sudo "$(command -v sudo || :)"
  awk 'NF && !seen[$0]++' | not_allowed | sed 's/^/barred=/'
}

keeper_tool() {
  case $(keeper) in
    supervisor) printf 'supervisorctl' ;;
    *) printf 'sudo' ;;
  esac
}

keeper_lets() { # PROGRAM...: may the deploy user stop and start them? Says what sudo does not allow
  kept_by=$(keeper)
  [ "$kept_by" != supervisor ] || return 0
  bars=$(for its in "$@"; do root_words "$kept_by" "$(their_conf)" "$its"; done | not_allowed | sort -u)
  [ -n "$bars" ] || return 0
  say "sudo does not let $(id -un) do this, without a password, to what runs the services:"
  say "$bars"
  return 1
}

keeper_roll() { # PROGRAM...: `program STATE…`, in supervisor's words
  case $(keeper) in
    units)
      # shellcheck disable=SC2046,SC2086
      system_shows show $of_units $(printf '%s.service ' "$@") | in_words ''
      ;;
    root) as_root "$(usual supervisorctl)" -c "$(their_conf)" status ;;
    *) theirs status ;;
  esac
}

keeper_answers() {
  case $(keeper) in
    units) system_shows show --property=Version >/dev/null ;;
    root)
      answered=0
      as_root "$(usual supervisorctl)" -c "$(their_conf)" status >/dev/null 2>&1 || answered=$?
      # 3: a program of it does not run
      [ "$answered" = 0 ] || [ "$answered" = 3 ]
      ;;
    *) theirs pid >/dev/null 2>&1 ;;
  esac
}

keeper_has() { # SERVICE: its program, of whatever group; empty: there is none. Fails where nobody answers
  case $(keeper) in
    units)
      it_is=$(system_shows show --property=LoadState --value "$1.service") || return 1
      if [ "$it_is" = loaded ]; then
        printf '%s' "$1"
      fi
      ;;
    *)
      keeper_answers || return 1
      keeper_roll 2>/dev/null | awk -v own="$1" '{ name = $1; sub(/^.*:/, "", name) } name == own { print $1; exit }'
      ;;
  esac
}

keeper_named() { # in words
  case $(keeper) in
    units) printf "the system's systemd" ;;
    *) printf '%s' "$(their_conf)" ;;
  esac
}

keeper_order() { # start|stop|restart PROGRAM...: returns when it is done, but for a unit that begins: whether it is up is proven otherwise
  action=$1
  shift
  case $(keeper) in
    units)
      refused=0
      for its in "$@"; do
        if [ "$action" != start ]; then
          as_root "$(usual systemctl)" stop "$its.service" >&2 || refused=1
        fi
        if [ "$action" != stop ]; then
          # of one that systemd has put out of its memory it says that it knows none
          as_root "$(usual systemctl)" reset-failed "$its.service" 2>/dev/null || :
          as_root "$(usual systemctl)" --no-block start "$its.service" >&2 || refused=1
        fi
      done
      [ "$refused" = 0 ] || return 1
      ordered "$action" "$@"
      ;;
    root)
      refused=0
      for its in "$@"; do
        if [ "$action" != start ]; then
          as_root "$(usual supervisorctl)" -c "$(their_conf)" stop "$its" || refused=1
        fi
        if [ "$action" != stop ]; then
          as_root "$(usual supervisorctl)" -c "$(their_conf)" start "$its" || refused=1
        fi
      done
      return "$refused"
      ;;
    *)
      may_take=$(patience)
      refused=0
      theirs "$action" "$@" || refused=$?
      may_take=''
      return "$refused"
      ;;
  esac
}

keeper_lines() { # PROGRAM: the last lines that it said, where this user may read them
  case $(keeper) in
    units)
      said_last=$(journalctl --quiet --no-pager --output=cat --lines=15 --unit="$1.service" 2>/dev/null) || :
      printf '%s\n' "${said_last:-what it says is in its own log, or for root alone: sudo journalctl -u $1 (the group systemd-journal may read it, too)}"
      ;;
    root) say "the supervisord of $(their_conf) is root's, and so is its log: sudo supervisorctl -c $(their_conf) tail $1" ;;
    *) theirs tail -2000 "$1" | tail -n 15 ;;
  esac
}
