# undo t42 [WHY]   lies on the host as <base>/.landfall/undo: takes transaction t42 back, by whoever is asked to. WHY is `asked` unless
#                  given; other words (failed, overtaken, aborted by …) are of runs that give up what is theirs: a confirmed one stays
# undo watch       waits until the newest transaction is closed, and undoes it when its time is over or its program died
# undo recover     finishes what was left half-way, and starts what a reboot ended
# undo tell t42 CAME WHY   says what it did by itself to those whose addresses the run that opened t42 has left here; for the other two
# Open: what served before serves again. Confirmed: a new transaction goes back to the release before (code only), or refuses in words.
# Run by the deploy user only.
# Undone already, or not the newest: nothing. So it can be pasted twice, and run again after a kill.
# Changes <base>/current, what serves, .landfall/run, .landfall/transaction and the journal; from a confirmed release, .env of the one before.
# Prints phase=, number=, release= (what serves now); recover also untouched=yes, where there was nothing to do and nobody to wait for. Exit: 0, 1 the undo failed or is refused, 64, 69, 75, 77, 78, 79 not the newest.
main() {
  here_is=$(cd -P "$(dirname "$0")" && pwd)
  target "${here_is%/.landfall}"
  # what another user writes or starts here, the deploy user could not end
  [ "$(id -u)" = "$(stat -c %u "$lf")" ] || die 77 "run this as $(stat -c %U "$lf"), whose target it is"
  case ${1:-} in
    watch) watch ;;
    recover) recover "${2:-}" ;;
    tell) tell "${2:-}" "${3:-}" "${4:-}" ;;
    t[0-9]*) take_back "${1#t}" "${2:-asked}" ;;
    *) die 64 "usage: sh $lf/undo t42   (sh $lf/status shows the number)" ;;
  esac
}

report() {
  print phase "$phase"
  print number "$number"
  # what was made by hand and given back is no release any more, but serves
  print release "${gave_back:-$(live)}"
}

take_back() { # NUMBER WHY
  lock undo finish 600
  if [ "$number" != "$1" ]; then
    if [ "$kind" = undo ] && [ "$of" = "$1" ]; then
      taken_back "$1"
      return
    fi
    die 79 "t$1 is not the newest transaction, t$number is: nothing was changed"
  fi
  case $phase in
    open) close_open "$2" ;;
    switching | switched | undoing | held) go_back "$2" || failed=yes ;;
    undone) say "t$number is undone already: ${previous:-nothing} serves" ;;
    confirmed)
      # a run that failed while its confirm was under way does not know that it was confirmed; a person knows what he asks for
      if [ "$2" = asked ]; then
        leave asked
      else
        say "t$number is confirmed: $release stays"
      fi
      ;;
  esac
  drop_notices
  drop_others
  report
  [ "${failed:-no}" = no ] || exit 1
}

taken_back() { # NUMBER: the newest transaction is the one that took it back
  case $phase in
    confirmed) say "t$1 was taken back already, by t$number" ;;
    undone | held) leave asked "$1" ;;
    *) settle || failed=yes ;;
  esac
  report
  [ "${failed:-no}" = no ] || exit 1
}

leave() { # WHY [NUMBER]: a transaction of its own goes back from a confirmed release to the one before it
  from=$(live)
  back=$previous
  if [ -n "${2:-}" ]; then
    back=$release
  fi
  [ -n "$back" ] || die 1 "t$number was the first release here: there is none to go back to"
  [ "$back" != "$from" ] || die 1 "t$number deployed $from again: $from served before, too, and there is none to go back to by it"
  whole "$back" || die 1 "the release before, $back, is no longer whole on this host"
  if [ "$(facts "$from" leaves)" != "$(facts "$back" leaves)" ]; then
    die 1 "$back expects another database schema than $from: going back needs its migrations reversed first"
  fi
  carry_env "$from" "$back" || die 73 "cannot write the environment of $back"
  taken=${2:-$number}
  undoes=$((number + 1))
  # of an opening that was killed
  rm -f "$lf/notices.t$undoes"
  number=$undoes
  note opened "$1" kind=undo of="$taken" release="$back" previous="$from"
  put number="$undoes" kind=undo of="$taken" phase=switching release="$back" previous="$from" manager_before= hooks= owes= \
    boot="$here" deadline=0 checked= opened="$now" driver=hand actor="$(id -un)" run=hand attempt=1 run_number=0 workflow=hand token=hand url=
  guard
  go_forward || failed=yes
}

watch() { # one watchdog a target: a second one waits for the first to end, so that none is ever missing
  exec 8>>"$lf/watch.lock"
  flock 8
  attended=no
  while :; do
    lock watch finish 3600
    case $phase in
      # open: nothing is to be undone by the clock, and the switch starts a watchdog of its own
      none | open | confirmed) exit 0 ;;
      undone | held)
        announce
        exit 0
        ;;
    esac
    # in a subshell: what ends it, a full disk for one, must not end the watching
    (mend) || sleep 5
    exec 9>&-
    sleep 1
  done
}

at_work() { # a program that must finish has the mutex: nothing was left half-way, and nobody needs to wait for it here
  exec 9>>"$lf/mutex"
  flock -n 9 && return 1
  untouched=no
  flock -w 5 9 && return 1
  exec 9>&-
  read -r _ interrupt name <"$lf/running" || return 1
  [ "$interrupt" = finish ] || return 1
  say "at work: $name"
}

recover() { # [attended]: a run asks, and tells people itself
  attended=no
  [ "$1" != attended ] || attended=yes
  untouched=yes
  if at_work; then
    load
    report
    return
  fi
  lock recover finish 600
  left="$phase $number"
  mend || failed=yes
  [ "$attended" = yes ] || announce
  [ "$left" = "$phase $number" ] || untouched=no
  case $phase in
    open | switched)
      if [ "$phase" = switched ] && flock -n "$lf/watch.lock" true; then
        untouched=no
        guard
      fi
      ;;
    confirmed | undone)
      serving=$(live)
      if [ -n "$serving" ] && [ ! -L "$base/current" ] && [ ! -e "$base/current" ]; then
        say "current is gone: it leads to $serving again"
        untouched=no
        point "$serving" || :
      fi
      # no fault when it fails: the deploy that mends it must get past here
      if [ -n "$serving" ] && forgot "$serving" && untouched=no && ! { serve "$serving" && prove "$serving"; }; then
        say "$serving, which was confirmed last, does not start"
        # schedulers wait for the rest to be up, and at a boot nobody comes back to them
        rouse "${last:-}" || :
      fi
      ;;
  esac
  drop_notices
  drop_others
  report
  [ "${failed:-no}" = no ] || exit 1
  [ "$untouched" = no ] || print untouched yes
}
main "$@"
