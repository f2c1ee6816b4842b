# units.sh BASE SERVICE...   says what the system's systemd knows of the units of these services, and of those that were a service before
# Changes nothing.
# Prints unit= (UNIT KEY=VALUE) for each property that counts, barred= for each order that sudo does not allow this user, and sudo=. Exit: 0, 78.
main() {
  target "$1"
  shift
  load
  # whatever runs the services now
  manager=units
  wants=$(for own in "$@"; do root_words units - "$own"; done)
  for own in "$@"; do
    system_unit "$own.service"
  done
  for own in $(kept_names); do
    case " $* " in
      *" $own "*) continue ;;
    esac
    if ! gone "$own"; then
      system_unit "$own.service"
      wants="$wants
$(root_words units - "$own")"
    fi
  done
  printf '%s\n' "$wants" | barred
}
main "$@"
