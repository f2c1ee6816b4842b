"""Settings for the application's own tests where it has no services: SQLite, a cache inside the process, and no .env."""

import os
import secrets

own = {
    "SECRET_KEY": secrets.token_hex(32),
    "ALLOWED_HOSTS": "testserver",
    "DB_PASSWORD": "",
    "REDIS_URL": "redis://127.0.0.1/0",
    "CELERY_BROKER_URL": "memory://",
}
os.environ.update({name: value for name, value in own.items() if name not in os.environ})

from config.settings import *  # noqa: E402, F401, F403

CELERY_RESULT_BACKEND = "cache+memory://"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# without collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
