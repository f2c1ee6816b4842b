# status   lies on the host as <base>/.landfall/status: says in words what serves, what is open, and how to take it back
# Changes nothing. Prints words for a person. Exit: 0, 78.
main() {
  here_is=$(cd -P "$(dirname "$0")" && pwd)
  target "${here_is%/.landfall}"
  load
  current=$(readlink "$base/current" || :)
  printf 'target       %s\n' "$base"
  printf 'serves       %s\n' "${current#releases/}"
  printf 'transaction  t%s %s\n' "$number" "$(meaning)"
  if [ "$checked" = no ]; then
    printf 'checked      not from outside, since it was brought back: the next action does it\n'
  fi
  printf 'release      %s (before: %s)\n' "$release" "${previous:-none}"
  printf 'opened by    %s %s\n' "$(claim actor)" "$(claim url)"
  if [ -n "$release" ] && minds; then
    serving=${current#releases/}
    inspect "$serving"
    printf '%s\n' "$found" | while read -r service pid runs verdict; do
      printf 'process      %s %s on %s: %s\n' "$service" "$pid" "$runs" "$verdict"
    done
  fi
  boot
  case $phase in
    open | switching | switched | undoing | held) printf 'take back    sh %s/undo t%s\n' "$lf" "$number" ;;
    confirmed) [ -z "$previous" ] || [ "$previous" = "$release" ] || printf 'take back    sh %s/undo t%s   (to %s)\n' "$lf" "$number" "$previous" ;;
  esac
}

boot() { # asked by another user, it would be about the wrong systemd
  [ "$(id -u)" = "$(stat -c %u "$lf")" ] || return 0
  if ! { manages && recovers; }; then
    printf 'at boot      nothing is installed that starts it: sh %s/undo recover\n' "$lf"
  elif [ "$(system_shows is-enabled "landfall-before-nginx-$(mark).service")" = enabled ]; then
    printf 'at boot      the host recovers by itself, before nginx starts\n'
  else
    printf 'at boot      the host recovers by itself\n'
  fi
}

claim() {
  sed -n "s/^$1=//p" "$lf/transaction" 2>/dev/null
}

meaning() {
  case $phase in
    none) printf 'nothing was ever deployed here' ;;
    open) printf 'open: nothing is switched yet' ;;
    switching) printf 'is switching now' ;;
    switched)
      if late; then
        printf 'switched, not confirmed in time: the watchdog undoes it'
      else
        printf 'switched, not confirmed: undone by itself at %s' "$(date -d "@$(($(date +%s) + deadline - now))" '+%H:%M:%S %Z')"
      fi
      ;;
    undoing) printf 'is being undone now' ;;
    confirmed) printf 'confirmed' ;;
    undone) printf 'undone' ;;
    held) printf 'HELD: its undo failed and a person must decide' ;;
  esac
}
main "$@"
