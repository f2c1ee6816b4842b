# checked.sh BASE NUMBER   notes that what transaction NUMBER brought back was checked from outside, so that status no longer says it was not
# Changes .landfall/transaction and the journal.
# Prints nothing. Exit: 0 (also when there is nothing to note), 78, 79.
main() {
  target "$1"
  exclusive checked kill "$2"
  [ "$checked" = no ] || return 0
  note checked '' release="$(live)"
  put checked=yes
}
main "$@"
