# watch.sh: put in front of a program that reads no stdin. When stdin ends before the program does, the connection is lost or
# the runner is gone: it ends the program's process group. It is no child of the program, so that `wait` does not wait for it.
# Prints nothing.
exec 3<&0 </dev/null
_watch=$(
  {
    cat <&3
    kill -TERM "-$$"
  } >/dev/null 2>&1 &
  echo "$!"
)
trap 'kill "$_watch" 2>/dev/null || :' EXIT
exec 3<&-
