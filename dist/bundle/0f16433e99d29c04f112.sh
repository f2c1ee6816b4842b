# confirm.sh BASE NUMBER   the release stays. After its time it is undone here and now instead, so that a dead watchdog cannot let it in.
# Changes .landfall/transaction and the journal; when it is too late, what undo changes.
# Prints phase=, number=, release=. Exit: 0 (also when it was confirmed before), 1 the undo failed, nothing was switched, or a hook is due, 79, 80 too late.
main() {
  target "$1"
  exclusive confirm finish "$2"
  case $phase in
    confirmed) ;;
    switched)
      if late; then
        go_back silence || exit 1
        die 80 "the time to confirm t$number was over: it is undone"
      fi
      [ "$hooks" != due ] || die 1 "the hook after-switch of $release has not ended well: t$number cannot be confirmed"
      note confirmed '' release="$release" previous="$previous"
      put phase=confirmed deadline=0 adopting=
      ;;
    open | switching) die 1 "t$number has switched nothing: there is nothing to confirm" ;;
    *) already 'the host took it back' ;;
  esac
  drop_notices
  print phase "$phase"
  print number "$number"
  print release "$release"
}
main "$@"
