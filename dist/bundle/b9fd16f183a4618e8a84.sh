# migrate.sh BASE NUMBER RELEASE PYTHON   runs `manage.py migrate --noinput` in a prepared release, with the variables of its .env
# For a database that nothing uses yet: the caller has found it so. Run again, it goes on where it stopped.
# Changes the application's database, and the journal.
# Prints nothing. Prose: Django, live. Exit: 0, 1 (the migrations failed), 64, 75, 79.
main() {
  target "$1"
  exclusive migrate finish "$2"
  id=$3
  python=$4
  case $id in
    '' | [.-]* | *[!A-Za-z0-9._-]*) die 64 "'$id' is not the name of a release" ;;
  esac
  [ "$phase" = open ] || die 79 "t$number is $phase: migrations run before the switch"
  tree=$base/releases/$id
  [ -e "$tree/.landfall/release" ] || die 64 "there is no release $id"
  directory=$(sed -n 's/^directory=//p' "$tree/.landfall/release")
  venv=$(sed -n 's/^venv=//p' "$tree/.landfall/release")
  if [ -n "$venv" ]; then
    python=$tree/$venv/bin/python
  fi
  cd "$tree/$directory"
  note migrating '' "release=$id"
  # the migration keeps the mutex: where it outlives this program, nobody else may begin
  hushed "$tree/.env" "$python" manage.py migrate --noinput </dev/null || die 1 "the migrations failed"
  note migrated '' "release=$id"
}
main "$@"
