"""Settings for the application's own tests: a database in memory, and no log beside the code."""

import os
import secrets

own = {"SECRET_KEY": secrets.token_hex(32), "API_KEY_SALT": secrets.token_hex(32), "ALLOWED_HOSTS": "testserver"}
os.environ.update({name: value for name, value in own.items() if name not in os.environ})

from config.settings import *  # noqa: E402, F401, F403

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
LOGGING = {"version": 1}
# without collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
