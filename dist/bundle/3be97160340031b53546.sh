# tree.sh BASE RELEASE   tells which files of a release are still as they were uploaded
# RELEASE may be `@`, the one that <base>/current leads to; `-`, or one that the host does not have: then there are none.
# Changes nothing.
# Prints a gzip stream of the release's name NUL, and `<type><12 hex digits of the sha256>  ./<path>` NUL. Exit: 0.
main() {
  base=$1
  release=$2
  if [ "$release" = @ ]; then
    release=$(readlink "$base/current" 2>/dev/null || :)
    release=${release#releases/}
  fi
  case $release in
    '' | [.-]* | *[!A-Za-z0-9._-]*) release='' ;;
  esac
  {
    printf '%s\0' "$release"
    if [ -n "$release" ] && [ -d "$base/releases/$release" ] && [ -e "$base/trees/$release" ]; then
      cut -z -b 1-13,66- "$base/trees/$release"
    fi
  } | gzip -c
}
main "$@"
