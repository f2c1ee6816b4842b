# describe.sh BASE RELEASE   the facts of a release, as they were written when it was prepared
# Changes nothing.
# Prints RELEASE.json. Exit: 0, 1 there is no such release.
main() {
  cat "$1/releases/$2/RELEASE.json" || die 1 "there is no complete release $2"
}
main "$@"
