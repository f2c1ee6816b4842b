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
  # what a release does not have any more is stopped, too
  # shellcheck disable=SC2046 # names of services
  for own in $(printf '%s\n' "$@" $(kept_names) | awk '!seen[$0]++'); do
    its=$(programs_of "$own")
    if [ -z "$its" ]; then
      newcomer "$own" || continue
    fi
    if [ "$kept_by" = units ]; then
      system_unit "$its.service"
    fi
    wants="$wants$(root_words "$kept_by" "$conf" "$its")
"
  done
  if [ "$kept_by" != supervisor ] && [ -n "$wants" ]; then
    printf '%s' "$wants" | barred
  fi
}

newcomer() { # SERVICE: sets its, the program of its name; where who keeps it does not say, that is what it should be called. Fails, and tells, where there is none
  its=$1
  # root's supervisord may not be asked before sudo allows it, and nothing is tried
  if [ "$kept_by" = root ] && [ -n "$(root_words root "$conf" "$1" | head -n 1 | not_allowed)" ]; then
    return 0
  fi
  keeper_answers || return 0
  its=$(keeper_has "$1")
  if [ -z "$its" ]; then
    print absent "$1"
    return 1
  fi
}
main "$@"
