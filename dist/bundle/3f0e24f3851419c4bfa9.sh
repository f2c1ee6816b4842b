# probe.sh BASE STAGING DIRECTORY VENV PYTHON COLLECT   asks the staged application about itself
# STAGING may be releases/<id>: a release that is prepared already.
# Reads probe.py on stdin and runs it in DIRECTORY, with VENV's Python (PYTHON where the release has no VENV) and the variables of .env.
# COLLECT yes: on the way it collects static files into <base>/staging/<STAGING>, if that is where they belong. Changes nothing else.
# Prints one line of JSON; {"django": null} where there is no manage.py. Exit: 0, 1 (the application could not be asked, or static files not collected), 64.
main() {
  staged "$1" "${2#releases/}"
  case $2 in
    releases/*) tree=$base/$2 ;;
  esac
  directory=$3
  python=$tree/$4/bin/python
  if [ ! -x "$python" ]; then
    python=$5
  fi
  cd "$tree/$directory" || die 64 "the release has no folder $directory"
  if [ ! -e manage.py ]; then
    echo '{"django": null}'
    return 0
  fi
  collects=''
  if [ "$6" = yes ]; then
    collects=collect
  else
    export PYTHONDONTWRITEBYTECODE=1
  fi
  # what it says is scrubbed; its answer goes by on a descriptor of its own, for facts must stay whole, and scrubs its errors itself
  LANDFALL_HIDE=$(scrub_texts "$tree/.env")
  export LANDFALL_HIDE
  came=0
  # shellcheck disable=SC2016 # expanded by the started shell
  hushed "$tree/.env" sh -c 'exec "$@" >&4 4>&-' sh "$python" - "$tree" "$base/shared" ${collects:+"$collects"} 4>&1 || came=$?
  case $came in
    0) ;;
    3) die 1 "collectstatic failed" ;;
    *) die 1 "the application could not be asked about itself" ;;
  esac
}
main "$@"
