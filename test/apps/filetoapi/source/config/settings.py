"""Settings, each from the environment or from `.env`. What a release must not share with the next one has no default."""

import os
from pathlib import Path

from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")

# Its unit says nothing of a release, but it runs from the folder of one.
RELEASE = os.environ.get("LANDFALL_RELEASE") or BASE_DIR.name

SECRET_KEY = os.environ["SECRET_KEY"]
# With another one, every key that was ever issued is void.
API_KEY_SALT = os.environ["API_KEY_SALT"]
DEBUG = os.environ.get("DEBUG") == "True"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "").split(",")
MAX_UPLOAD_SIZE = int(os.environ.get("MAX_UPLOAD_SIZE", "1048576"))

INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.staticfiles", "datasets"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
# Headers for browsers are the web server's; nobody is logged in by a cookie here, so no page of others can do anything with one.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
        # Connections stay open between requests, and SQLite's -wal and -shm with them.
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = BASE_DIR / "media"

STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {message}", "style": "{"}},
    "handlers": {
        "file": {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": BASE_DIR / "logs/filetoapi.log",
            "formatter": "line",
            # opened by the first line, so that a command that says nothing needs no folder
            "delay": True,
        }
    },
    "loggers": {"datasets": {"handlers": ["file"], "level": "INFO"}},
}

USE_TZ = True
TIME_ZONE = "UTC"
