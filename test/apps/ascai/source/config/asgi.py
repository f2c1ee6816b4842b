import os

from config import faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
faults.at_start()

from django.core.asgi import get_asgi_application  # noqa: E402

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from association.consumers import Live  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": URLRouter([path("ws/live/", Live.as_asgi())])})
