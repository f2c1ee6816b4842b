import os
import time

from celery import Celery
from celery.signals import beat_init, worker_init

from config import faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("ganglioside")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def worker_starts(**_):
    faults.at_start()
    if faults.WORKER_DIES:
        os._exit(1)
    if faults.WORKER_HANGS:
        time.sleep(3600)


@beat_init.connect
def beat_starts(**_):
    faults.at_start()
