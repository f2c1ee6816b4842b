# system-unit.sh: functions over what a unit of the system is, as systemd has read it, and who may change that. They follow system.sh's text.

system_unit() { # UNIT: `unit=UNIT KEY=VALUE` for each of its properties that counts; Writable: what of its files is not root's alone
  properties=''
  for key in ActiveState BoundBy ConsistsOf DropInPaths DynamicUser ExecConditionEx ExecReloadEx ExecStart ExecStartEx ExecStartPostEx \
    ExecStartPreEx ExecStop ExecStopEx ExecStopPostEx FragmentPath Id KillMode LoadState MainPID \
    NeedDaemonReload PropagatesStopTo ProtectSystem ReadWritePaths RefuseManualStart RefuseManualStop RemainAfterExit RequiredBy \
    RequisiteOf RootDirectory RootImage TimeoutStopUSec Transient TriggeredBy Type UpheldBy User WantedBy WorkingDirectory; do
    properties="$properties --property=$key"
  done
  # shellcheck disable=SC2086
  shown=$(system_shows show $properties "$1") || :
  printf '%s\n' "$shown" | sed -n "s/^[A-Z]/unit=$1 &/p"
  for file in $(printf '%s\n' "$shown" | sed -n -e 's/^FragmentPath=//p' -e 's/^DropInPaths=//p') "/etc/systemd/system/$1.d"; do
    alterable "$file"
  done | head -n 1 | sed "s/^/unit=$1 Writable=/"
}

alterable() { # PATH: prints what this user may write, or is not root's: of it, of the folders above, and of the same where links lead
  owner=$(stat -c %u "$1" 2>/dev/null) || owner=0
  if [ "$owner" != 0 ] || { [ -w "$1" ] && [ "$(id -u)" != 0 ]; }; then
    printf '%s\n' "$1"
  fi
  if [ "$1" != / ]; then
    alterable "$(dirname "$1")"
  fi
  if [ -L "$1" ]; then
    leads=$(readlink "$1")
    case $leads in
      /*) alterable "$leads" ;;
      *) alterable "$(dirname "$1")/$leads" ;;
    esac
  fi
}
