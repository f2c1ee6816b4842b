import time

from celery import exceptions
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from analyses import tasks
from analyses.models import Analysis
from config import faults


@require_safe
def home(request):
    return render(request, "home.html", {"release": faults.RELEASE})


@require_safe
def health(request):
    """Says nothing of the database, of Redis, of the worker: only that this process answers."""
    return JsonResponse({"status": "ok" if faults.HEALTH == 200 else "ill"}, status=faults.HEALTH)


@require_safe
def version(request):
    return HttpResponse(faults.RELEASE + "\n", content_type="text/plain")


@require_GET
def worker(request):
    """Has a worker say its release; it has 4 s."""
    try:
        said = tasks.release.apply_async(expires=5).get(timeout=4)
    except exceptions.TimeoutError:
        return JsonResponse({"status": "no worker answers"}, status=503)
    return JsonResponse({"status": "ok", **said})


@require_GET
def scheduler(request):
    """The newest tick: the scheduler's release and pid, and whether it came in the last 5 s."""
    tick = cache.get("tick")
    if tick is None or time.time() - tick["at"] > 5:
        return JsonResponse({"status": "no tick of late", "last": tick}, status=503)
    return JsonResponse({"status": "ok", "release": tick["release"], "pid": tick["pid"]})


@login_required
@require_http_methods(["GET", "POST"])
def analyses(request):
    """POST takes the form's `file`, and `seconds` where the analysis is to take that long; both answer how analyses stand."""
    if request.method == "GET":
        return JsonResponse({"analyses": [one.told() for one in request.user.analyses.order_by("pk")]})
    try:
        file, seconds = request.FILES["file"], float(request.POST.get("seconds") or faults.TASK_SECONDS)
    except (KeyError, ValueError):
        return JsonResponse({"error": "expected a file, and a number as seconds"}, status=400)
    one = request.user.analyses.create(file=file, seconds=seconds)
    tasks.analyse.delay(one.pk)
    return JsonResponse(one.told(), status=201)


@login_required
@require_http_methods(["GET", "DELETE"])
def analysis(request, key):
    one = get_object_or_404(Analysis, pk=key, owner=request.user)
    if request.method == "GET":
        return JsonResponse(one.told())
    one.file.delete(save=False)
    one.delete()
    return HttpResponse(status=204)


@login_required
@require_GET
def results(request, key):
    one = get_object_or_404(Analysis, pk=key, owner=request.user)
    names = ("series", "compounds", "slope", "intercept", "r2")
    return JsonResponse({"rows": list(one.results.order_by("series").values(*names))})
