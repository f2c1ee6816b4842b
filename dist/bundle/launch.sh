# launch.sh STEPS STEP SEEN LIMIT LENGTH SHA256   starts a program that a lost connection must not end
# Reads the program on stdin: LENGTH bytes with that sha256, else nothing is started. STEPS is the directory of the steps of one
# driver; below it STEP.sh, .out, .err, .begun, .lock and .rc. LIMIT is in seconds. Its text goes before that of follow.sh.
# A step that has begun is never started again: the started process itself sets the mark, under its lock.
# Changes STEPS: the program, its output and its exit code, for a week.
# Prints nothing. Exit: 0, 64 (the program did not come whole), 69, 73.
main() {
  steps=$1
  step=$steps/$2
  limit=$4
  length=$5
  sum=$6
  if [ -e "$step.begun" ]; then
    return 0
  fi
  command -v setsid >/dev/null || die 69 "setsid (util-linux) is missing on the host"
  command -v flock >/dev/null || die 69 "flock (util-linux) is missing on the host"
  if [ ! -d "$steps" ]; then
    # shellcheck disable=SC2174 # only the last is private: in .landfall people look
    mkdir -p -m 700 "$steps" || die 73 "cannot create $steps"
  fi
  umask 077
  part=$step.$$.part
  cat >"$part" || die 73 "cannot write below $steps"
  got=$(sha256sum <"$part")
  if [ "${got%% *}" != "$sum" ]; then
    came=damaged
    [ "$(wc -c <"$part")" -eq "$length" ] || came='cut short'
    rm -f "$part"
    die 64 "the program came $came; nothing was started"
  fi
  mv "$part" "$step.sh"
  # shellcheck disable=SC2016 # expanded by the started shell
  setsid sh -c '
    exec 8>"$1.lock"
    flock -n 8 || exit 0
    [ ! -e "$1.begun" ] || exit 0
    : >"$1.out"
    : >"$1.err"
    : >"$1.begun"
    timeout -k 10 "$2" sh "$1.sh" >"$1.out" 2>"$1.err" 8>&-
    echo "$?" >"$1.rc.part"
    rm -f "$1.sh"
    mv "$1.rc.part" "$1.rc"
  ' landfall "$step" "$limit" </dev/null >/dev/null 2>&1 9>&- &
}
# shellcheck disable=SC2218 # follow.sh, put behind it, has a main of its own
main "$@"
