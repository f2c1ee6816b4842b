from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from orders.models import Order


@require_safe
def health(request):
    Order.objects.exists()  # without the table this is a 500
    return JsonResponse({"status": "ok", "release": settings.RELEASE})


@require_safe
def version(request):
    return HttpResponse(settings.RELEASE + "\n", content_type="text/plain")


@require_safe
def orders(request):
    told = [{"number": one.number, "total": one.total()} for one in Order.objects.order_by("number")]
    return JsonResponse({"orders": told})
