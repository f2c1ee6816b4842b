import secrets

from django.core.management.base import BaseCommand

from datasets.models import ApiKey


class Command(BaseCommand):
    help = "issues an API key and prints it: only its hash is kept"

    def add_arguments(self, parser):
        parser.add_argument("name")

    def handle(self, *, name, **_):
        key = secrets.token_urlsafe(32)
        ApiKey.objects.create(name=name, hash=ApiKey.hash_of(key))
        self.stdout.write(key)
