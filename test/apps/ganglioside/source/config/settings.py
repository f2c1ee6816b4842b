"""Settings, each from the environment or from `.env`. What a release must not share with the next one has no default."""

import os
from pathlib import Path

from config import faults

BASE_DIR = Path(__file__).resolve().parent.parent


def listed(name):
    return [one for one in os.environ.get(name, "").split(",") if one]


SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = os.environ.get("DEBUG") == "True"
ALLOWED_HOSTS = listed("ALLOWED_HOSTS")
CORS_ALLOWED_ORIGINS = listed("CORS_ALLOWED_ORIGINS")

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "analyses.apps.Analyses",
]
MIDDLEWARE = [
    "analyses.cors.middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.faults.middleware",
]
# nginx redirects to https, and sets the headers that browsers are told to be careful by.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/analyses/"
LOGOUT_REDIRECT_URL = "/"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("DB_NAME", "ganglioside_prod"),
        "USER": os.environ.get("DB_USER", "ganglioside_user"),
        "PASSWORD": os.environ["DB_PASSWORD"],
        "HOST": os.environ.get("DB_HOST", "127.0.0.1"),
        "PORT": os.environ.get("DB_PORT", "5432"),
        "CONN_MAX_AGE": 60,
        # the host, and PostgreSQL with it, may have been restarted since
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ["REDIS_URL"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
# Its client's own limit, 5 s, is as long as a consumer waits for a message: a WebSocket that hears nothing for so long would be closed.
channels = {"hosts": [{"address": REDIS_URL, "socket_timeout": None}]}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": channels}}

CELERY_BROKER_URL = CELERY_RESULT_BACKEND = os.environ["CELERY_BROKER_URL"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# An analysis is long: what waits behind one is for the next worker that is free.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The arguments are the scheduler's own: who reads them knows which process sent the tick.
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "analyses.tasks.tick",
        "schedule": 2.0,
        "kwargs": {"release": faults.RELEASE, "pid": os.getpid()},
        # one that no worker took is of no use later
        "options": {"expires": 10},
    }
}

# Where there is no server for it, no mail is written.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "analyses@ganglioside.example")

STATIC_ROOT = BASE_DIR / "static"
STATIC_URL = "/static/"
# Uploads: for their owners, so nginx does not serve them.
MEDIA_ROOT = BASE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

TIME_ZONE = "UTC"
USE_TZ = True
