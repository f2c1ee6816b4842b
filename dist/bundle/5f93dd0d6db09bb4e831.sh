# look.sh BASE PATH PYTHON PROGRAM...   reads all that a plan needs to know of a host
# Changes nothing.
# Prints key=value facts: state (number, phase, …), claim.* lines, what is at PATH, releases, space, programs, Python, journal (base64).
# Exit: 0, 78.
main() {
  target "$1"
  path=$2
  python=$3
  shift 3
  state
  place
  room
  for name in "$@"; do
    print "program.$name" "$(command -v "$name" || :)"
  done
  print manager "$(manages && echo yes || echo no)"
  print systemd "$([ -d /run/systemd/system ] && echo yes || echo no)"
  print system.units "$(system_answers && echo yes || echo no)"
  print services.under "$(chosen '')"
  # beside the question to the manager, which takes as long: a Python starts in both. What this one says waits in the pipe, so that
  # no line of the one lands within a line of the other
  python_facts | {
    release_facts
    serving_facts
    cat
  }
}

state() {
  load
  print clock "$(date +%s)"
  print user "$(id -un)"
  print home "${HOME:-}"
  print number "$number"
  print kind "$kind"
  print phase "$phase"
  print release "$release"
  print previous "$previous"
  print of "$of"
  print driver "$driver"
  if [ "$phase" != none ]; then
    sed 's/^/claim./' "$lf/transaction"
    print remaining "$((deadline - now))"
    print booted "$([ "$boot" = "$here" ] && echo no || echo yes)"
  fi
  beat=''
  read -r beat 2>/dev/null <"$lf/beat.$driver" || :
  print beat "$beat"
  if [ -n "$beat" ]; then
    print silence "$((now - ${beat##* }))"
  else
    opened=$(sed -n 's/^opened=//p' "$lf/transaction" 2>/dev/null || :)
    print silence "$((now - ${opened:-$now}))"
  fi
  if [ -e "$lf/journal.jsonl" ]; then
    print journal "$(tail -c 65536 "$lf/journal.jsonl" | base64 -w 0)"
  fi
}

kind_of() { # FILE
  if [ -L "$1" ]; then
    printf 'link %s' "$(readlink "$1")"
  elif [ -d "$1" ]; then
    # shellcheck disable=SC2012 # a glance for people
    printf 'directory %s' "$(ls -A "$1" | head -n 5 | tr '\n' ' ')"
  elif [ -e "$1" ]; then
    printf 'file'
  else
    printf 'absent'
  fi
}

nearest() { # the nearest folder that exists: where the file system and the rights are decided
  folder=$1
  while [ ! -d "$folder" ]; do
    folder=$(dirname "$folder")
  done
  printf '%s' "$folder"
}

writable() { # FOLDER
  [ -w "$1" ] && [ -x "$1" ] && echo yes || echo no
}

place() {
  print at.path "$(kind_of "$path")"
  print at.base "$(kind_of "$base")"
  parent=$(nearest "$(dirname "$path")")
  print parent "$parent"
  print parent.writable "$(writable "$parent")"
  folder=$(nearest "$base")
  print base.nearest "$folder"
  print base.writable "$(writable "$folder")"
}

room() { # free space and inodes where the base is
  folder=$(nearest "$base")
  print free.bytes "$(df -Pk "$folder" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')"
  print free.inodes "$(df -Pi "$folder" | awk 'NR == 2 { print $4 }')"
}

uv_version() {
  uv=$(uv_path) || return 0
  "$uv" --version 2>/dev/null || :
}

python_facts() {
  print python.uv "$(uv_version)"
  if ! command -v "$python" >/dev/null 2>&1; then
    return 0
  fi
  "$python" -c '
import sys, sysconfig, platform
print("python.version=" + " ".join(sys.version.split()))
print("python.platform=" + sysconfig.get_platform())
print("python.libc=" + "-".join(platform.libc_ver()))
try:
    import ensurepip, venv
    print("python.pip=" + ensurepip.version())
except ImportError:
    pass
' 2>/dev/null || :
}

beside() { # LINES END: of `word  path` lines, the word of the first path that ends so; empty: there is none
  while read -r word rest; do
    case $rest in
      *"$2")
        printf '%s' "$word"
        return 0
        ;;
    esac
  done <<END
$1
END
}

release_facts() {
  print current "$(readlink "$base/current" 2>/dev/null || :)"
  # one program for all releases, never one for each. Of a .env, which going back may have replaced, its sha256
  sums=$(sha256sum "$base/releases"/*/.env 2>/dev/null || :)
  times=$(stat -c '%Y %n' "$base/releases"/*/.landfall/prepared "$base/releases"/*/.landfall/release "$lf/adopted/release" 2>/dev/null || :)
  for folder in "$base/releases"/*/.landfall/release "$base/releases"/adopted-*; do
    [ -e "$folder" ] || continue
    id=${folder#"$base/releases/"}
    id=${id%%/*}
    about "$id"
    [ -e "$about/release" ] || continue
    sum=$(beside "$sums" "/releases/$id/.env")
    at=$(beside "$times" "/releases/$id/.landfall/prepared")
    by=''
    if [ -n "$at" ]; then
      while IFS= read -r line; do
        by="$by$line,"
      done 2>/dev/null <"$base/releases/$id/.landfall/prepared" || :
    else
      at=$(beside "$times" "${about#"$base"}/release")
    fi
    print has "$id $(fact "$about/release" hash) ${sum:--} $(fact "$about/release" environment) $at $by"
  done
  for folder in "$base/envs"/*/.complete; do
    [ -e "$folder" ] || continue
    folder=${folder%/.complete}
    print env "${folder##*/}"
  done
  if [ -r "$base/shared/.env" ]; then
    print shared.env "$(sha256sum <"$base/shared/.env" | cut -c 1-64)"
    # a bad line is told by arrange, which is to use the file
    print shared.names "$(env_names "$base/shared/.env" 2>/dev/null | sed 's/^name=//' | tr '\n' ' ')"
  fi
}

drift() { # files of the live release that somebody changed on the host since they were put there; at most ten
  list=$base/trees/$serving
  if [ -z "$serving" ] || [ ! -e "$list" ]; then
    return 0
  fi
  cd -P "$base/releases/$serving" || return 0
  if [ -n "$(find . -type f -newer "$list" ! -name '*.pyc' ! -path './.env' ! -path './.landfall/*' -print -quit)" ]; then
    # those of the list that are newer than it, with another sum than there: of three equal lines none is left. Names end with NUL
    {
      find . -type f -newer "$list" -print0
      cut -z -b 68- "$list"
    } | sort -z | uniq -z -d | xargs -0 -r sha256sum -z -- | {
      cat
      cut -z -b 2- "$list"
      cut -z -b 2- "$list"
    } | sort -z | uniq -z -u | cut -z -b 67- | head -z -n 10 | tr '\n\0' '?\n'
  fi
}

edited() { # files by which the services run that somebody changed, added to or removed since the manager took them up; at most ten
  case $phase in
    confirmed | undone) ;;
    *) return 0 ;;
  esac
  if [ -n "$serving" ] && [ -s "$lf/run/written" ]; then
    {
      as_written || :
      cat "$lf/run/written"
    } | sort | uniq -u | cut -c 67- | sort -u | head -n 10
  fi
}

serving_facts() {
  serving=$(readlink "$base/current" 2>/dev/null || :)
  serving=${serving#releases/}
  if [ -n "$serving" ] && minds; then
    inspect "$serving"
    printf '%s\n' "$found" | sed -n 's/^./process=&/p'
  fi
  drift | while read -r file; do
    print drift "$file"
  done
  edited | while read -r file; do
    print edited "$file"
  done
  # how long what serves may take: its schedulers to stop, then all others, side by side; and to come up
  about "${serving:--}"
  print pace "$(cat "$about/services"/* 2>/dev/null | awk -F = '
    $1 == "role" { others = $2 != "scheduler" }
    $1 == "drain" && $2 + 0 > drain[others] { drain[others] = $2 + 0 }
    $1 == "boot" && $2 + 0 > boot { boot = $2 + 0 }
    END { print drain[0] + 0, drain[1] + 0, boot + 0 }')"
  awk '$4 == "0A" { split($2, a, ":"); print a[2] }' /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u | while read -r hex; do
    print listening "$(printf '%d' "0x$hex")"
  done
}
main "$@"
