# switch.sh BASE NUMBER RELEASE LIMIT WITHIN ENVFROM MANAGER   makes the release serve: link, services, proof. Its undo is armed before the first change.
# LIMIT: seconds this program may take; WITHIN: seconds until the host undoes by itself, from the end of the switch on.
# ENVFROM: the release whose environment variables are carried over first (a rollback), or empty.
# MANAGER: what is to run the services, supervisor, systemd, system or units; empty: what runs them now, else what the host has.
# Changes <base>/current, what serves, nginx's site of the target, .landfall/run, .landfall/transaction and the journal; starts the watchdog.
# Prints proven=yes, remaining=, since= (how long ago its youngest main process that answers began: hundredths of a second), and process= lines (service pid release verdict). Exit: 0, 1 not proven, 78, 79, 80.
main() {
  target "$1"
  exclusive switch finish "$2"
  to=$3
  case $phase in
    open | switching) ;;
    switched)
      [ "$release" = "$to" ] || die 79 "t$number has switched to $release, not to $to"
      prove "$to" || exit 1
      told
      exit 0
      ;;
    *) already 'it can no longer switch' ;;
  esac
  about "$to"
  { [ -d "$base/releases/$to" ] && [ -e "$about/release" ]; } || die 64 "there is no prepared release $to"
  by=$(chosen "$7")
  if [ "$by" != "$manager" ] && [ -n "$(live)" ]; then
    manager_before=$manager
  fi
  manager=$by
  equipped "$to" || exit 69
  if sited "$to" && ! sites_answer; then
    die 69 "$(id -un) may not have nginx serve the site of $to: run the setup script as root, with its domains"
  fi
  if [ -n "$6" ]; then
    carry_env "$6" "$to" || die 73 "cannot write the environment of $to"
  fi
  note switching '' release="$to" previous="$previous"
  put phase=switching boot="$here" deadline="$((now + $4 + $5))" within="$5" release="$to" manager="$manager" manager_before="$manager_before"
  guard
  moved_in || exit 1
  if [ -n "$adopting" ]; then
    take_over || exit 1
  fi
  serve "$to" || exit 1
  prove "$to" || exit 1
  # nginx last: one that does not come up is never led to
  site "$to" || exit 1
  clock
  note switched '' release="$to" previous="$previous"
  due=''
  if hooked "$to" after-switch; then
    due=due
  fi
  put phase=switched deadline="$((now + $5))" hooks="$due"
  told
}

told() {
  [ -n "${found:-}" ] || inspect "$release"
  print proven yes
  print remaining "$((deadline - now))"
  # who answers from then on is the release; nobody waits for an answer of the others
  print since "$(youngest "$(having worker "$release")$(having scheduler "$release")")"
  printf '%s\n' "$found" | sed -n 's/^./process=&/p'
}
main "$@"
