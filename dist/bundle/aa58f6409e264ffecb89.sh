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
  # one program for all processes, never one for each: this is asked several times in every switch
  kin=$(families)
  found=$(truth "$1")
}

families() { # `service pid main` of each main process and its descendants
  {
    printf '%s\n\n' "$managed"
    cat /proc/[0-9]*/stat 2>/dev/null
  } | awk '
    $0 == "" { all = 1; next }
    !all { service[$2] = $1; next }
    # every process of this host: its pid, its name in brackets, its state, its parent. A name may hold spaces and brackets
    $1 ~ /^[0-9]+$/ {
      count = split($0, behind, /\) /)
      if (count > 1 && split(behind[count], field, " ") > 1) { parent[$1] = field[2] }
    }
    END {
      for (p in parent) {
        n = 0
        for (q = p; q in parent && !(q in service) && n++ < 99; q = parent[q]) { }
        if (q in parent && q in service) { print service[q], p, q }
      }
    }'
}

truth() { # RELEASE: `service pid release verdict`: which release does each process of its services run, seen from outside?
  # an installation made by hand that is not, or no longer, among the releases
  made=''
  if [ -n "$adopting" ]; then
    made=$(cd -P "$(dirname "$adopting")" && pwd)/${adopting##*/}
  fi
  # what its manager runs besides, under a name that the release has not, is stale whatever it runs; pid 0: one that is starting or stopping
  {
    services "$1"
    echo
    printf '%s\n' "$states" | sed -n 's/^\([^ ]*\) *\(STARTING\|BACKOFF\|STOPPING\)\( .*\)*$/\1/p'
    echo
    printf '%s\n\n' "$kin"
    where_they_work
    echo
    what_they_were_told
  } | awk -v root="$(cd -P "$base/releases" && pwd)/" -v wanted="$1" -v made="$made" -v previous="$previous" '
    $0 == "" { part++; next }
    part == 0 { services[++count] = $0; own[$0]; next }
    part == 1 { others[$0]; next }
    part == 2 { service[$2] = $1; main[$2] = $3; next }
    part == 3 { pid = $1; gsub(/[^0-9]/, "", pid); if (NF > 1) { cwd[pid] = substr($0, length($1) + 2) }; next }
    { pid = $0; sub(/:.*/, "", pid); gsub(/[^0-9]/, "", pid); told[pid] = $0; sub(/^[^=]*=/, "", told[pid]) }
    function told_of(name, mine,   pid, runs, ok, seen) {
      for (pid in cwd) {
        # as texts: 1 and 01 are two names
        if (service[pid] "" != name "") { continue }
        runs = "-"
        if (index(cwd[pid], root) == 1) {
          runs = substr(cwd[pid], length(root) + 1)
          # a folder that was deleted under the process reads `<id> (deleted)`
          if (runs ~ / \(deleted\)$/) { runs = "deleted" }
          sub(/\/.*/, "", runs)
        } else if (made != "" && index(cwd[pid] "/", made "/") == 1) {
          runs = previous
        } else if (pid != main[pid]) {
          # a child that works elsewhere is no evidence; the service itself must be in a release
          continue
        }
        ok = mine && runs == wanted && (told[pid] == "" || told[pid] == runs)
        print name, pid, runs, ok ? "ok" : "stale"
        seen = 1
      }
      return seen
    }
    END {
      for (i = 1; i <= count; i++) {
        # one that ended between the two looks is missing too
        if (!told_of(services[i], 1)) { print services[i], "0 - missing" }
      }
      for (pid in service) { others[service[pid]] }
      for (name in others) {
        if (!(name in own) && !told_of(name, 0)) { print name, "0 - stale" }
      }
    }'
}

files_of() { # NAME [SERVICE]: the file of this name below /proc of each process that was found, of all services or of one
  while read -r service pid _; do
    if [ -n "$pid" ] && [ "${2:-$service}" = "$service" ]; then
      printf '/proc/%s/%s\n' "$pid" "$1"
    fi
  done <<END
$kin
END
}

where_they_work() { # `/proc/<pid>/cwd <folder>`
  # shellcheck disable=SC2046
  set -- $(files_of cwd)
  [ $# -eq 0 ] || find "$@" -maxdepth 0 -printf '%p %l\n' 2>/dev/null || :
}

what_they_were_told() { # `/proc/<pid>/environ:LANDFALL_RELEASE=<release>`, where the launcher began them
  # shellcheck disable=SC2046
  set -- $(files_of environ)
  [ $# -eq 0 ] || grep -azH '^LANDFALL_RELEASE=' "$@" 2>/dev/null | tr '\0' '\n' || :
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
  sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$port" '$4 == "0A" && substr($2, length($2) - 4) == p { print "socket:[" $10 "]" }')
  [ -n "$sockets" ] || return 1
  # shellcheck disable=SC2046
  set -- $(files_of fd "$2")
  # every descriptor of every process of it
  [ $# -gt 0 ] && find "$@" -type l -printf '%l\n' 2>/dev/null | grep -qFx "$sockets"
}
