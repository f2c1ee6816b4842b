import time

from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.http import HttpResponse

# from one address in a minute
MOST = 5


def counted(who):
    """How many logins came from there in this minute, with this one."""
    key = f"login:{who}:{int(time.time() // 60)}"
    cache.add(key, 0, timeout=60)
    return cache.incr(key)


class Login(LoginView):
    template_name = "login.html"
    next_page = "/"

    def post(self, request, *args, **kwargs):
        # the web server says who it is: each connection here is its own
        if counted(request.headers.get("X-Real-IP", request.META["REMOTE_ADDR"])) > MOST:
            return HttpResponse("Too many logins.\n", status=429, content_type="text/plain")
        return super().post(request, *args, **kwargs)
