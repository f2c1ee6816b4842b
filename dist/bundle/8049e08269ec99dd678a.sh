# manager.sh: functions over the deploy user's own systemd, where it has one that lives without a login. They follow transaction.sh's text.
# Whether it does is found by trial: its programs are installed on many a host that no systemd runs.

own_systemd() { # WORDS...: a word with it. Where it listens is not told to every login
  XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} timeout -k 5 10 systemctl --user "$@" 2>/dev/null </dev/null 8>&- 9>&-
}

manages() { # does it answer, and live on when nobody is logged in (loginctl enable-linger)?
  lingers=$(timeout -k 5 10 loginctl show-user "$(id -un)" --property=Linger --value 2>/dev/null </dev/null 8>&- 9>&-) || return 1
  [ "$lingers" = yes ] || return 1
  own_systemd show --property=Version >/dev/null
}

going_down() { # is the host being shut down? What fails then says nothing about a release. Asked of the system's own systemd
  [ "$(timeout -k 5 10 systemctl is-system-running 2>/dev/null </dev/null 8>&- 9>&-)" = stopping ]
}

mark() { # what tells this target's units from those of others
  printf '%s' "$base" | cksum | cut -d ' ' -f 1
}

boot_unit() { # the name of the unit that recovers this target at boot
  printf 'landfall-recover-%s.service' "$(mark)"
}

recovers() { # will it run `undo recover` at the next boot?
  [ "$(own_systemd is-enabled "$(boot_unit)")" = enabled ]
}

at_boot() { # it will from now on: the unit, and the link that enables it, are there and on the disk
  [ -n "${HOME:-}" ] || return 1
  units=$HOME/.config/systemd/user
  unit=$(boot_unit)
  # Under supervisor the services live in it from then on, and get their signal when the host goes down: so it does not end when its
  # program does, nor when that fails. Without linger it would start and end with a login, and they with it. A path here needs no quoting.
  wanted="[Unit]
Description=Landfall: what should serve at $base serves again after a boot
ConditionPathExists=/var/lib/systemd/linger/%u
ConditionPathExists=$lf/undo
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-/usr/bin/timeout -k 10 900 /bin/sh $lf/undo recover
StandardOutput=append:$lf/watch.log
StandardError=append:$lf/watch.log
[Install]
WantedBy=default.target"
  mkdir -p "$units/default.target.wants" || return 1
  if [ "$wanted" != "$(cat "$units/$unit" 2>/dev/null)" ]; then
    printf '%s\n' "$wanted" >"$units/$unit.new" || return 1
    sync "$units/$unit.new" || return 1
    mv -f "$units/$unit.new" "$units/$unit" || return 1
  fi
  if [ "$(readlink "$units/default.target.wants/$unit")" != "../$unit" ]; then
    ln -sfn "../$unit" "$units/default.target.wants/$unit" || return 1
    sync "$units" "$units/default.target.wants" || return 1
  fi
  recovers
}

minded() { # the watchdog as a unit of it, which is started again when it dies. Ends no process that an undo has started
  XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} timeout -k 5 20 systemd-run --user --quiet --collect --service-type=exec \
    --unit="landfall-watch-t$number-$$" --description="Landfall's watchdog over $base" --property=KillMode=process \
    --property=Restart=on-failure --property=RestartSec=5 --property='RestartPreventExitStatus=64 77 78' \
    --property="StandardOutput=append:$lf/watch.log" --property="StandardError=append:$lf/watch.log" \
    /bin/sh "$lf/undo" watch </dev/null >&2 8>&- 9>&-
}
