# hand-made.sh BASE PATH DIRECTORY VENV   says what an installation is that people have made at PATH: what adopting it needs to know
# Reads probe.py on stdin and runs it in PATH/DIRECTORY, with PATH/VENV's Python and the variables of PATH/.env.
# Changes nothing, but that SQLite may put -shm and -wal beside a file that it reads.
# Prints key=value facts, and application=, one line of JSON, where there is a manage.py and that Python. Exit: 0.
main() {
  target "$1"
  path=$2
  directory=$3
  venv=$4
  load
  # where no file of it is to be told, nothing is
  [ -d "$path" ] && [ ! -L "$path" ] || exit 0
  rights
  checkout
  variables
  for folder in "$path"/*/pyvenv.cfg "$path"/.*/pyvenv.cfg; do
    if [ -e "$folder" ]; then
      folder=${folder%/pyvenv.cfg}
      print venv "${folder##*/}"
    fi
  done
  working
  application
}

rights() { # may it be renamed, and is that a rename at all
  parent=$(dirname "$path")
  if [ ! -w "$path" ] || [ ! -w "$parent" ] || [ ! -x "$parent" ]; then
    print right "$(stat -c %U "$path") $(stat -c %U "$parent")"
  fi
  near=$base
  while [ ! -d "$near" ]; do
    near=$(dirname "$near")
  done
  if [ "$(stat -c %d "$path")" != "$(stat -c %d "$near")" ]; then
    print apart "$near"
  fi
  # what is mounted at it or below it: the fifth field, where a space is \040
  awk -v root="$(cd -P "$path" && pwd)" '$5 == root || index($5, root "/") == 1 { print "mount=" $5 }' /proc/self/mountinfo
  for name in .landfall RELEASE.json; do
    if [ -e "$path/$name" ]; then
      print taken "$name"
    fi
  done
}

checkout() { # what git says, which writes nothing: not even what it remembers of times
  if ! commit=$(git --no-optional-locks -C "$path" rev-parse HEAD 2>&1); then
    print git.error "$(printf '%s' "$commit" | head -n 1)"
    return 0
  fi
  if [ "$(git -C "$path" rev-parse --show-toplevel)" != "$(cd -P "$path" && pwd)" ]; then
    print git.error "it is a part of another checkout"
    return 0
  fi
  print commit "$commit"
  # an environment that git does not know of is told as one folder
  git --no-optional-locks -C "$path" status --porcelain --untracked-files=normal --ignored=no | head -n 20 | sed 's/^/dirty=/'
  git --no-optional-locks -C "$path" status --porcelain --untracked-files=normal --ignored=traditional |
    sed -n 's/^!! /left=/p' | grep -v -e '__pycache__' | head -n 50 || :
}

variables() {
  if [ -r "$path/.env" ]; then
    print env "$(sha256sum <"$path/.env" | cut -c 1-64)"
    # a bad line is told by arrange, which is to use the file
    print env.names "$(env_names "$path/.env" 2>/dev/null | sed 's/^name=//' | tr '\n' ' ')"
  fi
}

working() { # `process=PID MAIN UNIT COMMAND`: what works there; MAIN is the process that a supervisord has begun it by, 0: none has
  parents=$(cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) [A-Za-z] \([0-9]*\) .*/\1 \2/p')
  daemons=$(grep -al supervisord /proc/[0-9]*/cmdline 2>/dev/null | sed 's/[^0-9]//g')
  minding=''
  units=''
  wants=''
  for pid in $(at_work_below "$path"); do
    chain=$(printf '%s\n%s\n' "$parents" "$(printf '%s\n' "$daemons" | sed 's/$/ supervisord/')" | awk -v pid="$pid" '
      $2 == "supervisord" { daemon[$1] = 1; next }
      { parent[$1] = $2 }
      END {
        for (p = pid; (p in parent) && n++ < 99; p = parent[p]) {
          if (parent[p] in daemon) { print p, parent[p]; exit }
        }
        print "0 0"
      }')
    unit=$(unit_of "$pid")
    print process "$pid ${chain% *} $unit $(tr '\0\n' '  ' 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-120)"
    if [ "$chain" != '0 0' ]; then
      minding="$minding${chain#* } ${chain% *}
"
    elif [ "$unit" != - ] && [ "${unit#user:}" = "$unit" ]; then
      units="$units$unit
"
    fi
  done
  for pid in $(printf '%s' "$minding" | cut -d ' ' -f 1 | sort -u); do
    supervised "$pid" "$(printf '%s' "$minding" | sed -n "s/^$pid //p" | sort -u)"
  done
  for unit in $(printf '%s' "$units" | sort -u); do
    system_unit "$unit"
    wants="$wants$(root_words units - "${unit%.service}")
"
  done
  unseen
  # of what it takes to stop and to start them, what sudo does not allow
  if [ -n "$wants" ]; then
    printf '%s' "$wants" | barred
  fi
}

unseen() { # `unseen=UNIT GROUP`: units with processes of this user's that have another group than it has now. Where these work the kernel does not tell it
  find /proc -maxdepth 1 -name '[0-9]*' -user "$(id -u)" ! -group "$(id -g)" -printf '%f %g\n' 2>/dev/null | while read -r pid group; do
    print unseen "$(unit_of "$pid") $group"
  done | sort -u
}

unit_of() { # PID: the unit of systemd that it belongs to, `user:` before one of a user's own; -: none
  unit=$(sed -n 's/^\(0:\|1:name=systemd:\)\(.*\/\)\([^/]*\.service\)\(\/.*\)*$/\2 \3/p' "/proc/$1/cgroup" 2>/dev/null | head -n 1)
  case $unit in
    '') printf -- - ;;
    *'/user@'*' '*) printf 'user:%s' "${unit#* }" ;;
    *) printf '%s' "${unit#* }" ;;
  esac
}

supervised() { # PID MAINS: `supervisor=USER CONF`, and `program=KEEPER NAME STATE PID CONF` of each of its programs: of one of root's that
  # may not be asked, of those that work there: these have their names in their environment
  conf=$(tr '\0' '\n' <"/proc/$1/cmdline" | awk '
    next_is { print; exit }
    $0 == "-c" || $0 == "--configuration" { next_is = 1; next }
    sub(/^--configuration=/, "") || sub(/^-c/, "") { print; exit }')
  case $conf in
    '') ;;
    /*) ;;
    *) conf=$(readlink "/proc/$1/cwd")/$conf ;;
  esac
  runs_as=$(stat -c %U "/proc/$1")
  print supervisor "$runs_as ${conf:--}"
  [ -n "$conf" ] || return 0
  listed=$(timeout -k 5 20 supervisorctl -c "$conf" status 2>/dev/null </dev/null |
    sed -n -e "s|^\([^ ]*\) *RUNNING *pid \([0-9]*\),.*|program=supervisor \1 RUNNING \2 $conf|p" -e t -e "s|^\([^ ]*\)  *\([A-Z][A-Z]*\) .*|program=supervisor \1 \2 0 $conf|p") || :
  if [ -n "$listed" ]; then
    printf '%s\n' "$listed"
  elif [ "$runs_as" = root ]; then
    for main in $2; do
      name=$(variable "$main" SUPERVISOR_PROCESS_NAME)
      group=$(variable "$main" SUPERVISOR_GROUP_NAME)
      [ -n "$name" ] || continue
      [ "$group" = "$name" ] || name=$group:$name
      print program "root $name RUNNING $main $conf"
      wants="$wants$(root_words root "$conf" "$name")
"
    done
  fi
}

variable() { # PID NAME: of its environment
  tr '\0' '\n' 2>/dev/null <"/proc/$1/environ" | sed -n "s/^$2=//p" | head -n 1
}

application() {
  python=$path/$venv/bin/python
  if [ ! -x "$python" ] || [ ! -e "$path/$directory/manage.py" ]; then
    return 0
  fi
  cd "$path/$directory"
  export PYTHONDONTWRITEBYTECODE=1
  LANDFALL_HIDE=$(scrub_texts "$path/.env")
  export LANDFALL_HIDE
  printf 'application='
  # shellcheck disable=SC2016 # expanded by the started shell
  hushed "$path/.env" sh -c 'exec "$@" >&4 4>&-' sh "$python" - "$path" "$base/shared" 4>&1 || printf '\n'
}
main "$@"
