import logging
from functools import wraps

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.views.decorators.http import require_GET, require_http_methods

from datasets import tables
from datasets.models import ApiKey, Dataset

log = logging.getLogger(__name__)


def failed(why, status):
    return JsonResponse({"error": why}, status=status)


def with_key(view):
    @wraps(view)
    def answer(request, *args, **kwargs):
        if not ApiKey.objects.filter(hash=ApiKey.hash_of(request.headers.get("X-API-Key", ""))).exists():
            return failed("X-API-Key is missing or not valid", 401)
        return view(request, *args, **kwargs)

    return answer


def home(request):
    return HttpResponse(
        '<!doctype html><html lang="en"><title>File-to-API</title>'
        f'<link rel="stylesheet" href="{static("filetoapi.css")}">'
        f"<h1>{Dataset.objects.count()} datasets</h1><p>Release {settings.RELEASE}</p></html>"
    )


def health(request):
    Dataset.objects.exists()  # without the table this is a 500
    return JsonResponse({"status": "ok", "release": settings.RELEASE})


def version(request):
    return HttpResponse(settings.RELEASE + "\n", content_type="text/plain")


@require_http_methods(["GET", "POST"])
@with_key
def datasets(request):
    """POST of a form with a CSV `file` adds one."""
    if request.method == "GET":
        all_of_them = Dataset.objects.order_by("pk").values("id", "name", "columns")
        return JsonResponse({"datasets": list(all_of_them)})
    file = request.FILES.get("file")
    if file is None or not file.name.endswith(".csv"):
        return failed("a CSV file is wanted as `file`", 400)
    if file.size > settings.MAX_UPLOAD_SIZE:
        return failed(f"the file has more than {settings.MAX_UPLOAD_SIZE} bytes", 413)
    try:
        names, rows = tables.read(file)
    except ValueError as error:
        return failed(str(error), 400)
    with transaction.atomic():
        dataset = Dataset.objects.create(name=file.name, file=file, columns=names)
        tables.fill(dataset, rows)
    log.info("dataset %s: %s, %s rows", dataset.pk, dataset.file.name, len(rows))
    return JsonResponse({"id": dataset.pk, "rows": len(rows)}, status=201)


@require_GET
@with_key
def rows(request, key):
    """Its rows: 100, or as many as `limit` says, after the first `offset`."""
    dataset = get_object_or_404(Dataset, pk=key)
    try:
        first, count = (max(0, int(request.GET.get(name, usual))) for name, usual in (("offset", 0), ("limit", 100)))
    except ValueError:
        return failed("limit and offset are numbers", 400)
    return JsonResponse({"name": dataset.name, "rows": tables.some(dataset, first, min(count, 1000))})
