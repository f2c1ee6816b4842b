# end-group.sh PID   ends a process group: TERM, and KILL when something of it is still alive after 5 s
# Changes nothing on disk.
# Prints nothing. Exit: 0.
alive() { # GROUP: has it a member? A zombie is none: in a container it may lie there for long.
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    fields=${line##*) } # state parent group …, after `pid (name) `
    state=${fields%% *}
    fields=${fields#* }
    fields=${fields#* }
    if [ "${fields%% *}" = "$1" ] && [ "$state" != Z ] && [ "$state" != X ]; then
      return 0
    fi
  done
  return 1
}
main() {
  kill -TERM "-$1" 2>/dev/null || return 0
  read -r began _ </proc/uptime
  while alive "$1"; do
    # looking takes its time, too, where a machine is busy or has many processes
    read -r now _ </proc/uptime
    if [ $((${now%.*} - ${began%.*})) -gt 5 ]; then
      kill -KILL "-$1" 2>/dev/null || return 0
      return 0
    fi
    sleep 0.1
  done
}
main "$@"
