#!/bin/sh
# landfall-MARK   lies on a host as /usr/local/sbin/landfall-MARK, root's own: units of the system, run as the deploy user of one target, and
#                 nginx's site of that target
# That user may call it by sudo, without a password and without arguments, and is taken for hostile: here is all that they can have root do.
# The request comes on stdin. It is read once, as a whole, and checked as a whole before anything is done; no file of theirs is ever opened:
#   version                     says which requests it knows
#   start|stop|restart NAME...  these services, of those that have a unit
#   units                       and behind it, for each service that there shall be, a line `[NAME]` and its settings: these units are
#                               written, and those of other services are stopped and removed
#   domains                     says for which a site may be
#   try|site                    and behind it the words of nginx's site, or none: `.NAME` of a directive, `-ARGUMENT`, and `;`, `{` or `}`.
#                               Nginx is asked whether it takes it; with site it is then put into its place, and nginx reloaded if it is new
# What a unit runs, and as whom, is written here, and never by who asks. A setting is one of the few below, each of which only takes
# something away from the service; and so is each directive of a site. Changes landfall-MARK-*.service in /etc/systemd/system, and what of
# them runs; no other unit; and /etc/nginx/sites-enabled/zz-landfall-MARK.conf. Prints version=1, or domains=.
# Exit: 0, 1 systemd did not do it, 64 no such request and nothing was done, 65 nginx does not take the site, 73 cannot write, 75 busy.
set -efu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
IFS=' '
cd /

# The deploy user, the folder of releases and state, what tells this target's files from those of others, and the domains of its site.
runs_as=deploy
target=/srv/app-landfall
mark=0
domains=

folder=/etc/systemd/system
lock=/run/landfall-$mark.lock
prefix=landfall-$mark-
nginx=/etc/nginx
# read last, so that no other site loses a name to it, or stops being the one for names that nobody has
site=$nginx/sites-enabled/zz-landfall-$mark.conf
scratch=/run/landfall-$mark
sites_lock=/run/landfall-nginx.lock
newline='
'

refuse() { # CODE TEXT...
  code=$1
  shift
  printf 'landfall-%s: %s\n' "$mark" "$*" >&2
  exit "$code"
}

told() { # WORDS...: to systemd. Nothing that the caller has in the environment gets there. A stop takes 10 minutes at most
  env -i PATH="$PATH" LC_ALL="$LC_ALL" timeout -k 5 700 systemctl --no-ask-password --no-pager "$@" </dev/null 9>&-
}

# What is checked is checked by the shell itself: where no other program can be started, it is not passed.

service() { # NAME: can it be one of a service? With the prefix before it, it is neither an option, nor a path, nor a pattern, nor another unit
  case $1 in
    '' | *[!A-Za-z0-9_-]*) return 1 ;;
  esac
  [ "${#1}" -le 64 ]
}

number() { # TEXT LEAST MOST
  case $1 in
    '' | *[!0-9]* | 0?* | ??????????*) return 1 ;;
  esac
  [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

setting() { # LINE
  value=${1#*=}
  case $1 in
    TimeoutStopSec=*) number "$value" 1 600 ;;
    Nice=*) number "$value" 0 19 ;;
    OOMScoreAdjust=*) number "$value" 0 1000 ;;
    CPUWeight=* | IOWeight=*) number "$value" 1 100 ;;
    CPUQuota=*%) number "${value%'%'}" 1 10000 ;;
    MemoryHigh=*M | MemoryMax=*M | MemorySwapMax=*M) number "${value%M}" 0 9999999 ;;
    TasksMax=*) number "$value" 1 99999 ;;
    NoNewPrivileges=yes | PrivateTmp=yes) ;;
    *) return 1 ;;
  esac
}

unit() { # NAME: its text. What is settled stands last: of two lines with the same key the later one holds
  # The log is opened by the user's own shell. systemd would open it as root, wherever a link leads that the user has put there.
  printf '%s\n' "[Unit]
Description=Landfall: $1 of $target
StartLimitIntervalSec=0
[Service]" && settings "$1" && printf '%s\n' "User=$runs_as
ExecStart=/bin/sh -c \"exec /bin/sh $target/.landfall/run/start $1 >>$target/shared/logs/$1.log 2>&1\"
KillMode=mixed
Restart=always
RestartSec=1"
}

settings() { # NAME: the lines that the request has for it
  its=''
  while read -r line; do
    case $line in
      '['*) its=$line ;;
      *=*) [ "$its" != "[$1]" ] || printf '%s\n' "$line" ;;
    esac
  done <<END
$request
END
}

services() { # the request: names of the services that there shall be, once all of it is found good
  names=' '
  its=''
  at=0
  while IFS= read -r line; do
    at=$((at + 1))
    case $at$line in
      1units) continue ;;
    esac
    case $line in
      '['*']')
        its=${line#'['}
        its=${its%']'}
        service "$its" || refuse 64 "line $at: expected [NAME], of letters, digits, _ and -"
        case $names in
          *" $its "*) refuse 64 "line $at: $its was named before" ;;
        esac
        names="$names$its "
        ;;
      *)
        [ -n "$its" ] || refuse 64 "line $at: expected [NAME]"
        setting "$line" || refuse 64 "line $at: not a setting that a unit of $target may have"
        ;;
    esac
  done <<END
$request
END
}

write() { # NAME
  file=$folder/$prefix$1.service
  text=$(unit "$1") || refuse 73 "cannot make the unit of $1"
  if [ "$text" != "$(cat "$file" 2>/dev/null)" ]; then
    printf '%s\n' "$text" >"$file.new" || refuse 73 "cannot write $file"
    sync "$file.new" || refuse 73 "cannot write $file"
    mv -fT "$file.new" "$file" || refuse 73 "cannot write $file"
    changed=yes
  fi
}

units() {
  services
  # shellcheck disable=SC2086 # a word each, here and below
  set -- $names
  [ $# -le 64 ] || refuse 64 'more than 64 services'
  # nobody else may hold it
  umask 077
  exec 9>>"$lock"
  umask 022
  flock -w 700 9 || refuse 75 'another one is at work'
  changed=no
  ours=$(find "$folder" -maxdepth 1 -name "$prefix*.service" -printf '%f ') || refuse 73 "cannot read $folder"
  former=''
  for file in $ours; do
    its=${file#"$prefix"}
    case $names in
      *" ${its%.service} "*) ;;
      *) former="$former $file" ;;
    esac
  done
  if [ -n "$former" ]; then
    # shellcheck disable=SC2086
    told stop $former || refuse 1 "systemd does not stop$former"
    for file in $former; do
      rm -f "$folder/$file" || refuse 73 "cannot remove $folder/$file"
    done
    changed=yes
  fi
  all=''
  for its in "$@"; do
    write "$its"
    all="$all $prefix$its.service"
  done
  # one that was killed may have written what it has not told systemd
  # shellcheck disable=SC2086
  if [ "$changed" = yes ] || { [ -n "$all" ] && told show --property=NeedDaemonReload $all | grep -q yes; }; then
    told daemon-reload || refuse 1 'systemd cannot read its units'
  fi
  if [ -n "$former" ]; then
    # one that did not stop in time would be remembered as failed
    # shellcheck disable=SC2086
    told reset-failed $former 2>/dev/null || :
  fi
}

order() { # VERB NAME...
  verb=$1
  shift
  [ $# -gt 0 ] || refuse 64 'there is no such request'
  all=''
  for its in "$@"; do
    if ! service "$its" || [ ! -f "$folder/$prefix$its.service" ]; then
      refuse 64 "there is no such service of $target"
    fi
    all="$all $prefix$its.service"
  done
  # shellcheck disable=SC2086
  told "$verb" $all || refuse 1 "systemd did not $verb$all"
}

# site.sh stands here
main() {
  [ $# = 0 ] || refuse 64 'no arguments are taken: the request comes on stdin'
  # the point keeps a line's end at the end, so that a request which was cut there is not taken for a whole one
  request=$(head -c 65537 && printf .) || refuse 64 'the request cannot be read'
  [ "${#request}" -le 65537 ] || refuse 64 'a request has at most 64 kB'
  request=${request%.}
  request=${request%"$newline"}
  case $request in
    version) printf 'version=1\n' ;;
    units | units"$newline"*) units ;;
    domains) printf 'domains=%s\n' "$domains" ;;
    try | try"$newline"*) place try ;;
    site | site"$newline"*) place site ;;
    *"$newline"*) refuse 64 'there is no such request' ;;
    'start '* | 'stop '* | 'restart '*)
      # shellcheck disable=SC2086
      order $request
      ;;
    *) refuse 64 'there is no such request' ;;
  esac
}
main "$@"
