# site.sh: functions of root's program that make the text of nginx's site of this target, and put it into its place; they follow directives.sh's.

opens() { # NAME ARGUMENT...: may this block begin in $block? Sets matches, how a location is found
  wanted='no block that may stand here: server, and location in it'
  case $block-$* in
    -server) ;;
    server-location' '*)
      wanted='expected location /PATH, = /PATH, ^~ /PATH, ~ PATTERN, ~* PATTERN or @NAME'
      case $#-$2-${3:-} in
        2-@?*- | 3-'~'-?* | 3-'~*'-?*) matches=pattern ;;
        3-=-/*) matches=exact ;;
        2-/- | 2-/*/- | 3-'^~'-/ | 3-'^~'-/*/) matches=folder ;;
        2-/*- | 3-'^~'-/*) matches=within ;;
        *) return 1 ;;
      esac
      ;;
    *) return 1 ;;
  esac
}

wrong() { # TEXT...: all of it is told, and then nothing is done
  printf 'landfall-%s: line %s: %s\n' "$mark" "$at" "$*" >&2
  wrongs=yes
}

add() { # LINE
  text="$text$newline$indent$1"
}

statement() { # ;|{ NAME ARGUMENT...: one line of the text. Line 1 says whose it is
  end=$1
  shift
  at=$((at + 1))
  for word in "$@"; do
    if ! quotable "$word"; then
      wrong "$1: an argument may hold printable ASCII, without double quotes, and a backslash only as patterns have them"
      return 0
    fi
  done
  # what is in a block that may not be there is not looked at
  if [ "$block" = other ]; then
    :
  elif [ "$end" = ';' ]; then
    known "$@" || wrong "$*: $wanted"
  else
    opens "$@" || wrong "$*: $wanted"
  fi
  # a zone is known to all sites, so its name becomes one of this target's
  case $1 in
    limit_req_zone) own=2 ;;
    limit_req) own=1 ;;
    *) own=0 ;;
  esac
  name=$1
  said=$1
  shift
  for word in "$@"; do
    own=$((own - 1))
    [ "$own" != 0 ] || word=zone=landfall-$mark-${word#zone=}
    said="$said \"$word\""
  done
  if [ "$end" = ';' ]; then
    add "$said;"
    return 0
  fi
  case $block$name in
    server)
      named=no
      # no file of others is served, wherever a link leads that the deploy user has made
      said="$said { disable_symlinks if_not_owner from=$target;"
      ;;
    serverlocation) said="$said {" ;;
    *) name=other ;;
  esac
  add "$said"
  indent="$indent  "
  around="$block $around"
  block=$name
}

closes() { # the end of a block
  at=$((at + 1))
  indent=${indent%"  "}
  add '}'
  if [ "$block" = server ] && [ "$named" = no ]; then
    wrong 'the server that ends here has no server_name: it would answer for others'
  fi
  [ -n "$block" ] || refuse 64 "line $at: there is nothing to close"
  block=${around%% *}
  around=${around#* }
  matches=''
}

composed() { # sets text, the site that is asked for, once all of it is found good; empty: none is
  text="# nginx's site of $target, written by Landfall" at=1 block='' around='' indent='' matches='' wrongs=no
  begun=no
  set --
  while IFS= read -r line; do
    case $begun$#$line in
      no*) begun=yes ;;
      yes0.*[!a-z0-9_]* | yes0.) refuse 64 'there is no such request' ;;
      yes0.*) set -- "${line#.}" ;;
      'yes0}') closes ;;
      yes0*) refuse 64 'there is no such request' ;;
      yes*)
        case $line in
          -*) set -- "$@" "${line#-}" ;;
          ';' | '{')
            statement "$line" "$@"
            set --
            ;;
          *) refuse 64 'there is no such request' ;;
        esac
        ;;
    esac
  done <<END
$request
END
  [ "$#$block" = 0 ] || refuse 64 'the request was cut'
  [ "$wrongs" = no ] || refuse 64 'nothing was done'
  [ "$at" != 1 ] || text=''
}

nginx_says() { # FILE: what it says of this whole configuration; fails when it would not take it
  env -i PATH="$PATH" LC_ALL="$LC_ALL" timeout -k 5 60 nginx -t -c "$1" 2>&1 </dev/null 9>&-
}

tried() { # would nginx take all sites as they are, with this one in place of its former? Nothing that counts is changed for that
  command -v nginx >/dev/null || refuse 1 'nginx is not installed'
  rm -rf "$scratch.sites"
  mkdir "$scratch.sites" || refuse 73 "cannot write $scratch.sites"
  (
    # the one place where a pattern of files is meant
    set +f
    for file in "$nginx/sites-enabled"/*; do
      [ "$file" = "$site" ] || [ ! -e "$file" ] || ln -s "$file" "$scratch.sites/" || exit 1
    done
  ) || refuse 73 "cannot write $scratch.sites"
  if [ -n "$text" ]; then
    printf '%s\n' "$text" >"$scratch.sites/${site##*/}" || refuse 73 "cannot write $scratch.sites"
  fi
  # beside nginx.conf: names of files without a folder are looked up where it is
  sed "s|^\([[:space:]]*include[[:space:]]*\)$nginx/sites-enabled/\*;|\1$scratch.sites/*;|" "$nginx/nginx.conf" >"$nginx/landfall-$mark.try" ||
    refuse 73 "cannot write $nginx/landfall-$mark.try"
  grep -q -F "$scratch.sites/*;" "$nginx/landfall-$mark.try" ||
    refuse 1 "$nginx/nginx.conf has no line that includes $nginx/sites-enabled/*"
  taken=yes
  says=$(nginx_says "$nginx/landfall-$mark.try") || taken=no
  rm -rf "$scratch.sites" "$nginx/landfall-$mark.try"
  says=$(printf '%s\n' "$says" | grep -v -e ' syntax is ok$' -e ' test is successful$' || :)
  # of two sites with one name the first is asked, and the other never: this one is the last
  for its in $domains; do
    case $says in
      *"conflicting server name \"$its\""*) taken=no ;;
    esac
  done
  [ "$taken" = yes ] || refuse 65 "nginx does not take it: $says"
}

workers() { # of nginx's: their pids
  main=$(told show --property=MainPID --value nginx.service) || main=''
  cat "/proc/${main:-0}/task/${main:-0}/children" 2>/dev/null
}

reloaded() { # nginx serves by what lies there; one that does not run will when it starts
  case $(told is-active nginx.service) in
    active | reloading) ;;
    inactive | failed)
      printf 'landfall-%s: nginx does not run: the site counts when it is started\n' "$mark" >&2
      return 0
      ;;
    # nobody knows
    *) return 1 ;;
  esac
  before=$(workers)
  told reload nginx.service || return 1
  # the order is only passed on: a new worker of the same process is the proof that it was carried out
  [ -n "$before" ] || return 0
  tries=100
  while [ "$tries" -gt 0 ]; do
    for its in $(workers); do
      case " $before " in
        *" $its "*) ;;
        *) return 0 ;;
      esac
    done
    sleep 0.1
    tries=$((tries - 1))
  done
  return 1
}

place() { # try|site
  composed
  umask 077
  exec 9>>"$sites_lock"
  umask 022
  flock -w 300 9 || refuse 75 'another one is at work'
  if [ "$text" = "$(cat "$site" 2>/dev/null)" ] && [ ! -e "$scratch.reload" ]; then
    return 0
  fi
  tried
  [ "$1" = site ] || return 0
  # one that is killed from here on may have left nginx with the former: whoever comes next reloads it. A boot does, too
  : >"$scratch.reload" || refuse 73 "cannot write $scratch.reload"
  if [ -n "$text" ]; then
    # not where nginx would read it half-written
    printf '%s\n' "$text" >"$nginx/landfall-$mark.new" || refuse 73 "cannot write $nginx"
    sync "$nginx/landfall-$mark.new" || refuse 73 "cannot write $nginx"
    mv -fT "$nginx/landfall-$mark.new" "$site" || refuse 73 "cannot write $site"
  else
    rm -f "$site" || refuse 73 "cannot remove $site"
  fi
  reloaded || refuse 1 'nginx was told to reload, and did not: journalctl -u nginx, and its error log, say why'
  rm -f "$scratch.reload"
}
