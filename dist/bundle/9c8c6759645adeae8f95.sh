# discard.sh BASE DRIVER   deletes what DRIVER has staged and not published, and whatever was left in staging, and what detached programs printed, more than 7 days ago
# Also environments that were not finished, and that nobody is building.
# Changes <base>/staging, <base>/trees, <base>/envs and .landfall/steps, where it deletes.
# Prints nothing. Exit: 0, 64.
main() {
  base=$1
  driver=$2
  case $driver in
    '' | *[!A-Za-z0-9_-]*) die 64 "'$driver' is not a driver" ;;
  esac
  if [ -d "$base/staging" ]; then
    find "$base/staging" -mindepth 1 -maxdepth 1 '(' -name "*.$driver" -o -mtime +7 ')' -exec rm -rf '{}' +
  fi
  for env in "$base/envs"/*/; do
    env=${env%/}
    if [ ! -d "$env" ] || [ -e "$env/.complete" ]; then
      continue
    fi
    # whoever builds it has this lock, and begins anew when it was left unfinished
    (
      flock -n 8 || exit 0
      [ -e "$env/.complete" ] || rm -rf "$env"
    ) 8>>"$env.lock" || say "$env was not finished, and cannot be deleted"
  done
  if [ -d "$base/.landfall/steps" ]; then
    find "$base/.landfall/steps" -mindepth 1 -maxdepth 1 ! -name "$driver" -mtime +7 -exec rm -rf '{}' +
  fi
  if [ -d "$base/trees" ]; then
    find "$base/trees" -mindepth 1 -maxdepth 1 -name '*.*' '(' -name "*.$driver" -o -name "*.$driver.*" -o -mtime +7 ')' -exec rm -f '{}' +
  fi
}
main "$@"
