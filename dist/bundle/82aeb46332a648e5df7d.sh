# renew.sh BASE NUMBER WITHIN   the run goes on: the host waits WITHIN seconds more (0: as long as at the switch) before it undoes by itself
# Changes .landfall/transaction; when it is too late, what undo changes.
# Prints remaining=. Exit: 0, 1 the undo failed, 79, 80 too late (undone).
main() {
  target "$1"
  exclusive renew finish "$2"
  case $phase in
    switched) ;;
    *) already 'its time cannot be renewed' ;;
  esac
  if late; then
    go_back silence || exit 1
    die 80 "the time to confirm t$number was over: it is undone"
  fi
  longer=$3
  if [ "$longer" = 0 ]; then
    longer=$within
  fi
  put deadline="$((now + longer))" within="$longer"
  print remaining "$longer"
}
main "$@"
