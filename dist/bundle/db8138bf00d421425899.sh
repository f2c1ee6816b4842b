# recover.sh BASE   finishes what an earlier run left half-way on this host; every action begins with it
# The host's own program does it, as the transaction that is open wrote it.
# Changes what undo changes; nothing where nothing was left half-way.
# Prints phase=, number=, release=; untouched=yes, where there was nothing to do and nobody to wait for. Exit: 0, 1 an undo failed (held), 75, 78.
main() {
  if [ ! -e "$1/.landfall/transaction" ]; then
    print phase none
    print number 0
    print release ''
    print untouched yes
    exit 0
  fi
  exec sh "$1/.landfall/undo" recover attended
}
main "$@"
