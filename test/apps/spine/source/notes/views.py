from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notes.models import Note
from spine import faults


def home(request):
    return HttpResponse(
        '<!doctype html><html lang="en"><title>Notes</title>'
        f'<link rel="stylesheet" href="{static("spine.css")}">'
        f"<h1>{Note.objects.count()} notes</h1><p>Release {faults.RELEASE}</p></html>"
    )


def health(request):
    Note.objects.exists()  # without the table this is a 500
    status = "ok" if faults.HEALTH == 200 else "failing"
    return JsonResponse({"status": status, "release": faults.RELEASE}, status=faults.HEALTH)


def version(request):
    return HttpResponse(faults.RELEASE + "\n", content_type="text/plain")


@csrf_exempt  # an API: nobody is logged in by a cookie here
@require_http_methods(["GET", "POST"])
def notes(request):
    """POST adds the form field `text`; both answer how many there are."""
    if request.method == "POST":
        Note.objects.create(text=request.POST.get("text", "")[:200])
    return JsonResponse({"notes": Note.objects.count()}, status=201 if request.method == "POST" else 200)
