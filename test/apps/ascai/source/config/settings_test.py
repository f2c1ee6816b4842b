"""Settings for the application's own tests where it has no services: SQLite, a Redis inside the process, and no .env."""

import os
import secrets

own = {
    "SECRET_KEY": secrets.token_hex(32),
    "DB_NAME": "tests",
    "DB_USER": "tests",
    "DB_PASSWORD": "",
    "REDIS_URL": "redis://127.0.0.1/0",
    "CELERY_BROKER_URL": "memory://",
    "CELERY_RESULT_BACKEND": "cache+memory://",
}
os.environ.update({name: value for name, value in own.items() if name not in os.environ})

from fakeredis import FakeRedisConnection  # noqa: E402

from config.settings import *  # noqa: E402, F401, F403
from config.settings import REDIS_URL  # noqa: E402

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"connection_class": FakeRedisConnection},
    }
}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
# passwords are slow on purpose
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# without collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
