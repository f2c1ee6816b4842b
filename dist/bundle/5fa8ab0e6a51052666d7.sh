# notices.sh: functions by which a host says that it took a release back by itself, where its team lets it. They follow undoing.sh's text.
# The messages lie in .landfall/notices.tN, 0600, made by the run that opened tN: the host sends one as it is, and puts no word of its own into it.
# A line is `<undone|held> <why> <kind> <base64 of a configuration of curl>`: address, headers, body.

announce() { # sends what this host owes people, beside whatever goes on. An undo neither waits for it nor fails by it
  [ -n "$owes" ] || return 0
  (cd / && setsid sh "$lf/undo" tell "t$number" "$phase" "$owes" </dev/null >>"$lf/watch.log" 2>&1 8>&- 9>&- &)
}

mend() { # what settle does. What that takes back by itself this host owes people to tell, unless a run is there that does it (attended=yes)
  telling=yes
  [ "$attended" = no ] || telling=no
  settle
}

tell() { # tN CAME WHY: sends the messages of this case. The journal keeps that people were told, if all arrived: else the next action tells them
  its=$lf/notices.$1
  [ -e "$its" ] || return 0
  # one at a time: whoever comes second finds nothing
  exec 8<"$its"
  flock 8
  [ -e "$its" ] || return 0
  sent=no
  lost=no
  while read -r came because kind message; do
    [ "$came $because" = "$2 $3" ] || continue
    ! told_of "$1" || continue
    sent=yes
    if ! deliver "$message"; then
      say "$1: the notice to $kind did not arrive: ${code:-no answer}"
      lost=yes
    fi
  done <"$its"
  # whoever took it back may bring up what served before for as long as that takes
  lock tell kill 3600
  if [ "$sent-$lost" = yes-no ] && ! told_of "$1"; then
    number=${1#t}
    note told ''
    load
  fi
  if [ "t$number" = "$1" ]; then
    put owes=
  fi
  # there are secrets in it
  rm -f "$its"
}

told_of() { # tN: people were told of it, by this host or by a run
  grep -q "\"tx\":${1#t},\"e\":\"told\"" "$lf/journal.jsonl" 2>/dev/null
}

deliver() { # MESSAGE: three times at most, of 5 s each. Refused once is refused
  for pause in 1 3 none; do
    code=$(printf '%s' "$1" | base64 -d 2>/dev/null | post) || :
    case $code in
      000) code='' ;;
      2??) return 0 ;;
      429) ;;
      4??) return 1 ;;
    esac
    [ "$pause" = none ] || sleep "$pause"
  done
  return 1
}

post() { # sends the message on stdin, and prints the status: an address is a secret, and stands in no list of processes
  if command -v curl >/dev/null; then
    curl -q --silent --proto '=http,https' --max-time 5 --output /dev/null --write-out '%{http_code}' --config -
    return
  fi
  # no value of that configuration has an escape that JSON has not
  timeout -k 1 7 python3 -c '
import json, sys, urllib.error, urllib.request
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None
headers, at = {}, {}
for line in sys.stdin:
    key, _, value = line.rstrip("\n").partition(" = ")
    value = json.loads(value)
    if key == "header":
        name, _, what = value.partition(": ")
        headers[name] = what
    else:
        at[key] = value
request = urllib.request.Request(at["url"], at["data-raw"].encode(), headers)
try:
    print(urllib.request.build_opener(Stay).open(request, timeout=5).status)
except urllib.error.HTTPError as refused:
    print(refused.code)
except OSError:
    print("000")
'
}
