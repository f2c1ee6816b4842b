# try-site.sh BASE   asks root's program, and it nginx, whether a release could have this site
# Reads the words of the site on stdin.
# Changes nothing.
# Prints missing=yes (there is no program of root's that knows of sites), or domains= and, where it refuses, refused= (base64 of what it said). Exit: 0.
main() {
  target "$1"
  words=$(cat)
  if ! sites_answer; then
    print missing yes
    return 0
  fi
  root_does domains
  said=$(root_does "try
$words" 2>&1) || print refused "$(printf '%s' "$said" | base64 -w 0)"
}
main "$@"
