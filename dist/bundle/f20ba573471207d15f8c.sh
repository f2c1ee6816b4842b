# beat.sh BASE DRIVER   says that this driver still works on its open transaction; nothing when the newest one is not its own
# Each driver has a file of its own, so that one that was overtaken cannot hide the sign of the one that works.
# Changes .landfall/beat.<DRIVER>.
# Prints nothing. Exit: 0.
main() {
  target "$1"
  [ -d "$lf" ] || exit 0
  load
  [ "$driver" = "$2" ] || exit 0
  printf '%s %s\n' "$2" "$now" >"$lf/beat.$2.new"
  mv -f "$lf/beat.$2.new" "$lf/beat.$2"
}
main "$@"
