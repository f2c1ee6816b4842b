# common.sh: the functions that every program on a host begins with. Sourced by nothing: its text is put in front of each.
# Exit codes of all programs: 0 ok, 1 the program's own fault, 64 bad input, 69 a program is missing, 73 cannot write,
# 75 busy, 77 a right is missing, 78 state unreadable, 79 fenced out, 80 too late, 81 another transaction is armed.
set -eu
export LC_ALL=C.UTF-8
PATH=${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
umask 022

say() { printf '%s\n' "$*" >&2; }
die() { # CODE TEXT...
  code=$1
  shift
  say "$*"
  exit "$code"
}
print() { # KEY VALUE: one line of the output; a value never holds a newline
  printf '%s=%s\n' "$1" "$2"
}
