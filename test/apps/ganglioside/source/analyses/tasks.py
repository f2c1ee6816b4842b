import io
import os
import time

from asgiref.sync import async_to_sync
from celery import shared_task
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F

from analyses.method import compare
from analyses.models import Analysis, Result
from config import faults

# how often it is said how far an analysis is
STEPS = 4


def group(key):
    """Who follows this analysis."""
    return f"analysis-{key}"


def tell(key, status, done):
    progress = {"type": "progress", "status": status, "done": done, "of": STEPS}
    async_to_sync(get_channel_layer().group_send)(group(key), {"type": "said", "content": progress})


@shared_task(ignore_result=True)
def analyse(key):
    """Reads the file of an analysis and saves what it says: once, however often it is run."""
    mine = Analysis.objects.filter(pk=key).exclude(status=Analysis.COMPLETED)
    mine.update(status=Analysis.RUNNING, runs=F("runs") + 1, release=faults.RELEASE)
    analysis = mine.first()
    if analysis is None:
        return  # deleted, or done
    try:
        with analysis.file.open("rb") as file:
            found = compare(io.TextIOWrapper(file, encoding="utf-8-sig"))
    except ValueError as wrong:
        mine.update(status=Analysis.FAILED, error=str(wrong)[:200])
        tell(key, Analysis.FAILED, 0)
        return
    for done in range(1, STEPS):
        time.sleep(analysis.seconds / STEPS)
        mine.update(done=done)
        tell(key, Analysis.RUNNING, done)
    time.sleep(analysis.seconds / STEPS)
    if save(key, found):
        tell(key, Analysis.COMPLETED, STEPS)
        if settings.EMAIL_HOST:
            write.delay(key)


def save(key, found):
    with transaction.atomic():
        analysis = Analysis.objects.select_for_update().filter(pk=key).exclude(status=Analysis.COMPLETED).first()
        if analysis is None:
            return False
        Result.objects.bulk_create(Result(analysis=analysis, **one) for one in found)
        analysis.status, analysis.done = Analysis.COMPLETED, STEPS
        analysis.save(update_fields=["status", "done"])
    return True


@shared_task(ignore_result=True, autoretry_for=(OSError,), max_retries=5, retry_backoff=1)
def write(key):
    """Tells the owner of an analysis by mail that it is completed, unless it was removed meanwhile."""
    analysis = Analysis.objects.filter(pk=key).exclude(owner__email="").select_related("owner").first()
    if analysis is not None:
        text = f"Analysis {key} is completed, with {analysis.results.count()} series.\n"
        send_mail("Your analysis is completed", text, None, [analysis.owner.email])


@shared_task
def release():
    """Which release this worker runs."""
    return {"release": faults.RELEASE, "pid": os.getpid()}


@shared_task(ignore_result=True)
def tick(release, pid):
    """What the scheduler says of itself, and when a worker heard it."""
    cache.set("tick", {"release": release, "pid": pid, "at": time.time()}, timeout=None)
