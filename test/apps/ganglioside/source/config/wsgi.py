import os

from config import faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
faults.at_start()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
