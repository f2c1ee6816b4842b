# processes.sh: functions that say what a release is, and which release each process really runs, seen from outside.
# They follow transaction.sh's text, and ask managers.sh's.

fact() { # FILE KEY: the value of a key=value line; empty: there is none
  [ -e "$1" ] || return 0
  while IFS= read -r line; do
    case $line in
      "$2="*)
        printf '%s' "${line#*=}"
        return 0
        ;;
    esac
  done <"$1"
}

about() { # RELEASE: sets about, the folder of what is written about it. Nothing is put into one that was made by hand
  case $1 in
    adopted-*) about=$lf/adopted ;;
    *) about=$base/releases/$1/.landfall ;;
  esac
}

facts() { # RELEASE KEY: a fact of a release; empty: it has none
  about "$1"
  fact "$about/release" "$2"
}

services() { # RELEASE: names of its services
  about "$1"
  for file in "$about/services"/*; do
    if [ -e "$file" ]; then
      printf '%s\n' "${file##*/}"
    fi
  done
}

setting() { # RELEASE SERVICE KEY
  about "$1"
  fact "$about/services/$2" "$3"
}

inspect() { # RELEASE: states, what the manager says; managed, `name pid` of each service that it calls running; found, what processes says
  # asked once: each question to supervisor takes as long as a Python takes to start
  states=$(roll) || :
  managed=$(printf '%s\n' "$states" | sed -n 's/^\([^ ]*\) *RUNNING *pid \([0-9]*\),.*/\1 \2/p')
  examine "$1"
}

examine() { # RELEASE: what inspect found, but for what the manager says: that stays as it was told last
  # `pid parent` of every process of this host; a name may hold spaces and brackets
  parents=$(cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) [A-Za-z] \([0-9]*\) .*/\1 \2/p')
  found=$(processes "$1")
}

main_of() { # SERVICE: its main process, as inspect found it; empty: it does not run
  while read -r service pid; do
    if [ "$service" = "$1" ]; then
      printf '%s' "$pid"
    fi
  done <<END
$managed
END
}

family() { # PID: it and its descendants, as inspect found them
  printf '%s\n' "$parents" | awk -v top="$1" '
    { parent[$1] = $2 }
    END {
      for (p in parent) {
        n = 0
        for (q = p; q in parent && q != top && n++ < 99; q = parent[q]) { }
        if (q == top) { print p }
      }
    }'
}

truth() { # RELEASE SERVICE PID: which release does each process of the service run, seen from outside? `service pid release verdict`
  root=$(cd -P "$base/releases" && pwd)
  # an installation made by hand that is not, or no longer, among the releases; no path begins with two slashes
  made=//
  if [ -n "$adopting" ]; then
    made=$(cd -P "$(dirname "$adopting")" && pwd)/${adopting##*/}
  fi
  for pid in $(family "$3"); do
    cwd=$(readlink "/proc/$pid/cwd" 2>/dev/null) || continue
    case $cwd in
      "$root"/*)
        runs=${cwd#"$root"/}
        # a folder that was deleted under the process reads `<id> (deleted)`
        case $runs in
          *' (deleted)') runs=deleted ;;
        esac
        runs=${runs%%/*}
        ;;
      "$made" | "$made"/*) runs=$previous ;;
      *)
        # a child that works elsewhere is no evidence; the service itself must be in a release
        [ "$pid" = "$3" ] || continue
        runs=-
        ;;
    esac
    told=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | sed -n 's/^LANDFALL_RELEASE=//p')
    if [ "$runs" = "$1" ] && [ "${told:-$runs}" = "$runs" ]; then
      printf '%s %s %s ok\n' "$2" "$pid" "$runs"
    else
      printf '%s %s %s stale\n' "$2" "$pid" "$runs"
    fi
  done
}

processes() { # RELEASE: `service pid release verdict` for each process of each of its services, of those that are managed
  for name in $(services "$1"); do
    main=$(main_of "$name")
    seen=''
    if [ -n "$main" ]; then
      seen=$(truth "$1" "$name" "$main")
    fi
    # one that ended between the two looks is missing too
    printf '%s\n' "${seen:-$name 0 - missing}"
  done
}

proven() { # SERVICE: by what was found last, it runs, and each of its processes is on the release
  result=1
  while read -r service _ _ verdict; do
    [ "$service" = "$1" ] || continue
    [ "$verdict" = ok ] || return 1
    result=0
  done <<END
$found
END
  return "$result"
}

listens() { # RELEASE SERVICE: one of its processes listens where the service is said to
  where=$(setting "$1" "$2" listen)
  [ -n "$where" ] || return 0
  port=$(printf '%04X' "${where##*:}")
  main=$(main_of "$2")
  [ -n "$main" ] || return 1
  sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$port" '$4 == "0A" && substr($2, length($2) - 4) == p { print "socket:[" $10 "]" }')
  [ -n "$sockets" ] || return 1
  for pid in $(family "$main"); do
    if readlink "/proc/$pid/fd"/* 2>/dev/null | grep -qFx "$sockets"; then
      return 0
    fi
  done
  return 1
}
