# receive.sh BASE STAGING FROM WANT DROP   makes the commit's files in <base>/staging/<STAGING>, anew each time
# Takes the files of release FROM (`-`: none) that are neither changed nor gone, adds what is uploaded, and proves the whole:
# the list of what then lies there must have the sha256 WANT. On success the list is <base>/trees/<STAGING> until publish takes it.
# Reads: DROP bytes of paths of FROM not to take (`./path` NUL, sorted bytewise; one NUL: none), then a tar.gz of what is sent.
# Changes <base>/staging/<STAGING> and <base>/trees/<STAGING>.
# Prints files=. Exit: 0, 1 (the files are not those of the commit: named; call again with FROM `-`), 64, 73.
main() {
  export LC_ALL=C
  staged "$1" "$2"
  from=$3
  want=$4
  drop=$5
  case $from in
    [!-]*[!A-Za-z0-9._-]* | .*) die 64 "'$from' is not the name of a release" ;;
  esac
  list=$base/trees/$staging
  mkdir -p "$base/staging" "$base/trees" || die 73 "cannot create folders in $base"
  rm -rf "$tree"
  rm -f "$list" "$list.drop" "$list.keep" "$list.new"
  mkdir "$tree" || die 73 "cannot create $tree"
  dd bs="$drop" count=1 iflag=fullblock of="$list.drop" 2>/dev/null || die 73 "cannot write below $base/trees"
  : >"$list.keep"
  if [ "$from" != - ]; then
    take
  fi
  if ! tar -C "$tree" --no-same-owner --warning=no-timestamp -xzf -; then
    clear
    die 1 "the upload did not come whole, or could not be written"
  fi
  (cd "$tree" && list) >"$list.new"
  got=$(sha256sum <"$list.new")
  if [ "${got%% *}" != "$want" ]; then
    differing
    clear
    exit 1
  fi
  rm -f "$list.drop" "$list.keep"
  mv -f "$list.new" "$list"
  print files "$(tr -cd '\0' <"$list" | wc -c)"
}

take() { # the unchanged files of the release, as they are today; what is missing or changed shows in the proof
  if [ ! -e "$base/trees/$from" ]; then
    return 0
  fi
  cut -z -b 68- "$base/trees/$from" | sort -z | comm -z -23 - "$list.drop" >"$list.keep"
  if [ -s "$list.keep" ]; then
    tar -C "$base/releases/$from" --null --no-recursion -T "$list.keep" -cf - | tar -C "$tree" --no-same-owner -xf - || :
  fi
}

differing() { # names the taken files that are no longer what they were when they were uploaded
  if [ -s "$list.keep" ]; then
    sort -z "$list.new" >"$list.drop"
    sort -z "$base/trees/$from" | comm -z -23 - "$list.drop" | cut -z -b 68- | sort -z | comm -z -12 - "$list.keep" >"$list"
  fi
  if [ -s "$list" ]; then
    say "files of release $from that were changed on the host since it was uploaded:"
    tr '\n\0' '?\n' <"$list" | head -n 20 >&2
  else
    say "what was uploaded does not make the files of the commit"
  fi
}

clear() {
  rm -rf "$tree"
  rm -f "$list" "$list.drop" "$list.keep" "$list.new"
}
main "$@"
