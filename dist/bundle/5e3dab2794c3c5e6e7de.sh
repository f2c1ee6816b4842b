# adopt.sh BASE NUMBER PATH RELEASE   notes in the open transaction that its switch takes over what people have made at PATH
# From the switch on that is releases/RELEASE, which an undo of this transaction gives back, and which a confirm keeps.
# Reads a tar.gz of what is written about it: RELEASE.json, release, services/<name>, programs, shared.
# Changes .landfall/adopted and .landfall/transaction.
# Prints previous=. Exit: 0, 1 (it cannot be adopted any more, or not by this release), 79, 80.
main() {
  target "$1"
  exclusive adopt kill "$2"
  [ "$phase" = open ] || already 'it can no longer adopt anything'
  if [ -L "$3" ] || [ ! -d "$3" ]; then
    die 1 "$3 is no directory any more"
  fi
  rm -rf "$lf/adopted.new"
  mkdir "$lf/adopted.new"
  tar -C "$lf/adopted.new" --no-same-owner --warning=no-timestamp -xzf - || die 1 "the facts of $3 did not come whole"
  [ -s "$lf/adopted.new/programs" ] || die 1 "the facts of $3 did not come whole"
  [ -e "$lf/adopted.new/shared" ] || : >"$lf/adopted.new/shared"
  overlooked "$3"
  rm -rf "$lf/adopted"
  mv -T "$lf/adopted.new" "$lf/adopted"
  put adopting="$3" previous="$4" manager=adopted
  print previous "$previous"
}

overlooked() { # PATH: what the release shares and PATH has, but was not lent, would begin empty
  find "$base/releases/$release" -type l -lname '*/shared/*' -printf '%P\n' | while IFS= read -r shares; do
    way_to_shared "$shares"
    [ "$(readlink "$base/releases/$release/$shares")" = "$way" ] || continue
    if [ -e "$1/$shares" ] && ! grep -Fqx "$shares" "$lf/adopted.new/shared"; then
      die 1 "the new release shares $shares, but the application at $1 did not say that it keeps anything there: name it under \`shared\`"
    fi
  done
}
main "$@"
