from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from lessons.models import Lesson


@require_safe
def home(request):
    return HttpResponse(
        '<!doctype html><html lang="en"><title>AI-IA</title>'
        f'<link rel="stylesheet" href="{static("aiia.css")}">'
        f"<h1>{Lesson.objects.count()} lessons</h1></html>"
    )


@require_safe
def health(request):
    Lesson.objects.exists()  # without the table this is a 500
    return JsonResponse({"status": "ok", "release": settings.RELEASE})


@require_safe
def version(request):
    return HttpResponse(settings.RELEASE + "\n", content_type="text/plain")
