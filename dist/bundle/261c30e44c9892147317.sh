# systemd.sh: managers.sh's functions over the deploy user's own systemd: a unit a service. They follow supervisor.sh's text,
# and ask manager.sh's, which comes later.
# What the units call is constant: $lf/run/start NAME starts the service of whatever release `current` leads to. They are not
# enabled: at boot `undo recover` starts them, when it has decided which release serves.

prefix() { # what the names of this target's units begin with
  printf 'landfall-%s-' "$(mark)"
}

folder_of_units() {
  printf '%s/.config/systemd/user' "${HOME:-}"
}

unit_names() { # SERVICE...: names of their units
  begins=$(prefix)
  for one in "$@"; do
    printf '%s%s.service\n' "$begins" "$one"
  done
}

systemd_sums() { # those of `systemctl --user edit`, too
  ours=$(folder_of_units)/$(prefix)
  sha256sum "$ours"*.service "$ours"*.service.d/*.conf
}

described_services() { # names of the services that have a unit
  begins=$(folder_of_units)/$(prefix)
  for one in "$begins"*.service; do
    if [ -e "$one" ]; then
      one=${one#"$begins"}
      printf '%s\n' "${one%.service}"
    fi
  done
}

systemd_equipped() {
  if [ -z "${HOME:-}" ]; then
    say "HOME is not set: where units are to lie is not known"
    return 1
  fi
  if ! manages; then
    say "no systemd of $(id -un) answers that lives without a login: sudo loginctl enable-linger $(id -un)"
    return 1
  fi
}

systemd_tool() {
  printf 'systemctl'
}

systemd_supervise() {
  fresh=no
  if ! own_systemd show --property=Version >/dev/null; then
    say "the systemd of $(id -un) does not answer; does it live without a login? sudo loginctl enable-linger $(id -un)"
    return 1
  fi
}

stops_within() { # RELEASE SERVICE: seconds, as a unit takes them
  drains=$(setting "$1" "$2" drain)
  # 0 would be: as long as it likes
  if [ "$drains" -eq 0 ]; then
    drains=1
  fi
  printf '%s' "$drains"
}

settings_of() { # RELEASE SERVICE: lines of its unit
  printf 'TimeoutStopSec=%s\n' "$(stops_within "$1" "$2")"
  about "$1"
  sed -n 's/^unit=//p' "$about/services/$2"
}

described_unit() { # RELEASE SERVICE: the text of its unit
  # mixed: the main process alone is told to stop, and ends its workers in order. It is started again for ever: whatever it waits
  # for, a database on another host say, may come back when nobody looks, and an undo must never be refused for too many starts.
  # A path here needs no quoting.
  printf '%s\n' "[Unit]
Description=Landfall: $2 of $base
StartLimitIntervalSec=0
[Service]
$(settings_of "$1" "$2")
ExecStart=/bin/sh $lf/run/start $2
KillMode=mixed
Restart=always
RestartSec=1
StandardOutput=append:$base/shared/logs/$2.log
StandardError=append:$base/shared/logs/$2.log"
}

systemd_describe() { # units of services that the release has not stay until they are stopped: register does it
  folder=$(folder_of_units)
  mkdir -p "$folder" "$base/shared/logs" || return 1
  changes=no
  for own in $(services "$1"); do
    file=$folder/$(unit_names "$own")
    wanted=$(described_unit "$1" "$own")
    if [ "$wanted" != "$(cat "$file" 2>/dev/null)" ]; then
      store "$file" "$wanted"
      changes=yes
    fi
  done
  if [ "$changes" = yes ]; then
    sync "$folder"
  fi
}

systemd_register() { # it starts nothing by itself: `started` is empty
  started=''
  later=''
  former=''
  about "$1"
  for own in $(described_services); do
    if [ ! -e "$about/services/$own" ]; then
      former="$former $own"
    fi
  done
  if [ -n "$former" ]; then
    # shellcheck disable=SC2086
    forget $former || return 1
  fi
  # always: a program that was killed may have written units that it has not taken up
  if ! own_systemd daemon-reload; then
    say "systemd cannot read its units in $(folder_of_units)"
    return 1
  fi
}

forget() { # SERVICE...: they are stopped, and their units are gone
  systemd_order stop "$@" >&2 || return 1
  for own in "$@"; do
    rm -f "$(folder_of_units)/$(unit_names "$own")" || return 1
  done
}

shorten() { # ACTION SERVICE...: longer logs are put aside when their service begins: they are opened anew then, and never before
  [ "$1" != stop ] || return 0
  shift
  for own in "$@"; do
    file=$base/shared/logs/$own.log
    if [ "$(stat -c %s "$file" 2>/dev/null || echo 0)" -gt 10485760 ]; then
      mv -f "$file" "$file.1" || :
    fi
  done
}

ordered() { # ACTION SERVICE...: a word for each, as supervisor has it
  action=$1
  shift
  for own in "$@"; do
    case $action in
      start) printf '%s: started\n' "$own" ;;
      stop) printf '%s: stopped\n' "$own" ;;
      restart) printf '%s: stopped\n%s: started\n' "$own" "$own" ;;
    esac
  done
}

systemd_order() {
  shorten "$@"
  action=$1
  shift
  # shellcheck disable=SC2046
  XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} timeout --foreground -k 5 "$(patience)" \
    systemctl --user "$action" $(unit_names "$@") </dev/null 8>&- 9>&- || return 1
  ordered "$action" "$@"
}

# What is asked of a unit, for in_words.
of_units='--property=Id --property=ActiveState --property=SubState --property=MainPID --property=Result'

systemd_roll() {
  all=$(described_services)
  [ -n "$all" ] || return 0
  # shellcheck disable=SC2046,SC2086
  own_systemd show $of_units $(unit_names $all) | in_words "$(prefix)"
}

in_words() { # PREFIX: blocks of KEY=VALUE lines, an empty line between, in supervisor's words
  awk -F = -v begins="$1" '
    function told() {
      if (is["Id"] == "") { return }
      name = substr(is["Id"], length(begins) + 1)
      sub(/\.service$/, "", name)
      state = "STOPPED"
      if (is["ActiveState"] == "active") { state = "RUNNING pid " is["MainPID"] "," }
      if (is["ActiveState"] == "activating") { state = is["SubState"] ~ /^auto-restart/ ? "BACKOFF" : "STARTING" }
      if (is["ActiveState"] == "deactivating") { state = "STOPPING" }
      if (is["ActiveState"] == "failed") { state = "FATAL" }
      print name, state, is["ActiveState"] " (" is["SubState"] "), result: " is["Result"]
      is["Id"] = ""
    }
    $1 == "" { told() }
    $1 != "" { is[$1] = $2 }
    END { told() }'
}

systemd_minds() {
  [ "$(id -u)" = "$(stat -c %u "$lf")" ] && [ -n "$(described_services)" ]
}

systemd_forgot() { # one that ended by itself is not `inactive`, but failed or about to be started again
  # shellcheck disable=SC2046
  own_systemd is-active $(unit_names $(services "$1")) | grep -qx inactive
}

systemd_rest() {
  all=$(described_services)
  [ -n "$all" ] || return 0
  # shellcheck disable=SC2086
  forget $all || return 1
  own_systemd daemon-reload || :
}
