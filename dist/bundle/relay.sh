# relay.sh RELAY HOST PORT | RELAY SOCKET   connects to an address or a socket of the host, for a check `from: host` where sshd forwards none
# RELAY is the text of relay.py, which python3 runs; stdin goes to what it is connected to.
# Changes nothing. It ends with the connection, and when stdin ends.
# Prints `connected`, then what comes back. Exit: 0, 1 (nothing answers there), 69 (there is no python3).
main() {
  command -v python3 >/dev/null || exit 69
  exec python3 -I -c "$@"
}
main "$@"
