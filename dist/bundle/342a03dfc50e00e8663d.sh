# halting.sh: functions by which all programs that others keep come to a stop, and by which it is seen that nobody works there any more.
# They follow kept.sh's text.

at_work_below() { # FOLDER...: pids of all processes that this user can see and whose working directory is in one of them
  for folder in "$@"; do
    real=$(cd -P "$folder" 2>/dev/null && pwd) || continue
    # shellcheck disable=SC2012 # names below /proc are numbers
    ls -ld /proc/[0-9]*/cwd 2>/dev/null | awk -v root=" -> $real" '
      {
        at = index($0, root)
        rest = substr($0, at + length(root))
      }
      at && (rest == "" || rest ~ /^\//) {
        sub(/^.* \/proc\//, "")
        sub(/\/cwd -> .*$/, "")
        print
      }'
  done
}

halt() { # all programs stop, in the order of their roles: workers finish what they are at while web still answers
  halted=yes
  states=$(roll) || :
  schedulers=$(having scheduler "$release" "$previous")
  workers=$(having worker "$release" "$previous")
  halts_first=''
  halts_then=''
  halts_last=''
  for own in $(kept_names); do
    # at a boot, a unit that does not run may be about to: an order to stop is what takes that back. Of one that is gone sudo may know nothing
    if [ "$(keeper)" = units ]; then
      ! gone "$own" || continue
    elif in_state 'STOPPED|EXITED|FATAL' "$own"; then
      continue
    fi
    case "$schedulers" in
      *" $own "*)
        halts_first="$halts_first $own"
        continue
        ;;
    esac
    case "$workers" in
      *" $own "*) halts_then="$halts_then $own" ;;
      *) halts_last="$halts_last $own" ;;
    esac
  done
  for group in "$halts_first" "$halts_then" "$halts_last"; do
    if [ -n "$group" ]; then
      # shellcheck disable=SC2086
      each stop $group
    fi
  done
}

idle() { # FOLDER...: nobody works there any more
  tries=0
  while busy=$(at_work_below "$@") && [ -n "$busy" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 50 ]; then
      say "processes still work in $*: $(printf '%s' "$busy" | tr '\n' ' ')"
      return 1
    fi
    sleep 0.1
  done
}
