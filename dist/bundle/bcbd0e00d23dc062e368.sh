# hook.sh BASE NUMBER MOMENT   runs a hook of the release that the open transaction is about
# MOMENT: before-switch, when nothing has changed yet, or after-switch, when the release is up and proven. Run again, it runs the hook
# again; one after a switch that has ended well is not run a second time.
# Changes what the hook changes; after a switch .landfall/transaction, where the time to confirm begins anew; when that is over already, what undo changes.
# Prints remaining=. Prose: the hook, live. Exit: 0, 1 (the hook failed, or the undo), 64, 79, 80 too late (undone).
main() {
  target "$1"
  exclusive hook finish "$2"
  case $3-$phase in
    before-switch-open) hook "$release" before-switch "$previous" || exit 1 ;;
    after-switch-switched)
      if late; then
        go_back silence || exit 1
        die 80 "the time to confirm t$number was over: it is undone"
      fi
      if [ "$hooks" = due ]; then
        hook "$release" after-switch "$previous" || exit 1
        clock
        put hooks=done deadline="$((now + within))"
      fi
      ;;
    before-switch-* | after-switch-*) already 'its hook can no longer run' ;;
    *) die 64 "'$3' is no moment of a hook" ;;
  esac
  print remaining "$((deadline - now))"
}
main "$@"
