# kept.sh: managers.sh's functions over programs that others keep: what was there before Landfall (`adopted`), and units that root has
# written for it (`units`). They follow keepers.sh's text, which knows who keeps them. Their files stay as people wrote them: they name
# paths below <path>, which a program goes through when it starts. A service is the program of the same name.

programs_file() { # it has `service program` lines, for a program may be in a group (`group:name`): of what was adopted, or of the units that were ever a service
  case $manager in
    adopted) printf '%s' "$lf/adopted/programs" ;;
    *) printf '%s' "$lf/units" ;;
  esac
}

programs() { # its lines
  cat "$(programs_file)" 2>/dev/null || :
}

kept_equipped() { # RELEASE: its programs are there, and they obey; so do those of services that it no longer has
  if ! command -v "$(keeper_tool)" >/dev/null; then
    say "$(keeper_tool) is missing on the PATH of $(id -un): the programs that others keep cannot be told anything ($PATH)"
    return 1
  fi
  # shellcheck disable=SC2046
  wanted=$(programs_of $(services "$1"))
  for own in $(unknown "$1"); do
    its_program=$(program_for "$own") || return 1
    wanted="$wanted $its_program"
  done
  for own in $(former "$1"); do
    gone "$own" || wanted="$wanted $(programs_of "$own")"
  done
  # shellcheck disable=SC2086
  keeper_lets $wanted
}

kept_tool() {
  keeper_tool
}

kept_minds() {
  [ -s "$(programs_file)" ] && [ "$(id -u)" = "$(stat -c %u "$lf")" ]
}

kept_forgot() { # RELEASE: what their files say is started at boot is their keeper's affair. A unit that is not is started all the same, and
  # one that is no service any more must not run beside those that are
  [ "$manager" = units ] || return 1
  # shellcheck disable=SC2046
  [ -n "$(stirs no $(services "$1"))$(stirs yes $(former "$1"))" ]
}

stirs() { # yes|no SERVICE...: those whose unit runs or is about to; or neither, and has not failed
  [ $# -gt 1 ] || return 0
  about_to=$1
  shift
  # shellcheck disable=SC2046
  system_shows show --property=Id --property=ActiveState --property=Job $(printf '%s.service ' "$@") | awk -F = -v wanted="$about_to" '
    function told() {
      stirs = job + 0 > 0 || state ~ /ing$/ || state == "active" ? "yes" : state == "inactive" ? "no" : "-"
      if (id != "" && stirs == wanted) { print id }
      id = ""
      job = 0
    }
    $1 == "" { told() }
    $1 == "Id" { id = $2 }
    $1 == "ActiveState" { state = $2 }
    $1 == "Job" { job = $2 }
    END { told() }'
}

kept_roll() {
  {
    programs
    echo
    # shellcheck disable=SC2046
    keeper_roll $(own_programs) 2>/dev/null
  } | awk '
    $0 == "" { told = 1; next }
    !told { own[$2] = $1; next }
    $1 in own { name = own[$1]; $1 = ""; print name $0 }'
}

kept_supervise() { # it is not ours to start: its owner knows how
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
      say "$(keeper_named), which runs the services, does not answer: start it as it was started before"
      return 1
    fi
    sleep 1
  done
}

own_programs() { # all of them
  programs | cut -d ' ' -f 2-
}

programs_of() { # SERVICE...: their programs
  for own in "$@"; do
    programs | awk -v own="$own" '$1 == own { print $2 }'
  done
}

kept_names() { # services that have a program
  programs | cut -d ' ' -f 1
}

unknown() { # RELEASE: services of it that have none yet: people may have added some since
  named=" $(kept_names | tr '\n' ' ')"
  for own in $(services "$1"); do
    case "$named" in
      *" $own "*) ;;
      *) printf '%s\n' "$own" ;;
    esac
  done
}

former() { # RELEASE: services that it no longer has
  about "$1"
  for own in $(kept_names); do
    [ -e "$about/services/$own" ] || printf '%s\n' "$own"
  done
}

gone() { # SERVICE: who keeps its program says that it is no more, and does not run on: nothing is to be stopped. No answer says nothing
  its_program=$(keeper_has "$1") || return 1
  [ -z "$its_program" ] || return 1
  # a unit without a file may still run; a supervisord has none of whose name it does not know
  [ "$(keeper)" != units ] || roll | grep -Eq "^$1 +(STOPPED|EXITED|FATAL)( |$)"
}

program_for() { # SERVICE: the program that runs it
  its_program=$(keeper_has "$1")
  if [ -z "$its_program" ]; then
    say "$1 is no program of $(keeper_named): add it there, and let it be read (supervisorctl update, systemctl daemon-reload)"
    return 1
  fi
  printf '%s' "$its_program"
}

kept_describe() { # RELEASE: each of its services has a program
  for own in $(unknown "$1"); do
    its_program=$(program_for "$own") || return 1
    keeper_lets "$its_program" || return 1
    keep_programs "$(programs)
$own $its_program"
  done
}

keep_programs() { # LINES
  store "$(programs_file)" "$(printf '%s\n' "$1" | sed '/^$/d')"
}

kept_sums() { # what people made stays theirs to change
  :
}

kept_register() { # RELEASE: it starts nothing by itself. What is no service any more stops, should somebody have started it; what is gone is forgotten
  started=''
  later=''
  for own in $(former "$1"); do
    if gone "$own"; then
      keep_programs "$(programs | sed "/^$own /d")"
    fi
  done
  [ "${halted:-no}" = no ] || return 0
  for own in $(former "$1"); do
    states=$(roll) || :
    # at a boot, a unit that does not run may be about to
    if [ "$(keeper)" = units ] || ! in_state 'STOPPED|EXITED|FATAL' "$own"; then
      order stop "$own" >&2 || return 1
    fi
  done
}

kept_order() {
  action=$1
  shift
  # all of them were stopped before the link moved: to stop them again is only noise
  if [ "$action" = restart ] && [ "${halted:-no}" = yes ]; then
    action=start
  fi
  # shellcheck disable=SC2046
  keeper_order "$action" $(programs_of "$@")
}

kept_quiet() { # RELEASE: a program that runs would load the rest of its code from another release as soon as the link has moved
  kept_describe "$1" || return 1
  if [ "${halted:-no}" = no ] && [ "$(readlink "$base/current" || :)" != "releases/$1" ]; then
    halt
  fi
}

kept_lines() { # SERVICE
  keeper_lines "$(programs_of "$1")"
}

kept_rest() {
  halt
  halted=no
  if [ "$manager" = units ]; then
    states=$(roll) || :
    for own in $(kept_names); do
      if ! in_state 'STOPPED|EXITED|FATAL' "$own"; then
        say "$own has not stopped: ${states:-$(keeper_named) does not answer}"
        return 1
      fi
    done
    rm -f "$(programs_file)"
  fi
}
