# follow.sh STEPS STEP SEEN   follows a program that launch.sh started, until it ends
# Passes on its prose as it comes, from byte SEEN on. Changes nothing. Prints `rc=CODE`, then all that the program printed;
# `rc=none` when it has not begun within 10 s, `rc=died` when it ended without an exit code.
# Exit: 0.
main() {
  step=$1/$2
  seen=$3
  tries=0
  until [ -e "$step.begun" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 1000 ]; then
      print rc none
      return 0
    fi
    sleep 0.01
  done
  # The lock is the started process's for its life: the kernel gives it back however that ends. A pid could be another's by now.
  flock -s "$step.lock" true &
  tail -c "+$((seen + 1))" -s 0.03 -f --pid="$!" "$step.err" >&2
  if [ ! -e "$step.rc" ]; then
    print rc died
    return 0
  fi
  print rc "$(cat "$step.rc")"
  cat "$step.out"
}
main "$@"
