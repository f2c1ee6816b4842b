import os

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def make_checker(**_):
    """The account that checks log in with: `checks`, where the environment has a password for it; its mail goes to CHECK_EMAIL."""
    from django.contrib.auth import get_user_model

    password = os.environ.get("CHECK_PASSWORD")
    if password:
        checker, _ = get_user_model().objects.get_or_create(username="checks")
        checker.set_password(password)
        checker.email = os.environ.get("CHECK_EMAIL", "")
        checker.save()


class Analyses(AppConfig):
    name = "analyses"

    def ready(self):
        post_migrate.connect(make_checker, sender=self)
