# supervisor.sh: managers.sh's functions over a supervisord of the deploy user; they follow processes.sh's and rpc.sh's texts.
# What its files call is constant: $lf/run/start NAME starts the service of whatever release `current` leads to.

ask() { # a question to supervisor: one that hangs must not hold the mutex for ever
  longest=20
  # an undo that gives up leaves the host to a person: on a machine that is too busy to answer, too
  if [ "${patient:-no}" = yes ]; then
    longest=60
  fi
  supervisorctl_within "$longest" "$@"
}

supervisor_order() { # what makes it stop and start services
  supervisorctl_within "$(patience)" "$@"
}

supervisor_equipped() { # its programs are there
  for program in supervisord supervisorctl; do
    if ! command -v "$program" >/dev/null; then
      say "$program is missing on the PATH of $(id -un): without it no service can be started ($PATH)"
      return 1
    fi
  done
}

supervisor_tool() {
  printf 'supervisorctl'
}

supervisor_minds() {
  [ -S "$lf/run/supervisor.sock" ]
}

supervisor_forgot() { # RELEASE: a supervisord that runs starts what its files name, but for schedulers: these wait for us
  if [ -z "$(daemon)" ]; then
    return 0
  fi
  [ "$(having scheduler "$1")" != ' ' ] && supervisor_roll | grep -q ' STOPPED  *Not started'
}

supervisor_roll() {
  ask status 2>/dev/null
}

answers() { # does supervisord answer on its socket, and take orders? answered: its pid, or why not
  [ -S "$lf/run/supervisor.sock" ] || return 1
  answered=$(ask pid 2>/dev/null)
}

lives() { # PID: it is this target's supervisord, and has not ended
  case $(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline") in
    *" $lf/run/supervisord.conf "*) return 0 ;;
  esac
  return 1
}

daemon() { # the pid of this target's supervisord, whether it answers or not (it may be starting or ending); empty: there is none
  read -r its 2>/dev/null <"$lf/run/supervisord.pid" || return 0
  if lives "$its"; then
    printf '%s' "$its"
  fi
}

supervisor_supervise() { # a supervisord that answers. fresh=yes: it was started just now, and all services with it
  fresh=no
  answered=''
  if [ -n "$(daemon)" ] && answers; then
    return 0
  fi
  supervisor_equipped || return 1
  clock
  since=$now
  # one that is just starting or ending: a second one beside it would start every service twice
  while [ -n "$(daemon)" ]; do
    case $answered in
      # it takes no orders any more, and ends when its services have
      *SHUTDOWN_STATE*) may=$(patience) ;;
      *) may=20 ;;
    esac
    clock
    if [ "$((now - since))" -ge "$may" ]; then
      say "supervisord (process $(daemon)) runs, but does not answer on $lf/run/supervisor.sock"
      return 1
    fi
    sleep 0.1
    if answers; then
      return 0
    fi
  done
  end_orphans
  mkdir -p "$lf/run/programs" "$base/shared/logs"
  store "$lf/run/supervisord.conf" "[unix_http_server]
file=$lf/run/supervisor.sock
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://$lf/run/supervisor.sock
[supervisord]
logfile=$lf/run/supervisord.log
pidfile=$lf/run/supervisord.pid
directory=$lf/run
[include]
files=$lf/run/programs/*.conf"
  # a socket that nobody listens on any more is supervisord's own to remove: it looks whether that is so
  (cd / && setsid supervisord -c "$lf/run/supervisord.conf" </dev/null >>"$lf/run/supervisord.out" 2>&1 8>&- 9>&-) || :
  tries=0
  until answers; do
    tries=$((tries + 1))
    if [ "$tries" -ge 50 ]; then
      say "supervisord did not come up: $(tail -n 3 "$lf/run/supervisord.out" "$lf/run/supervisord.log" 2>/dev/null)"
      return 1
    fi
    sleep 0.1
  done
  fresh=yes
}

orphans() { # pids of this target's services. To be asked when no supervisord runs: then nobody minds them, and they hold their ports
  root=$(cd -P "$base/releases" && pwd)
  # shellcheck disable=SC2012 # names below /proc are numbers
  ls -ld /proc/[0-9]*/cwd 2>/dev/null | awk -v root=" -> $root/" 'index($0, root) { sub(/^.* \/proc\//, ""); sub(/\/cwd -> .*$/, ""); print }' |
    while read -r pid; do
      if tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | grep -q '^LANDFALL_SERVICE='; then
        printf '%s ' "$pid"
      fi
    done
}

heads() { # PID...: those of them that lead their group: supervisor began them, and they end their children themselves
  for pid in "$@"; do
    line=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    # behind the name: state, parent, group
    # shellcheck disable=SC2086
    set -- ${line##*) }
    if [ "$3" = "$pid" ]; then
      printf '%s ' "$pid"
    fi
  done
}

end_orphans() { # a supervisord that was killed leaves its services behind
  left=$(orphans)
  [ -n "$left" ] || return 0
  say "ending processes of services that no supervisord minds any more: $left"
  # shellcheck disable=SC2086
  leading=$(heads $left)
  # shellcheck disable=SC2086
  kill -TERM ${leading:-$left} 2>/dev/null || :
  # tenths of a second: workers may finish what they are at
  most=$(for name in $(having worker "$release" "$previous"); do setting "$release" "$name" drain; echo; setting "$previous" "$name" drain; echo; done |
    awk -v most=10 '$1 > most { most = $1 } END { print most * 10 }')
  tries=0
  while left=$(orphans) && [ -n "$left" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt "$most" ]; then
      # shellcheck disable=SC2086
      kill -KILL $left 2>/dev/null || :
    fi
    [ "$tries" -lt "$((most + 20))" ] || return 1
    sleep 0.1
  done
}

described() { # RELEASE SERVICE: supervisor's description of it. A scheduler starts when it is told to, after all else
  starts=true
  if [ "$(setting "$1" "$2" role)" = scheduler ]; then
    starts=false
  fi
  printf '%s\n' "[program:$2]
command=/bin/sh $lf/run/start $2
directory=$lf/run
autostart=$starts
autorestart=true
startsecs=1
startretries=20
stopsignal=TERM
stopwaitsecs=$(setting "$1" "$2" drain)
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile=$base/shared/logs/$2.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3"
}

supervisor_describe() { # RELEASE: supervisor's files name its services and no other
  about "$1"
  for file in "$lf/run/programs"/*.conf; do
    [ -e "$file" ] || continue
    name=${file##*/}
    if [ ! -e "$about/services/${name%.conf}" ]; then
      rm -f "$file" || return 1
    fi
  done
  for name in $(services "$1"); do
    wanted=$(described "$1" "$name")
    if [ "$wanted" != "$(cat "$lf/run/programs/$name.conf" 2>/dev/null)" ]; then
      store "$lf/run/programs/$name.conf" "$wanted"
    fi
  done
}

files() { # which supervisord, and what its files say
  printf '%s ' "$(daemon)"
  cat "$lf/run/programs"/*.conf 2>/dev/null | cksum
}

supervisor_sums() {
  sha256sum "$lf/run/programs"/*.conf
}

supervisor_update() { # NAME...: it takes up what its files say of these. Exit 1: maybe not of all
  rm -f "$lf/run/known"
  supervisor_order update "$@" >&2 && return 0
  say "supervisor has not taken up all of its files"
  return 1
}

registered() { # it has taken up its files
  printf '%s\n' "$known" 2>/dev/null >"$lf/run/known" || :
}

supervisor_register() { # RELEASE: supervisor takes up its files: it ends what they no longer name, and starts what is new, which `started` then names
  started=''
  # workers, which are to finish first: for `resume`
  later=''
  known=$(files)
  if [ "$fresh" = yes ]; then
    started=$(services "$1")
    registered
    return 0
  fi
  # it has taken up just these: a question less. An undo asks all the same
  if [ "${patient:-no}" = no ] && [ "$known" = "$(cat "$lf/run/known" 2>/dev/null)" ]; then
    return 0
  fi
  if ! told=$(ask reread 2>&1); then
    say "supervisor cannot read its files: $told"
    return 1
  fi
  for name in $(printf '%s\n' "$told" | sed -n -e 's/: available$//p' -e 's/: changed$//p' -e 's/: disappeared$//p'); do
    case "$workers" in
      *" $name "*) later="$later $name" ;;
      *) started="$started $name" ;;
    esac
  done
  # schedulers have stopped, and workers are stopping. The others stop side by side here: an update would stop one after another
  stopping=''
  for name in $(printf '%s\n' "$told" | sed -n -e 's/: changed$//p' -e 's/: disappeared$//p'); do
    case "$workers$schedulers" in
      *" $name "*) ;;
      *) stopping="$stopping $name" ;;
    esac
  done
  case $stopping in
    *' '*' '*)
      # shellcheck disable=SC2086
      each stop $stopping
      ;;
  esac
  # it cannot replace one that is still stopping, because who ordered it was killed maybe
  for name in $started; do
    if in_state STOPPING "$name"; then
      ended "$name"
    fi
  done
  # shellcheck disable=SC2086
  if [ -n "$started" ] && ! supervisor_update $started; then
    # an undo does what it can all the same: what runs in the end decides
    [ "${patient:-no}" = yes ] || return 1
    started=''
    # nor is it taken for one that has taken them up
    known=''
    return 0
  fi
  if [ -z "$later" ]; then
    registered
  fi
}

supervisor_rest() { # no service runs, and supervisor is gone
  its=$(daemon)
  if answers; then
    # it answers before it writes the file with its number
    its=$answered
    supervisor_order stop all >&2 || :
    supervisor_order shutdown >&2 || :
  fi
  tries=0
  # and deletes it before it ends
  while [ -n "$its" ] && lives "$its"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ]; then
      say "supervisord (process $its) does not end"
      return 1
    fi
    # one that does not answer takes a signal; it ends its services with it
    [ "$tries" -ne 20 ] || kill -TERM "$its" 2>/dev/null || :
    sleep 0.1
  done
  end_orphans || return 1
  rm -f "$lf/run/programs"/*.conf || return 1
  rm -f "$lf/run/supervisord.conf"
}
