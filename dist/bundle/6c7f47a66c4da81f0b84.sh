# open.sh BASE PATH SEEN HOW KIND RELEASE LIMIT CLAIM... -- NAME BYTES...   opens a transaction, or takes an own one up again
# HOW: `anew`, or `again` (the caller's own run goes on with what is open). An unswitched one of another run is closed by `anew`.
# SEEN is `number:phase:driver:beat` as the caller read it: if anything moved since, it exits 75 and the caller looks again.
# PATH is empty where what is there is to be adopted: the link is made when that is taken over.
# CLAIM: key=value lines of who opens (driver, token, run, …), and `approved`: who agreed, for the journal. LIMIT: seconds until another run may take an unswitched one.
# Reads on stdin the programs that will lie on the host (NAME, BYTES each): undo, status, start; and notices, where the host shall send some by itself.
# Changes .landfall: the transaction, the journal, the programs that lie there; makes the folders of BASE, and the link PATH where nothing is.
# Prints number=, previous=. Exit: 0, 73, 75, 77, 78.
main() {
  target "$1"
  path=$2
  seen=$3
  how=$4
  opens=$5
  to=$6
  limit=$7
  shift 7
  mkdir -p "$lf/run/programs" "$lf/steps" "$base/releases" "$base/trees" "$base/envs" "$base/shared/logs" "$base/staging" ||
    die 77 "cannot make the folders of $base"
  lock open kill 30
  [ -e "$lf/format" ] || store "$lf/format" 1
  if [ ! -e "$lf/reserve" ]; then
    head -c 1048576 /dev/zero 2>/dev/null >"$lf/reserve.new" || die 73 "the disk of $base is full"
    mv "$lf/reserve.new" "$lf/reserve"
  fi
  store "$lf/path" "$login_path"
  read -r beat 2>/dev/null <"$lf/beat.$driver" || beat=''
  if [ "$number:$phase:$driver:$beat" != "$seen" ]; then
    die 75 "t$number moved on ($phase) since it was read"
  fi
  # before anything is replaced: what lies on the host belongs to the transaction that is open
  case $how-$phase in
    again-open | again-switched) ;;
    anew-open | anew-none | anew-confirmed | anew-undone) ;;
    *) die 75 "t$number is $phase" ;;
  esac
  claim='' approved=''
  while [ "$1" != -- ]; do
    case $1 in
      # history only
      approved=*) approved=${1#approved=} ;;
      *)
        claim="$claim$1
"
        ;;
    esac
    shift
  done
  shift
  # of an opening that was killed: this one may bring none
  rm -f "$lf/notices.t$((number + 1))"
  while [ $# -gt 0 ]; do
    place "$1" "$2"
    shift 2
  done
  if [ -n "$path" ] && [ ! -L "$path" ]; then
    ln -sT "$base/current" "$path" || die 77 "cannot make the link $path: $(dirname "$path") is not this user's"
  fi
  case $how-$phase in
    again-*) again ;;
    anew-open)
      close_open overtaken
      anew
      ;;
    *) anew ;;
  esac
  drop_others
  print number "$number"
  print previous "$previous"
}

place() { # NAME BYTES: a program that lies on the host, whole or not at all; or notices, which nobody else may read at any moment
  mode=755
  case $1 in
    start) file=$lf/run/start ;;
    notices)
      # those of an older transaction count until this one is opened
      file=$lf/notices.t$((number + 1))
      mode=600
      ;;
    *) file=$lf/$1 ;;
  esac
  rm -f "$file.new"
  (
    umask 077
    dd bs="$2" count=1 iflag=fullblock 2>/dev/null >"$file.new"
  ) || die 73 "cannot write $file"
  [ "$(wc -c <"$file.new")" -eq "$2" ] || die 75 "the connection was cut while $1 was sent"
  chmod "$mode" "$file.new"
  sync "$file.new"
  mv -f "$file.new" "$file"
}

claimed() { # the claim's lines as arguments of put
  set -f
  IFS='
'
  # shellcheck disable=SC2086
  set -- $claim
  unset IFS
  set +f
  put "$@"
}

told() { # PREVIOUS RELEASE: the opening's line of the journal, and that of who agreed to it
  why=''
  set -- kind="$opens" release="$2" previous="$1"
  while IFS= read -r line; do
    case $line in
      actor=*) why=${line#*=} ;;
      reason=?*) why="$why
${line#*=}" ;;
      run=* | attempt=* | run_number=* | repository=* | workflow=*) set -- "$@" "$line" ;;
    esac
  done <<END
$claim
END
  note opened "$why" "$@"
  if [ -n "$approved" ]; then
    note approved "$approved"
  fi
}

again() { # the run goes on with a number of its own, so that the process that had it before is fenced out
  number=$((number + 1))
  told "$previous" "$to"
  # from now on its silence counts
  claim="number=$number
opened=$now
deadline=$([ "$phase" = open ] && echo "$((now + limit))" || echo "$deadline")
$claim"
  claimed
}

anew() {
  serving=$(live)
  number=$((number + 1))
  told "$serving" "$to"
  claim="number=$number
kind=$opens
phase=open
release=$to
previous=$serving
manager_before=
adopting=
of=
boot=$here
deadline=$((now + limit))
within=0
checked=
hooks=
owes=
opened=$now
$claim"
  claimed
  rm -f "$lf"/beat.*
}
main "$@"
