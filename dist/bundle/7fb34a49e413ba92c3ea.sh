# system.sh: managers.sh's functions over units of the system. They follow systemd.sh's text. The units are written, started and
# stopped by a program of root's, which setup.sh has installed for this target alone; sudo lets the deploy user call it. What they call
# is constant, as of the units of the user's own systemd, and they are not enabled either: recovery starts them.

roots_program() { # its path; fails when there is none
  command -v "landfall-$(mark)"
}

root_does() { # REQUEST: what sudo starts ends by itself: the deploy user could not end it
  printf '%s\n' "$1" | sudo -n "$(roots_program)" 8>&- 9>&-
}

system_answers() { # would root's program do what is asked below? Without it sudo is not called: it would tell root of an attempt
  roots_program >/dev/null && command -v sudo >/dev/null && [ "$(root_does version 2>/dev/null)" = version=1 ]
}

system_shows() { # WORDS...: a question to the system's systemd, which everybody may ask
  timeout -k 5 10 systemctl "$@" 2>/dev/null </dev/null 8>&- 9>&-
}

system_equipped() {
  if ! system_answers; then
    say "$(id -un) may not have the system's systemd run the services of $base: run the setup script as root, with manager='system'"
    return 1
  fi
}

system_tool() {
  printf 'sudo'
}

system_supervise() {
  fresh=no
  if ! system_shows show --property=Version >/dev/null; then
    say "the system's systemd does not answer"
    return 1
  fi
}

system_describe() { # the units themselves are written by register, all in one request
  mkdir -p "$base/shared/logs"
}

system_register() { # it starts nothing by itself: `started` is empty
  started=''
  later=''
  root_does "$(
    printf 'units\n'
    for own in $(services "$1"); do
      printf '[%s]\n' "$own"
      settings_of "$1" "$own"
    done
  )" >&2
}

system_sums() { # those of `systemctl edit`, too
  ours=/etc/systemd/system/$(prefix)
  sha256sum "$ours"*.service "$ours"*.service.d/*.conf
}

system_order() {
  shorten "$@"
  root_does "$*" >&2 || return 1
  ordered "$@"
}

system_roll() { # also of a service that has no unit any more and still runs
  # shellcheck disable=SC2086
  system_shows show $of_units "$(prefix)*.service" | in_words "$(prefix)"
}

system_minds() {
  [ "$(id -u)" = "$(stat -c %u "$lf")" ]
}

system_forgot() { # one that ended by itself is not `inactive`, but failed or about to be started again
  # shellcheck disable=SC2046
  system_shows is-active $(unit_names $(services "$1")) | grep -qx inactive
}

system_rest() {
  root_does units >&2
}
