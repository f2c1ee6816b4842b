import os

from config import faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
faults.at_start()

from django.core.asgi import get_asgi_application  # noqa: E402

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import path  # noqa: E402

from analyses.consumers import Hello, Progress  # noqa: E402

sockets = URLRouter([path("ws/", Hello.as_asgi()), path("ws/analyses/<int:key>/", Progress.as_asgi())])
application = ProtocolTypeRouter(
    {"http": http, "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(sockets))}
)
