import json

from celery.result import AsyncResult
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from association import tasks
from association.models import Heartbeat, Member
from config import faults


@require_GET
def home(request):
    members = gettext("%(count)d members") % {"count": Member.objects.count()}
    return HttpResponse(
        f'<!doctype html><html lang="{get_language()}"><title>ASCAI</title>'
        f'<link rel="stylesheet" href="{static("ascai.css")}">'
        f"<h1>{members}</h1><p>Release {faults.RELEASE}</p></html>"
    )


def asked(what):
    try:
        what()
    except Exception as error:  # whatever it is, it is not well
        return f"error: {type(error).__name__}"
    return "ok"


def ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_redis():
    # the cache's own client: its address and password are those that the application uses
    cache._cache.get_client().ping()


@require_GET
def health(request):
    checks = {"database": asked(ask_database), "redis": asked(ask_redis)}
    well = all(found == "ok" for found in checks.values()) and faults.HEALTH == 200
    status = 200 if well else 503 if faults.HEALTH == 200 else faults.HEALTH
    said = {"status": "healthy" if well else "unhealthy", "checks": checks, "release": faults.RELEASE}
    return JsonResponse(said, status=status)


@require_GET
def version(request):
    return HttpResponse(faults.RELEASE + "\n", content_type="text/plain")


@csrf_exempt  # an API: nobody is logged in by a cookie here
@require_http_methods(["GET", "POST"])
def members(request):
    """POST adds the JSON object's `name` and `email`; both answer how many there are."""
    if request.method == "POST":
        member = json.loads(request.body)
        Member.objects.create(name=member["name"], email=member["email"])
    return JsonResponse({"members": Member.objects.count()}, status=201 if request.method == "POST" else 200)


@csrf_exempt
@require_POST
def documents(request):
    """Keeps the file that was sent as `file`, and answers where it is found."""
    sent = request.FILES["file"]
    name = default_storage.save(sent.name, sent)
    return JsonResponse({"url": default_storage.url(name)}, status=201)


@require_GET
def scheduler(request):
    """The newest tick, and which schedulers ticked in the last ten seconds: more than one is one too many."""
    newest = Heartbeat.objects.order_by("at").last()
    if newest is None:
        return JsonResponse({"release": None, "pids": []})
    age = (timezone.now() - newest.at).total_seconds()
    lately = Heartbeat.objects.filter(at__gt=timezone.now() - timezone.timedelta(seconds=10))
    pids = sorted(set(lately.values_list("pid", flat=True)))
    return JsonResponse({"release": newest.release, "worker": newest.worker_release, "age": age, "pids": pids})


@csrf_exempt
@require_POST
def start_task(request):
    """Has a worker say its release after `seconds`, and answers under which id its result will be."""
    seconds = float(request.POST.get("seconds", "0"))
    return JsonResponse({"id": tasks.release.delay(seconds).id}, status=202)


@require_GET
def task(request, key):
    found = AsyncResult(str(key))
    return JsonResponse({"state": found.state, "result": found.result if found.successful() else None})
