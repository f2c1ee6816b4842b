# tell.sh BASE NUMBER...   notes in the journal that people were told what the host did by itself with these transactions
# Changes the journal.
# Prints nothing. Exit: 0, 75, 78.
main() {
  target "$1"
  shift
  [ -d "$lf" ] || exit 0
  lock tell kill 30
  for one in "$@"; do
    if ! grep -q "\"tx\":$one,\"e\":\"told\"" "$lf/journal.jsonl" 2>/dev/null; then
      number=$one
      note told ''
    fi
  done
}
main "$@"
