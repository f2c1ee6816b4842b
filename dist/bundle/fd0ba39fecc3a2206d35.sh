# tree.sh BASE RELEASE   tells which files of a release are still as they were uploaded
# RELEASE may be `-`, or one that the host does not have: then there are none.
# Changes nothing.
# Prints a gzip stream of `<type><12 hex digits of the sha256>  ./<path>` NUL. Exit: 0.
main() {
  base=$1
  release=$2
  case $release in
    '' | [.-]* | *[!A-Za-z0-9._-]*) release='' ;;
  esac
  if [ -z "$release" ] || [ ! -d "$base/releases/$release" ] || [ ! -e "$base/trees/$release" ]; then
    gzip -c </dev/null
    return 0
  fi
  cut -z -b 1-13,66- "$base/trees/$release" | gzip -c
}
main "$@"
