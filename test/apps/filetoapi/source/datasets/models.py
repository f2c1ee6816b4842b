import hashlib
import hmac

from django.conf import settings
from django.db import models


class ApiKey(models.Model):
    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)

    @staticmethod
    def hash_of(key):
        return hmac.new(settings.API_KEY_SALT.encode(), key.encode(), hashlib.sha256).hexdigest()


class Dataset(models.Model):
    """An upload. Its rows are in a table of its own, which no migration knows of."""

    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="uploads")
    columns = models.JSONField()

    @property
    def table(self):
        return f"dataset_{self.pk}"
