import os
import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from association.models import Heartbeat
from config import faults


@shared_task
def release(seconds=0):
    """Which release this worker runs, after so many seconds of work."""
    time.sleep(seconds + faults.TASK_SECONDS)
    return {"release": faults.RELEASE, "pid": os.getpid()}


@shared_task
def heartbeat(release, pid):
    now = timezone.now()
    Heartbeat.objects.create(release=release, pid=pid, worker_release=faults.RELEASE)
    Heartbeat.objects.filter(at__lt=now - timedelta(minutes=10)).delete()
