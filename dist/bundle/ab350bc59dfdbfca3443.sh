# adopted.sh: managers.sh's functions over programs that were there before Landfall. They follow keepers.sh's text, which knows who keeps them.
# Their files stay as people wrote them: they name paths below <path>, which a program goes through when it starts. A service is the
# program of the same name; $lf/adopted/programs has `service program` lines, for a program may be in a group (`group:name`).

adopted_equipped() {
  if ! command -v "$(keeper_tool)" >/dev/null; then
    say "$(keeper_tool) is missing on the PATH of $(id -un): the programs that were adopted cannot be told anything ($PATH)"
    return 1
  fi
  # shellcheck disable=SC2046
  keeper_lets $(own_programs)
}

adopted_tool() {
  keeper_tool
}

adopted_minds() {
  [ -s "$lf/adopted/programs" ] && [ "$(id -u)" = "$(stat -c %u "$lf")" ]
}

adopted_forgot() { # what their files say is started at boot is their supervisord's affair
  return 1
}

adopted_roll() {
  # shellcheck disable=SC2046
  keeper_roll $(own_programs) 2>/dev/null | awk '
    NR == FNR { own[$2] = $1; next }
    $1 in own { name = own[$1]; $1 = ""; print name $0 }' "$lf/adopted/programs" -
}

adopted_supervise() { # it is not ours to start: its owner knows how
  fresh=no
  # just asked
  [ "${halted:-no}" = no ] || return 0
  awaited
}

awaited() { # who keeps them answers. At a boot it may be about to start, when an undo is at work already
  tries=0
  until keeper_answers; do
    tries=$((tries + 1))
    if [ "${patient:-no}" = no ] || [ "$tries" -gt 60 ]; then
      say "$(keeper_named), which runs the programs that were adopted, does not answer: start it as it was started before"
      return 1
    fi
    sleep 1
  done
}

own_programs() { # all of them
  cut -d ' ' -f 2- "$lf/adopted/programs"
}

programs_of() { # SERVICE...: their programs
  for own in "$@"; do
    awk -v own="$own" '$1 == own { print $2 }' "$lf/adopted/programs"
  done
}

adopted_names() { # services that have a program
  cut -d ' ' -f 1 "$lf/adopted/programs"
}

adopted_describe() { # RELEASE: each of its services has a program; people may have added some since
  named=" $(adopted_names | tr '\n' ' ')"
  for own in $(services "$1"); do
    case "$named" in
      *" $own "*) continue ;;
    esac
    its_program=$(keeper_has "$own")
    if [ -z "$its_program" ]; then
      say "$own is no program of $(keeper_named): add it there, and let it be read (supervisorctl update, systemctl daemon-reload)"
      return 1
    fi
    keeper_lets "$its_program" || return 1
    store "$lf/adopted/programs" "$(cat "$lf/adopted/programs")
$own $its_program"
  done
}

adopted_sums() { # what people made stays theirs to change
  :
}

adopted_register() { # it starts nothing by itself
  started=''
  later=''
}

adopted_order() {
  action=$1
  shift
  # all of them were stopped before the link moved: to stop them again is only noise
  if [ "$action" = restart ] && [ "${halted:-no}" = yes ]; then
    action=start
  fi
  # shellcheck disable=SC2046
  keeper_order "$action" $(programs_of "$@")
}

at_work_below() { # FOLDER...: pids of all processes that this user can see and whose working directory is in one of them
  for folder in "$@"; do
    real=$(cd -P "$folder" 2>/dev/null && pwd) || continue
    # shellcheck disable=SC2012 # names below /proc are numbers
    ls -ld /proc/[0-9]*/cwd 2>/dev/null | awk -v root=" -> $real" '
      {
        at = index($0, root)
        rest = substr($0, at + length(root))
      }
      at && (rest == "" || rest ~ /^\//) {
        sub(/^.* \/proc\//, "")
        sub(/\/cwd -> .*$/, "")
        print
      }'
  done
}

halt() { # all programs stop, in the order of their roles: workers finish what they are at while web still answers
  halted=yes
  states=$(roll) || :
  schedulers=$(having scheduler "$release" "$previous")
  workers=$(having worker "$release" "$previous")
  halts_first=''
  halts_then=''
  halts_last=''
  for own in $(adopted_names); do
    # at a boot, a unit that does not run may be about to: an order to stop is what takes that back
    if [ "$(keeper)" != units ] && in_state 'STOPPED|EXITED|FATAL' "$own"; then
      continue
    fi
    case "$schedulers" in
      *" $own "*)
        halts_first="$halts_first $own"
        continue
        ;;
    esac
    case "$workers" in
      *" $own "*) halts_then="$halts_then $own" ;;
      *) halts_last="$halts_last $own" ;;
    esac
  done
  for group in "$halts_first" "$halts_then" "$halts_last"; do
    if [ -n "$group" ]; then
      # shellcheck disable=SC2086
      each stop $group
    fi
  done
}

idle() { # FOLDER...: nobody works there any more
  tries=0
  while busy=$(at_work_below "$@") && [ -n "$busy" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 50 ]; then
      say "processes still work in $*: $(printf '%s' "$busy" | tr '\n' ' ')"
      return 1
    fi
    sleep 0.1
  done
}

adopted_quiet() { # RELEASE: a program that runs would load the rest of its code from another release as soon as the link has moved
  adopted_describe "$1" || return 1
  if [ "${halted:-no}" = no ] && [ "$(readlink "$base/current" || :)" != "releases/$1" ]; then
    halt
  fi
}

adopted_lines() { # SERVICE
  keeper_lines "$(programs_of "$1")"
}

adopted_rest() {
  halt
}
