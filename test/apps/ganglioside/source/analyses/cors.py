from django.conf import settings
from django.utils.cache import patch_vary_headers


def middleware(get_response):
    """Lets pages of the origins that are allowed read what anybody may read. Cookies stay out of it."""

    def answer(request):
        response = get_response(request)
        patch_vary_headers(response, ["Origin"])
        origin = request.headers.get("Origin")
        if origin in settings.CORS_ALLOWED_ORIGINS:
            response["Access-Control-Allow-Origin"] = origin
        return response

    return answer
