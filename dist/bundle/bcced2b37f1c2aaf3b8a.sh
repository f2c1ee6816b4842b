# describe.sh BASE RELEASE   the facts of a release, as they were written when it was prepared
# Changes nothing.
# Prints RELEASE.json. Exit: 0, 1 there is no such release.
main() {
  case $2 in
    adopted-*) file=$1/.landfall/adopted/RELEASE.json ;;
    *) file=$1/releases/$2/RELEASE.json ;;
  esac
  { [ -d "$1/releases/$2" ] && cat "$file"; } || die 1 "there is no complete release $2"
}
main "$@"
