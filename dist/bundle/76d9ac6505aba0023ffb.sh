# take-back.sh BASE NUMBER WHY   runs the host's own undo
# Changes what undo changes.
# Prints phase=, number=, release=. Exit: as undo.
main() {
  exec sh "$1/.landfall/undo" "t$2" "$3"
}
main "$@"
