# start SERVICE   lies on the host as <base>/.landfall/run/start: becomes the service of the release that `current` leads to
# Called by the process manager only. Everything is resolved to real paths first: what starts now is of one release for ever.
# Changes nothing itself. Prints nothing itself.
# Exit: 64, 78, else the service's own.
main() {
  run=$(cd -P "${0%/*}" && pwd)
  # systemd's PATH is shorter than a login's
  if [ -r "$run/../path" ]; then
    PATH=$PATH:$(cat "$run/../path")
  fi
  cd -P "${run%/.landfall/run}/current" || exit 78
  # long names, for .env is loaded into this very shell before the last lines
  landfall_release=$PWD
  landfall_service=$1
  file=$landfall_release/.landfall/services/$1
  [ -e "$file" ] || die 64 "release ${landfall_release##*/} has no service $1"
  venv=''
  directory=.
  landfall_image=''
  while IFS='=' read -r key value; do
    case $key in
      venv) venv=$value ;;
      directory) directory=$value ;;
      image) landfall_image=$value ;;
    esac
  done <"$landfall_release/.landfall/release"
  landfall_path=''
  if [ -n "$venv" ] && [ -d "$landfall_release/$venv/bin" ]; then
    landfall_path=$(cd -P "$landfall_release/$venv/bin" && pwd):
  fi
  set --
  while IFS= read -r line; do
    case $line in
      word=*) set -- "$@" "${line#word=}" ;;
    esac
  done <"$file"
  [ $# -gt 0 ] || die 64 "release ${landfall_release##*/} names no command for its service $landfall_service"
  program=$1
  shift
  case $program in
    /*) ;;
    */*) program=$(cd -P "$(dirname "$landfall_release/$program")" && pwd)/${program##*/} ;;
  esac
  set -- "$program" "$@"
  cd -P "$landfall_release/$directory"
  if [ -e "$landfall_release/.env" ]; then
    load_env "$landfall_release/.env"
  fi
  export PATH="$landfall_path$PATH"
  export LANDFALL_RELEASE="${landfall_release##*/}"
  export LANDFALL_SERVICE="$landfall_service"
  if [ -n "$landfall_image" ]; then
    export LANDFALL_IMAGE="$landfall_image"
  fi
  # setproctitle, where it is installed, would write titles over the environment that tells the release
  export SPT_NOENV=1
  exec "$@"
}
main "$@"
