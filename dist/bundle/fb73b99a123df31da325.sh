# their-programs.sh BASE SERVICE...   says of the programs that were adopted, and of those that these services are to have, what a deploy needs to know
# Changes nothing.
# Prints keeper=, conf=, absent= (a service without a program), unit= lines, sudo= and barred= (what sudo does not allow). Exit: 0.
main() {
  target "$1"
  shift
  load
  kept_by=$(keeper)
  conf=$(their_conf)
  print keeper "$kept_by"
  print conf "$conf"
  wants=''
  for own in "$@"; do
    its=$(programs_of "$own")
    if [ -z "$its" ]; then
      newcomer "$own" || continue
    fi
    wanted "$its"
  done
  # what a release does not have any more is stopped, too, unless it is gone
  for own in $(kept_names); do
    case " $* " in
      *" $own "*) continue ;;
    esac
    if ! may_ask || ! gone "$own"; then
      wanted "$(programs_of "$own")"
    fi
  done
  if [ "$kept_by" != supervisor ] && [ -n "$wants" ]; then
    printf '%s' "$wants" | barred
  fi
}

wanted() { # PROGRAM: what it is, and what sudo must allow for it
  if [ "$kept_by" = units ]; then
    system_unit "$1.service"
  fi
  wants="$wants$(root_words "$kept_by" "$conf" "$1")
"
}

may_ask() { # root's supervisord may not be asked before sudo allows it, and nothing is tried
  [ "$kept_by" != root ] || [ -z "$(root_words root "$conf" - | head -n 1 | not_allowed)" ]
}

newcomer() { # SERVICE: sets its, the program of its name; where who keeps it does not say, that is what it should be called. Fails, and tells, where there is none
  its=$1
  may_ask || return 0
  keeper_answers || return 0
  its=$(keeper_has "$1")
  if [ -z "$its" ]; then
    print absent "$1"
    return 1
  fi
}
main "$@"
