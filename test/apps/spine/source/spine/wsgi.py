import os

from spine import faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spine.settings")
faults.at_start()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
