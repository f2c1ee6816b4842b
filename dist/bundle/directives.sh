# directives.sh: functions of root's program that say what may stand in nginx's site of this target; their text stands in that of units.sh.
# What comes is words, and the text is made of them here: each argument stands in quotes and can hold none, nor a backslash before one, so
# nginx reads no other words than were looked at. nginx's master opens files and sockets as root, and its workers read and reach more than
# the deploy user does. So a directive is one of those below: what it names lies below the target's own folder, or is a port of this host's
# loopback, or a certificate of a domain that root has written in; it changes no other site, and takes none of another's names.

quotable() { # WORD: can it stand in double quotes, and be read there as itself?
  case $1 in
    *[!' '-~]* | *'"'*) return 1 ;;
  esac
  rest=$1
  while :; do
    case $rest in
      *\\*) rest=${rest#*\\} ;;
      *) return 0 ;;
    esac
    # of a regular expression; \n, \t, \\ and a quote mean something to nginx itself
    case $rest in
      [.dDwWsSbB/+*?^$\|\(\)-]*) ;;
      *) return 1 ;;
    esac
  done
}

plain() { # PATH: absolute, without a variable, and without a way out of where it leads
  case $1 in
    *[!A-Za-z0-9._/@+-]* | *//* | */../* | */.. | */./* | */.) return 1 ;;
    /*) ;;
    *) return 1 ;;
  esac
}

ours() { # DOMAIN: did root write it in?
  case $1 in
    '' | *[!a-z0-9.-]*) return 1 ;;
  esac
  case " $domains " in
    *" $1 "*) ;;
    *) return 1 ;;
  esac
}

certificate() { # PATH: of a domain of ours, where certbot or root puts it. Another's would make this site answer as that
  case $1 in
    /etc/letsencrypt/live/*) its=${1#/etc/letsencrypt/live/} ;;
    /etc/ssl/*) its=${1#/etc/ssl/} ;;
    *) return 1 ;;
  esac
  case $its in
    */fullchain.pem | */privkey.pem | */chain.pem | */cert.pem) ours "${its%/*}" ;;
    *) return 1 ;;
  esac
}

behind() { # ADDRESS: a port of loopback, and a path there. A socket could be a link to one that is nginx's alone to reach
  case $1 in
    *'$'*) return 1 ;;
    http://127.0.0.1:* | http://localhost:* | http://'[::1]':*) its=${1#http://} ;;
    *) return 1 ;;
  esac
  its=${its#"[::1]"}
  its=${its#*:}
  number "${its%%/*}" 1 65535
}

# shellcheck disable=SC2016 # $uri is nginx's
inside() { # URI...: codes, names of locations, or paths of the site; nothing in them can climb. Whoever asks could put `..` into other variables
  for its in "$@"; do
    case $its in
      *..* | [0-9=]*[!0-9]* | @*[!A-Za-z0-9_-]*) return 1 ;;
      [0-9]* | =?* | @?*) ;;
      '$uri'*)
        case ${its#"\$uri"} in
          *[!A-Za-z0-9._/-]*) return 1 ;;
        esac
        ;;
      /*) plain "$its" || return 1 ;;
      *) return 1 ;;
    esac
  done
}

zone() { # zone=NAME...: is the name one that the target's own can be made of?
  case $1 in
    zone=*) its=${1#zone=} ;;
    *) return 1 ;;
  esac
  its=${its%%:*}
  case $its in
    '' | *[!A-Za-z0-9_]*) return 1 ;;
  esac
}

alone() { # NAMES...: files of a folder
  for its in "$@"; do
    case $its in
      '' | . | .. | *[!A-Za-z0-9._-]*) return 1 ;;
    esac
  done
}

# shellcheck disable=SC2016
known() { # NAME ARGUMENT...: may this directive stand in $block, so? Sets wanted, what would have been right
  name=$1
  shift
  wanted='no directive that a site may have'
  # at the top a line is for all sites
  case $block$name in
    limit_req_zone)
      wanted='expected $VARIABLE zone=NAME:1m rate=10r/s, 10 MB at most'
      case ${1:-} in
        '$'*[!A-Za-z0-9_]* | [!$]* | '') return 1 ;;
      esac
      [ $# = 3 ] && zone "$2" && its=${2#*:} && [ "${its%m}m" = "$its" ] && number "${its%m}" 1 10
      return
      ;;
  esac
  [ -n "$block" ] || return 1
  case $name in
    # between nginx, whoever asks this site, and the application
    return | add_header | expires | etag | charset | default_type | internal | allow | deny | satisfy | autoindex | if_modified_since) ;;
    client_max_body_size | client_body_buffer_size | client_body_timeout | client_header_timeout | keepalive_timeout | send_timeout) ;;
    gzip | gzip_types | gzip_min_length | gzip_comp_level | gzip_proxied | gzip_vary | gzip_static | gzip_disable | gzip_http_version) ;;
    proxy_set_header | proxy_hide_header | proxy_http_version | proxy_redirect | proxy_buffering | proxy_request_buffering) ;;
    proxy_buffers | proxy_buffer_size | proxy_busy_buffers_size | proxy_intercept_errors | proxy_cookie_path | proxy_cookie_flags) ;;
    proxy_connect_timeout | proxy_read_timeout | proxy_send_timeout | limit_rate | limit_rate_after | limit_req_status) ;;
    http2 | server_tokens | log_not_found | absolute_redirect | port_in_redirect | sendfile | tcp_nodelay | tcp_nopush) ;;
    ssl_protocols | ssl_ciphers | ssl_prefer_server_ciphers | ssl_ecdh_curve | ssl_session_timeout | ssl_session_tickets | ssl_stapling | ssl_stapling_verify) ;;
    listen)
      # an address of its own, default_server, or another option would reach for requests and sockets of other sites
      wanted='expected 80, [::]:80, 443 ssl or [::]:443 ssl; http2 may follow ssl'
      case $* in
        80 | '[::]:80' | '443 ssl' | '[::]:443 ssl' | '443 ssl http2' | '[::]:443 ssl http2') ;;
        *) return 1 ;;
      esac
      ;;
    server_name)
      wanted="expected some of: ${domains:-no domain at all, for the setup script was told none}"
      for its in "$@"; do
        ours "$its" || return 1
      done
      named=yes
      ;;
    root)
      wanted="expected a folder below $target (by {current} or {shared}), or /var/www/html"
      [ $# = 1 ] && plain "$1" || return 1
      case $1 in
        /var/www/html | "$target"/?*) ;;
        *) return 1 ;;
      esac
      ;;
    alias)
      # where the location ends within a name and this after one, `/static../x` would lead to the folder above
      wanted="expected a path below $target (by {current} or {shared}), and / at its end only where the location ends with one; none in a location by a pattern"
      [ $# = 1 ] && plain "$1" || return 1
      case $matches$1 in
        within"$target"/?*/) return 1 ;;
        within"$target"/?* | folder"$target"/?* | exact"$target"/?*) ;;
        *) return 1 ;;
      esac
      ;;
    index)
      wanted='expected names of files'
      alone "$@"
      ;;
    try_files | error_page)
      wanted='expected codes, paths of the site without .., names of locations, and no variable but $uri'
      inside "$@"
      ;;
    rewrite)
      wanted='expected a redirect: rewrite PATTERN TO permanent, or redirect'
      [ $# = 3 ] || return 1
      case $3 in
        permanent | redirect) ;;
        *) return 1 ;;
      esac
      ;;
    proxy_pass)
      wanted='expected http://127.0.0.1:PORT, with a path or without, and no variable'
      [ $# = 1 ] && behind "$1"
      ;;
    access_log)
      wanted='expected off: where nginx logs is for root to say'
      [ "$*" = off ]
      ;;
    ssl_certificate | ssl_certificate_key | ssl_trusted_certificate)
      wanted='expected /etc/letsencrypt/live/DOMAIN/fullchain.pem (or privkey.pem, chain.pem), or the same below /etc/ssl, of a domain of this target'
      [ $# = 1 ] && certificate "$1"
      ;;
    ssl_dhparam) [ "$*" = /etc/letsencrypt/ssl-dhparams.pem ] ;;
    limit_req)
      wanted='expected zone=NAME of a limit_req_zone of this file, then burst=, delay= or nodelay'
      zone "${1:-}" && [ "$its" = "${1#zone=}" ]
      ;;
    *) return 1 ;;
  esac
}
