# sign-off.sh BASE SEEN NUMBER RUN ATTEMPT WHO   notes in the journal that WHO has looked at what transaction NUMBER brought, and stands for it
# SEEN is `number:phase` of the newest transaction as the caller read it: if it moved since, it exits 75.
# Changes the journal; a run notes it once.
# Prints nothing. Exit: 0, 75, 78, 79.
main() {
  target "$1"
  [ -d "$lf" ] || die 79 "there is no $lf: nothing was opened here"
  lock sign-off kill 30
  [ "$number:$phase" = "$2" ] || die 75 "t$number moved on ($phase) since it was read"
  if ! grep -q "\"tx\":$3,\"e\":\"verified\",.*\"run\":\"$4\",\"attempt\":\"$5\"" "$lf/journal.jsonl" 2>/dev/null; then
    number=$3
    note verified "$6" run="$4" attempt="$5"
  fi
}
main "$@"
