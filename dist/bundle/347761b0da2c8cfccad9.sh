# transaction.sh: functions over the state of a target, in $base/.landfall ($lf). Its text follows common.sh's.
# The file `transaction` is the truth; it is replaced whole, by rename, under the mutex. The journal is history.

target() { # BASE: where the state is. PATH becomes as long as it was for the run that opened: cron's and sudo's are shorter
  base=$1
  lf=$base/.landfall
  login_path=$PATH
  if [ -r "$lf/path" ]; then
    PATH=$PATH:$(cat "$lf/path")
  fi
}

clock() { # now: seconds since boot, which no setting of the clock moves; here: this boot, of this PID 1
  read -r now _ </proc/uptime
  now=${now%.*}
  read -r here </proc/sys/kernel/random/boot_id
  IFS= read -r init </proc/1/stat
  init=${init##*) }
  # shellcheck disable=SC2086
  set -- $init
  # a restarted container keeps boot id and uptime, but has a new PID 1: field 22 of its stat is when it started
  here=$here/${20}
}

load() { # the newest transaction into variables; no file: phase none
  number=0 kind='' phase=none release='' previous='' of='' boot='' deadline=0 within=0 driver='' checked='' hooks='' owes=''
  manager=supervisor manager_before='' adopting=''
  clock
  if [ -e "$lf/format" ]; then
    read -r format <"$lf/format" || format='?'
    [ "$format" = 1 ] || die 78 "$lf/format says $format: written by a newer Landfall than this one, which reads 1"
  fi
  [ -e "$lf/transaction" ] || return 0
  while IFS='=' read -r key value; do
    case $key in
      number) number=$value ;;
      kind) kind=$value ;;
      phase) phase=$value ;;
      release) release=$value ;;
      previous) previous=$value ;;
      of) of=$value ;;
      boot) boot=$value ;;
      deadline) deadline=$value ;;
      within) within=$value ;;
      driver) driver=$value ;;
      checked) checked=$value ;;
      hooks) hooks=$value ;;
      owes) owes=$value ;;
      manager) manager=$value ;;
      manager_before) manager_before=$value ;;
      adopting) adopting=$value ;;
    esac
  done <"$lf/transaction"
  for value in "$number" "$deadline" "$within"; do
    case $value in
      '' | *[!0-9]*) die 78 "$lf/transaction is damaged: its number or times are not numbers" ;;
    esac
  done
  case $phase in
    open | switching | switched | undoing | confirmed | undone | held) ;;
    *) die 78 "$lf/transaction is damaged: it names the phase '$phase'" ;;
  esac
  for value in "$manager" "${manager_before:-$manager}"; do
    case $value in
      supervisor | systemd | system | units | adopted) ;;
      *) die 78 "$lf/transaction is damaged: it names the manager '$value'" ;;
    esac
  done
}

live() { # the release that was confirmed last; empty: none ever was, or the first was taken back
  if [ "$phase" = confirmed ]; then
    printf '%s' "$release"
  else
    printf '%s' "$previous"
  fi
}

late() { # the time to confirm is over, by this host's own clock, or the host was started anew since
  [ "$boot" = "$here" ] || return 0
  [ "$now" -ge "$deadline" ]
}

changed() { # KEY=VALUE...: the transaction's lines with these in place of their older ones; unknown lines are kept
  if [ -e "$lf/transaction" ]; then
    while IFS= read -r line; do
      keep=yes
      for pair in "$@"; do
        [ "${pair%%=*}" != "${line%%=*}" ] || keep=no
      done
      [ "$keep" = no ] || printf '%s\n' "$line"
    done <"$lf/transaction"
  fi
  printf '%s\n' "$@"
}

store() { # FILE TEXT: all or nothing, through a power cut and on a full disk too (the reserve is freed for it)
  if ! printf '%s\n' "$2" 2>/dev/null >"$1.new"; then
    rm -f "$lf/reserve"
    printf '%s\n' "$2" >"$1.new" || die 73 "cannot write $1"
  fi
  sync "$1.new" || die 73 "cannot write $1"
  mv -f "$1.new" "$1" || die 73 "cannot write $1"
  sync "$lf"
}

put() { # KEY=VALUE...: changes the transaction
  # never in doubt: errexit is off where a caller asks whether this worked
  text=$(changed "$@") || die 73 "cannot make the new state"
  store "$lf/transaction" "$text"
  load
}

note() { # EVENT TEXT KEY=VALUE...: one line of the journal. Free text travels as base64; written before the state changes, so that history misses nothing
  event=$1
  line="{\"v\":1,\"tx\":$number,\"e\":\"$event\",\"at\":$(date +%s),\"up\":$now"
  text=''
  if [ -n "$2" ]; then
    text=$(printf '%s' "$2" | base64 -w 0)
  fi
  shift 2
  for pair in "$@"; do
    [ -n "$pair" ] || continue
    case ${pair#*=} in
      *[!A-Za-z0-9._:/@#+-]*) continue ;;
    esac
    line="$line,\"${pair%%=*}\":\"${pair#*=}\""
  done
  line="$line,\"text\":\"$text\"}"
  if [ -s "$lf/journal.jsonl" ] && [ -n "$(tail -c 1 "$lf/journal.jsonl")" ]; then
    # a line torn by a power cut must not swallow this one
    line="
$line"
  fi
  if ! printf '%s\n' "$line" 2>/dev/null >>"$lf/journal.jsonl"; then
    rm -f "$lf/reserve"
    # history is not worth an undo: it goes on without
    printf '%s\n' "$line" 2>/dev/null >>"$lf/journal.jsonl" || say "cannot write $lf/journal.jsonl: the disk is full"
  fi
}

lock() { # NAME INTERRUPT SECONDS: the mutex, held until this program ends. Children that outlive it need 9>&-
  exec 9>>"$lf/mutex"
  # the watchdog holds it for a moment every second: not worth a line
  if ! flock -w 2 9; then
    say "waiting for: $(cut -d ' ' -f 3 "$lf/running" 2>/dev/null)"
    if ! flock -w "$3" 9; then
      seize
      flock -w 10 9 || die 75 "another program holds the mutex: $(cat "$lf/running" 2>/dev/null)"
    fi
  fi
  printf '%s %s %s\n' "$$" "$2" "$1" 2>/dev/null >"$lf/running" || :
  load
}

seize() { # ends a program that hangs with the mutex, unless it is one that must finish (which has a limit of its own)
  read -r holder interrupt name <"$lf/running" || return 0
  [ "$interrupt" = kill ] || return 0
  holds "$holder" || return 0
  say "ending '$name' (process $holder), which hangs with the mutex"
  kill -TERM "$holder" 2>/dev/null || :
  sleep 2
  holds "$holder" || return 0
  kill -KILL "$holder" 2>/dev/null || :
}

holds() { # PID: it has the mutex open, so its number was not given to another process since
  [ "$(readlink "/proc/$1/fd/9")" = "$(readlink -f "$lf/mutex")" ]
}

exclusive() { # NAME INTERRUPT NUMBER: the mutex, for the owner of the newest transaction only
  [ -d "$lf" ] || die 79 "there is no $lf: nothing was opened here"
  lock "$1" "$2" 60
  [ "$number" = "$3" ] || die 79 "t$3 was overtaken by t$number: nothing was changed"
}
