# hooks.sh: functions that run the hooks of a release: commands of landfall.yml, which lie with it in .landfall/hooks. They follow serving.sh's text.

hooked() { # RELEASE MOMENT: has the release a hook for it? Sets about
  about "${1:--}"
  [ -e "$about/hooks/$2" ]
}

hook() { # RELEASE MOMENT BEFORE: runs the hook, if there is one. BEFORE: the release before, or empty. Exit 1: it failed
  hooked "$1" "$2" || return 0
  say "hook $2 of $1:"
  mark="end of the hook, $$"
  # sed ends at the mark, and with it all that follows: what a hook leaves behind may hold its output open for ever
  code=$(
    {
      {
        became=0
        become_hook "$@" 2>&1 3>&- || became=$?
        echo "$became" >&3
        printf '%s\n' "$mark"
      } | sed -u "/$mark\$/ { s/$mark\$//; /./!Q; q; }" 3>&- | scrub "$base/releases/$1/.env" 3>&- >&2
    } 3>&1
  )
  case $code in
    0) return 0 ;;
    124 | 137) say "the hook $2 of $1 was ended after $(fact "$about/hooks/$2" timeout) s" ;;
    *) say "the hook $2 of $1 failed: exit code ${code:-1}" ;;
  esac
  return 1
}

become_hook() { # RELEASE MOMENT BEFORE: its command, in the folder where the services run, with their variables, within its time
  # long names, for .env is loaded into the shell that becomes the command
  landfall_file=$about/hooks/$2
  landfall_release=$(cd -P "$base/releases/$1" && pwd) || return 1
  landfall_directory=$landfall_release/$(facts "$1" directory)
  landfall_venv=$(facts "$1" venv)
  landfall_limit=$(fact "$landfall_file" timeout)
  landfall_moment=$2
  landfall_before=$3
  landfall_number=$number
  set --
  while IFS= read -r landfall_line; do
    case $landfall_line in
      word=*) set -- "$@" "${landfall_line#word=}" ;;
    esac
  done <"$landfall_file"
  [ $# -gt 0 ] || return 1
  case $1 in
    /*) ;;
    */*)
      landfall_word=$landfall_release/$1
      shift
      set -- "$landfall_word" "$@"
      ;;
  esac
  (
    cd "$landfall_directory" || exit 1
    if [ -e "$landfall_release/.env" ]; then
      load_env "$landfall_release/.env" || exit 1
    fi
    landfall_path=''
    if [ -n "$landfall_venv" ] && [ -d "$landfall_release/$landfall_venv/bin" ]; then
      landfall_path=$landfall_release/$landfall_venv/bin:
    fi
    # timeout keeps the mutex until the command has ended, also where this program was killed; what the command leaves behind does not
    # shellcheck disable=SC2016 # expanded by the started shell
    exec env PATH="$landfall_path$PATH" LANDFALL_HOOK="$landfall_moment" LANDFALL_RELEASE="${landfall_release##*/}" \
      LANDFALL_PREVIOUS="$landfall_before" LANDFALL_TRANSACTION="t$landfall_number" \
      timeout -k 5 "$landfall_limit" /bin/sh -c 'exec "$@" 8>&- 9>&-' sh "$@"
  ) </dev/null &
  landfall_group=$!
  landfall_ended=0
  wait "$landfall_group" || landfall_ended=$?
  # timeout made a group of its own: nothing in it runs on
  kill -KILL "-$landfall_group" 2>/dev/null || :
  return "$landfall_ended"
}
