"""Asks a Django application about itself. Fed to `python - ROOT SHARED [collect]` on stdin, in the folder of manage.py; Django 4.2 to 6.0.

Prints one line of JSON, on the stdout that it was given; whatever the application prints goes to stderr. With `collect` static files
are collected on the way, where they belong into the release: loading the application a second time would take longer than all
else here. Exits with 3 when that fails. Else it never writes: a SQLite file is opened read-only (SQLite may put -shm and -wal beside it), and one that does not exist is not created. ROOT is the release, SHARED what
outlives releases: a file of the release that SHARED has is read there, for there the release will find it.
"""
import os
import sys

OUT = os.dup(1)
os.dup2(2, 1)
# texts that errors must not show, the longest first
HIDE = [text for text in os.environ.pop("LANDFALL_HIDE", "").split("\n") if text]


def emit(facts):
    import json

    with os.fdopen(OUT, "wb") as out:
        out.write((json.dumps(facts) + "\n").encode())


class Stop(BaseException):
    """Ends manage.py at its last line."""


def boot():
    """Runs the project's own manage.py up to its last line, so that settings are found the way the project finds them."""
    import django
    import django.core.management as management
    import runpy

    def stop(*_):
        raise Stop

    real = management.execute_from_command_line
    management.execute_from_command_line = stop
    here = os.getcwd()
    sys.argv = ["manage.py", "migrate"]
    sys.path[0] = here
    try:
        runpy.run_path(os.path.join(here, "manage.py"), run_name="__main__")
    except Stop:
        pass
    finally:
        management.execute_from_command_line = real
    django.setup()


def inside(path, root):
    """The path relative to the release, or None. The release may be named by its real path or through links."""
    path = os.path.normpath(os.path.abspath(str(path)))
    for base in (root, os.path.realpath(root)):
        if path == base or path.startswith(base + os.sep):
            return os.path.relpath(path, base)
    return None


def told(error):
    """The last lines of an error, as a person reads them."""
    import traceback

    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    for hidden in HIDE:
        text = text.replace(hidden, "***")
    return [line for line in text.splitlines() if line.strip()][-8:]


def sqlite_file(settings_dict, root, shared):
    """Of a SQLite database: its path, that relative to the release, and the file to read. None where there is none."""
    from urllib.parse import unquote, urlsplit

    name = str(settings_dict["NAME"])
    if name.startswith("file:"):
        if "mode=memory" in name or ":memory:" in name:
            return None, None, None
        name = unquote(urlsplit(name).path)
    elif not name or ":memory:" in name:
        return None, None, None
    path = os.path.abspath(name)
    relative = inside(path, root)
    if relative is not None:
        kept = os.path.join(shared, relative)
        if os.path.exists(kept):
            return path, relative, kept
    return path, relative, path if os.path.exists(path) else None


def aim(connection, file):
    """Points a SQLite connection at a file, read-only, or at an empty database in memory."""
    from urllib.parse import quote

    settings_dict = connection.settings_dict
    settings_dict["NAME"] = "file:%s?mode=ro" % quote(os.path.realpath(file)) if file else ":memory:"
    # what an application sends on connecting, such as PRAGMA journal_mode, may write
    settings_dict["OPTIONS"] = {k: v for k, v in settings_dict.get("OPTIONS", {}).items() if k == "timeout"}


def names(keys):
    return sorted("%s.%s" % key for key in keys)


def managed_tables(connection):
    from django.apps import apps
    from django.db import router

    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label_lower != "migrations.migration"
        and router.allow_migrate_model(connection.alias, model)
    }


def migrations(connection):
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    executor = MigrationExecutor(connection)
    loader = executor.loader
    conflicts = {app: sorted(found) for app, found in loader.detect_conflicts().items()}
    if not conflicts:
        loader.check_consistent_history(connection)
    leaves = loader.graph.leaf_nodes()
    recorded = set(MigrationRecorder(connection).applied_migrations())
    tables = set(connection.introspection.table_names())
    return {
        "pending": ["%s.%s" % (m.app_label, m.name) for m, _ in executor.migration_plan(leaves)],
        "unknown": names(recorded - set(loader.disk_migrations)),
        "conflicts": conflicts,
        "leaves": names(leaves),
        "recorded": "django_migrations" in tables,
        "fresh": not recorded and not (managed_tables(connection) & tables),
    }


def database(alias, root, shared):
    from django.db import connections

    connection = connections[alias]
    settings_dict = connection.settings_dict
    name = str(settings_dict["NAME"] or "")
    facts = {"alias": alias, "engine": settings_dict["ENGINE"], "vendor": connection.vendor}
    # a name that is an address may hold a password
    facts["name"] = "" if "@" in name else name
    facts.update(path=None, inside=None, error=None, pending=[], unknown=[], conflicts={}, leaves=[], recorded=False, fresh=False)
    try:
        if connection.vendor == "sqlite":
            facts["path"], facts["inside"], file = sqlite_file(settings_dict, root, shared)
            aim(connection, file)
        elif connection.vendor == "postgresql":
            settings_dict.setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
        facts.update(migrations(connection))
    except Exception as error:
        facts["error"] = told(error)
    finally:
        connection.close()
    return facts


def translations(root):
    """Folders with .po files that `manage.py compilemessages` would compile here: relative to the release; absolute those that really lie elsewhere."""
    import glob

    from django.conf import settings

    folders = {os.path.abspath(str(path)) for path in ("conf/locale", "locale", *settings.LOCALE_PATHS)}
    for folder, names, _ in os.walk("."):
        folders.update(os.path.abspath(os.path.join(folder, name)) for name in names if name == "locale")
    facts = {"used": bool(settings.USE_I18N), "inside": [], "outside": []}
    for folder in sorted(folders):
        if not glob.glob(os.path.join(glob.escape(folder), "*", "LC_MESSAGES", "**", "*.po"), recursive=True):
            continue
        # a link leads into what other releases use, too
        path = inside(os.path.realpath(folder), root)
        if path is None:
            facts["outside"].append(inside(folder, root) or folder)
        else:
            facts["inside"].append(path)
    return facts


def collected(facts, root):
    """Collects static files where `consequences` of release would have it done: into the release itself, and not before translations."""
    static, media, translated = facts["static"], facts["media"]["inside"], facts["translations"]
    if not static["app"] or static["inside"] is None or (translated["used"] and (translated["inside"] or translated["outside"])):
        return False
    # what is shared, or is about to be, is a link out of the release, or is below MEDIA_ROOT
    if media not in (None, ".") and (static["inside"] + os.sep).startswith(media + os.sep):
        return False
    if inside(os.path.realpath(static["root"]), root) is None:
        return False
    import django.core.management as management
    from django.db import connections

    try:
        management.call_command("collectstatic", interactive=False, skip_checks=False)
    except BaseException as error:
        for line in told(error):
            print(line)
        sys.stdout.flush()
        os._exit(3)
    # what it may have connected to is asked about itself in another way
    connections.close_all()
    return True


def application(root, shared, collect):
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connections
    from django.db.backends.signals import connection_created

    static = getattr(settings, "STATIC_ROOT", None)
    media = getattr(settings, "MEDIA_ROOT", None)
    facts = {
        "django": django.get_version(),
        "python": sys.version.split()[0],
        "settings": os.environ.get("DJANGO_SETTINGS_MODULE"),
        "wsgi": getattr(settings, "WSGI_APPLICATION", None),
        "debug": bool(settings.DEBUG),
        "static": {
            "app": apps.is_installed("django.contrib.staticfiles"),
            "root": os.path.abspath(str(static)) if static else None,
            "inside": inside(static, root) if static else None,
            "url": str(settings.STATIC_URL) if settings.STATIC_URL else None,
        },
        "media": {
            "root": os.path.abspath(str(media)) if media else None,
            "inside": inside(media, root) if media else None,
        },
        "translations": translations(root),
        "error": None,
    }
    facts["static"]["collected"] = collect and collected(facts, root)
    connection_created.receivers = []
    connection_created.sender_receivers_cache.clear()
    facts["databases"] = [database(alias, root, shared) for alias in connections]
    return facts


def main():
    root, shared = (os.path.abspath(path) for path in sys.argv[1:3])
    # before manage.py is told other words
    collect = sys.argv[3:] == ["collect"]
    try:
        boot()
        emit(application(root, shared, collect))
    except SystemExit as end:
        emit({"django": None, "error": ["manage.py ended by itself with %r" % (end.code,)]})
    except BaseException as error:
        emit({"django": None, "error": told(error)})
    sys.stdout.flush()
    # threads that the application began must not hold this up
    os._exit(0)


main()
