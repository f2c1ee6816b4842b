# keep-evidence.sh BASE NUMBER RELEASE SUM   keeps a document of evidence with a release, in place of what is kept there
# Reads the document, whose bytes have the sha256 SUM. NUMBER: `-` while nothing is open; else t<NUMBER> must be the newest.
# Changes <base>/releases/<RELEASE>/.landfall/EVIDENCE.json, by rename.
# Prints nothing. Exit: 0, 1 (it came cut short, or there is no such release), 64, 73, 79.
main() {
  target "$1"
  case $3 in
    '' | [.-]* | *[!A-Za-z0-9._-]*) die 64 "'$3' is not the name of a release" ;;
  esac
  if [ "$2" != - ]; then
    exclusive keep-evidence kill "$2"
  fi
  folder=$base/releases/$3/.landfall
  [ -d "$folder" ] || die 1 "there is no complete release $3"
  cat >"$folder/EVIDENCE.json.new" || die 73 "cannot write $folder/EVIDENCE.json.new"
  got=$(sha256sum <"$folder/EVIDENCE.json.new")
  if [ "${got%% *}" != "$4" ]; then
    rm -f "$folder/EVIDENCE.json.new"
    die 1 "the evidence did not come whole: what is kept with $3 is as it was"
  fi
  sync "$folder/EVIDENCE.json.new"
  mv -f "$folder/EVIDENCE.json.new" "$folder/EVIDENCE.json"
}
main "$@"
