#!/bin/sh
# setup.sh [--check]   makes a Debian or Ubuntu host ready for deploys with Landfall: to be read, then run there once, as root
# --check only says what is missing. Run again, it changes nothing and says so. It asks nothing, and what is there already is never
# replaced or deleted: what is in the way is named, and then nothing at all is changed.
# Makes packages (Python with venv; supervisor where it is to run the services; what a user's own systemd needs), the deploy user,
# without a password and without sudo, who may log in with the deploy key and whose processes live without a login, the folder that
# holds releases and state, which is that user's, and the link by which the application is known; nginx, where it is to have a site. Where
# the services are to be units of the system, or for that site, also one program of root's, and one line of sudo by which that user may
# call it. Where nginx is, also a unit of the system by which it waits, at a boot, until what should serve serves. These three stand below,
# and are brought up to date.
# Exit: 0 all is there, 1 something is missing, is in the way or could not be made, 64 a wrong argument or value, 77 not root.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022

# The deploy user, and the public half of the deploy key: one line of authorized_keys. Empty: it is yours to put there.
user='deploy'
key='ssh-ed25519 AAAA… deploy'
# The link by which the application is known, and the folder that holds its releases.
path='/srv/app'
base='/srv/app-landfall'
# The Python that environments are made with.
python='python3'
# What runs the services: supervisor; systemd, the user's own; or system, the host's, as units of the system. Empty: the user's own
# systemd, where the host has one, else supervisor.
manager=''
# The domains that releases may have nginx answer for as this application, a space between them. Empty: nginx is left alone.
domains=''

tell() { printf 'setup: %s\n' "$*"; }

refuse() { # CODE TEXT...
  code=$1
  shift
  tell "$*" >&2
  exit "$code"
}

wrong() { # NAME EXPECTED: a value that is none; all are told before anything is done
  tell "$1: expected $2" >&2
  wrongs=$((wrongs + 1))
}

# What is handed to programs below are these values: none of them can be taken for an option, a pattern, another path or a second line.
values() {
  case $user in
    root | '' | [!A-Za-z_]* | *[!A-Za-z0-9._-]*)
      wrong user 'the name of an ordinary user: letters, digits, . _ and -, a letter first'
      ;;
  esac
  case $key in
    *[!A-Za-z0-9' @._+/=:-']*) wrong key "the public half of the deploy key, a line as ssh-keygen -y prints it" ;;
    '' | 'ssh-ed25519 '[A-Za-z0-9]* | 'ssh-rsa '[A-Za-z0-9]* | ecdsa-sha2-*' '[A-Za-z0-9]*) ;;
    *) wrong key "the public half of the deploy key, a line as ssh-keygen -y prints it" ;;
  esac
  place path "$path"
  place base "$base"
  case $base/ in
    "$path"/*) wrong base 'a folder that is not below path, which is a link' ;;
  esac
  case $python in
    '' | -* | *[!A-Za-z0-9._/+-]*) wrong python 'the name of a program, like python3.12' ;;
  esac
  case $manager in
    '' | supervisor | systemd | system | units) ;;
    *) wrong manager 'supervisor, systemd, system or units, or nothing' ;;
  esac
  case " $domains " in
    '  ') ;;
    *[!a-z0-9' '.-]* | *'  '* | *' '[.-]* | *[.-]' '* | *..*) wrong domains 'names like example.org, in small letters, a space between them' ;;
  esac
  # sudo takes one of capital letters alone for something else, ALL for everybody
  case $user in
    *[a-z]*) ;;
    *) ! rooted || wrong user 'a name with a small letter in it, for the line of sudo' ;;
  esac
  [ "$wrongs" = 0 ] || refuse 64 'nothing was changed: the values stand at the beginning of this script'
}

place() { # NAME VALUE
  case $2 in
    / | */ | *//* | *[!A-Za-z0-9._/@+-]* | */../* | */.. | */./* | */.) ;;
    /*) return 0 ;;
  esac
  wrong "$1" 'an absolute path of letters, digits and . _ / @ + -'
}

rooted() { # is there anything that the user needs root's program for?
  [ "$manager" = system ] || [ -n "$domains" ]
}

fronted() { # does nginx stand in front, which systemd starts at a boot?
  systemd_runs && { [ -n "$domains" ] || command -v nginx >/dev/null; }
}

systemd_runs() { [ -d /run/systemd/system ]; }

exists() { id -u "$user" >/dev/null 2>&1; }

entry() { # FIELD: of the user's line in passwd
  getent passwd "$user" | cut -d : -f "$1"
}

as_user() { # COMMAND...: with no more than the user's rights: where they have put a link, it leads nowhere where they could not go
  exists && env -i PATH="$PATH" LC_ALL=C runuser -u "$user" -- "$@" </dev/null
}

may_write() { # FOLDER: may the user?
  # shellcheck disable=SC2016 # it is the user's shell that reads it
  as_user sh -c '[ -w "$1" ] && [ -x "$1" ]' may "$1" 2>/dev/null
}

nearest() { # FOLDER: the nearest one that exists
  folder=$1
  while [ ! -d "$folder" ]; do
    folder=$(dirname "$folder")
  done
  printf '%s' "$folder"
}

there() { # FILE: also a link that leads nowhere
  [ -e "$1" ] || [ -L "$1" ]
}

in_the_way() { # TEXT...
  tell "in the way: $*"
  obstacles=$((obstacles + 1))
}

own() { # FILE LINE: it is not there, or it is known by this line to be Landfall's for this target
  ! there "$1" || grep -q -x -F -e "$2" "$1" || in_the_way "$1 is there and is not Landfall's for $base: move it away yourself"
}

look_round() { # what a person has to decide
  if exists; then
    if [ "$(id -u "$user")" = 0 ]; then
      in_the_way "$user is root by another name"
    fi
    case $(entry 7) in
      */nologin | */false) in_the_way "$user has no shell: usermod --shell /bin/bash $user" ;;
    esac
    if [ ! -d "$(entry 6)" ]; then
      in_the_way "$user has no home directory: $(entry 6)"
    fi
  fi
  if there "$path" && [ "$(readlink "$path")" != "$base/current" ]; then
    in_the_way "$path is there and is not a link to $base/current: set another path, or move it away yourself"
  fi
  if there "$base" && ! may_write "$base" && ! vacant "$base"; then
    in_the_way "$base is there and is not $user's: set another base, or move it away yourself"
  fi
  case $manager in
    system* | units) systemd_runs || in_the_way 'no systemd runs on this host: let supervisor run the services' ;;
  esac
  if [ -n "$domains" ] && ! systemd_runs; then
    in_the_way 'no systemd runs on this host, which is to reload nginx: leave domains empty, and let nginx be'
  fi
  if rooted; then
    own "$program" "target=$base"
    own "$sudoers" "$(sudoers_text | head -n 1)"
    if [ -n "$(find /usr /usr/local "${program%/*}" "${sudoers%/*}" -maxdepth 0 \( -perm /022 -o ! -user root \) 2>/dev/null)" ]; then
      in_the_way "others than root may write to ${program%/*}, ${sudoers%/*} or a folder above: let root alone do that"
    fi
  fi
  if fronted; then
    own "$unit" "$(unit_text | head -n 1)"
  fi
  if ! python_is && ! packaged; then
    in_the_way "$python, with venv, is missing, and there is no package that is sure to have it: install it yourself"
  fi
  if [ -n "$(packages)" ] && ! command -v apt-get >/dev/null; then
    in_the_way "this is neither Debian nor Ubuntu, and programs are missing: $(packages)"
  fi
}

vacant() { # an empty folder of root's, which may be given to the user
  [ -d "$1" ] && [ ! -L "$1" ] && [ "$(stat -c %u "$1")" = 0 ] && [ -z "$(ls -A "$1")" ]
}

python_is() { # one that is told by its path may be anybody's: it is not run by root
  case $python in
    */*) [ -x "$python" ] ;;
    # neither the current folder nor the environment of root is asked for modules, and none is written
    *) "$python" -I -B -c 'import ensurepip, venv; ensurepip.version()' >/dev/null 2>&1 ;;
  esac
}

packaged() { # has Debian or Ubuntu a package of that Python's name?
  case ${python#python3} in
    '') ;;
    "$python" | .*[!0-9]* | [!.]*) return 1 ;;
  esac
}

packages() { # names of those that are missing
  if ! python_is && packaged; then
    printf '%s ' "$python" "$python-venv"
  fi
  if systemd_runs && command -v dpkg-query >/dev/null && ! dpkg-query -W -f '${db:Status-Abbrev}' libpam-systemd 2>/dev/null | grep -q '^ii'; then
    printf '%s ' libpam-systemd
  fi
  if { [ "$manager" = supervisor ] || { [ -z "$manager" ] && ! systemd_runs; }; } && ! command -v supervisord >/dev/null; then
    printf '%s ' supervisor
  fi
  if { rooted || [ "$manager" = units ]; } && ! command -v visudo >/dev/null; then
    printf '%s ' sudo
  fi
  if [ -n "$domains" ] && ! command -v nginx >/dev/null; then
    printf '%s ' nginx
  fi
}

packages_is() { [ -z "$(packages)" ]; }

packages_make() {
  apt-get update -qq || tell 'the lists of packages are as old as they were'
  # shellcheck disable=SC2046 # a word each
  apt-get install -qq -y --no-install-recommends $(packages) </dev/null
}

user_is() { exists; }

user_make() { useradd --create-home --shell /bin/bash "$user"; }

key_is() { # sshd takes none from a file, a folder or a home directory in which others may write
  [ -n "$key" ] || return 0
  # shellcheck disable=SC2016
  as_user sh -c '
    cd "$1" || exit 1
    [ -z "$(find -L . .ssh .ssh/authorized_keys -maxdepth 0 -perm /022)" ] || exit 1
    grep -v "^[[:space:]]*#" .ssh/authorized_keys | grep -q -F -e "$2"' key "$(entry 6)" "$(bare)" 2>/dev/null
}

key_make() {
  # shellcheck disable=SC2016
  as_user sh -c '
    umask 077
    cd "$1" && mkdir -p .ssh && touch .ssh/authorized_keys && chmod go-w . .ssh .ssh/authorized_keys || exit 1
    ! grep -v "^[[:space:]]*#" .ssh/authorized_keys | grep -q -F -e "$2" || exit 0
    [ -z "$(tail -c 1 .ssh/authorized_keys)" ] || echo >>.ssh/authorized_keys || exit 1
    printf "%s\n" "$3" >>.ssh/authorized_keys' key "$(entry 6)" "$(bare)" "$key"
}

bare() { # the key without its comment
  printf '%s' "$key" | cut -d ' ' -f 1,2
}

linger_is() {
  systemd_runs || return 0
  exists && [ -e "/var/lib/systemd/linger/$user" ] && systemctl is-active --quiet "user@$(id -u "$user").service"
}

linger_make() { # the second waits until it is up
  loginctl enable-linger "$user" && systemctl start "user@$(id -u "$user").service"
}

# Where the user may make the folder or the link, the first deploy does.

base_is() { may_write "$(nearest "$base")"; }

base_make() { mkdir -p "$base" && chown -h "$user:" "$base"; }

link_is() {
  [ "$(readlink "$path")" = "$base/current" ] || { ! there "$path" && may_write "$(nearest "$(dirname "$path")")"; }
}

link_make() { mkdir -p "$(dirname "$path")" && ln -sT "$base/current" "$path"; }

program_text() { # what root does for the deploy user, with the values of this target
  sed -e "s|^runs_as=.*|runs_as=$user|" -e "s|^target=.*|target=$base|" -e "s|^mark=.*|mark=$mark|" \
    -e "s|^domains=.*|domains='$domains'|" <<'END_OF_PROGRAM'
# units.sh stands here
END_OF_PROGRAM
}

sudoers_text() { # the one right of the deploy user: this program, as root, without an argument
  printf '%s\n' "# landfall-$mark: what root does for $base
Defaults!$program env_reset, !setenv, !requiretty
$user ALL=(root) NOPASSWD: $program \"\""
}

file_is() { # FILE MODE TEXT: root's own, and this
  [ ! -L "$1" ] && [ "$(stat -c '%u %a' "$1" 2>/dev/null)" = "0 $2" ] && [ "$(cat "$1")" = "$3" ]
}

file_make() { # FILE MODE TEXT: at once; sudo reads no file with a point in its name
  printf '%s\n' "$3" >"$1.new" && chmod "$2" "$1.new"
}

program_is() { file_is "$program" 755 "$(program_text)"; }

program_make() { mkdir -p "${program%/*}" && file_make "$program" 755 "$(program_text)" && mv -fT "$program.new" "$program"; }

sudoers_is() { file_is "$sudoers" 440 "$(sudoers_text)" && as_user sudo -n -l "$program" >/dev/null 2>&1; }

sudoers_make() {
  file_make "$sudoers" 440 "$(sudoers_text)" && visudo -c -q -f "$sudoers.new" && mv -fT "$sudoers.new" "$sudoers"
}

unit_text() { # it only waits, as the deploy user, for the recovery that their own systemd runs: what that starts would end with this unit.
  # However it ends, nginx starts then. 90 s is what systemd lets every unit take that says nothing else. Neither root nor systemd looks at
  # a file of the user's for it; where there is no recovery yet, there is nothing to wait for, and it is over at once.
  uid=$(id -u "$user" 2>/dev/null) || uid=''
  printf '%s\n' "# landfall-$mark: at a boot nginx waits for $base
[Unit]
Description=Landfall: what should serve at $base serves before nginx does
Wants=user@$uid.service
After=user@$uid.service
Before=nginx.service
ConditionPathExists=/var/lib/systemd/linger/$user
[Service]
Type=oneshot
User=$user
Environment=XDG_RUNTIME_DIR=/run/user/$uid
ExecStart=-systemctl --user start landfall-recover-$mark.service
TimeoutStartSec=90
[Install]
WantedBy=multi-user.target"
}

unit_is() { file_is "$unit" 644 "$(unit_text)" && systemctl is-enabled --quiet "${unit##*/}"; }

unit_make() {
  file_make "$unit" 644 "$(unit_text)" && mv -fT "$unit.new" "$unit" && systemctl enable --quiet "${unit##*/}"
}

thing() { # NAME TEXT: NAME_is says whether it is there, NAME_make makes it
  if "$1_is"; then
    return 0
  fi
  lacking=$((lacking + 1))
  if [ "$check" = yes ]; then
    tell "missing: $2"
    return 0
  fi
  tell "making $2"
  if ! "$1_make" || ! "$1_is"; then
    refuse 1 "could not make $2. What was made before stays; run again, this goes on from here"
  fi
}

main() {
  check=no wrongs=0 obstacles=0 lacking=0
  case $#$* in
    0) ;;
    1--check) check=yes ;;
    *) refuse 64 'usage: sh setup.sh [--check]' ;;
  esac
  values
  [ "$(id -u)" = 0 ] || refuse 77 'run this as root'
  cd /
  mark=$(printf '%s' "$base" | cksum | cut -d ' ' -f 1)
  program=/usr/local/sbin/landfall-$mark
  sudoers=/etc/sudoers.d/landfall-$mark
  unit=/etc/systemd/system/landfall-before-nginx-$mark.service
  look_round
  if [ "$check" = no ] && [ "$obstacles" != 0 ]; then
    refuse 1 'nothing was changed'
  fi
  thing packages "the packages $(packages)"
  thing user "the user $user"
  thing key "the deploy key of $user, for logins"
  thing linger "a life without a login for the processes of $user"
  thing base "the folder $base, which is $user's"
  thing link "the link $path, to $base/current"
  if rooted; then
    thing program "$program, which does for $user what only root can"
    thing sudoers "$sudoers, by which $user may call it"
  fi
  if fronted; then
    thing unit "$unit, by which nginx waits for the application at a boot"
  fi
  if [ "$check" = yes ] && [ $((lacking + obstacles)) != 0 ]; then
    refuse 1 'nothing was changed: run as root without --check, this makes what is missing'
  elif [ "$lacking" = 0 ]; then
    tell 'all is there: nothing was changed'
  else
    tell 'the host is ready'
  fi
}
main "$@"
