from django.db import models


class Member(models.Model):
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    since = models.DateTimeField(auto_now_add=True)


class Heartbeat(models.Model):
    """A tick of the scheduler, written by the worker that took it: what both said of themselves."""

    release = models.CharField(max_length=100)
    pid = models.IntegerField()
    worker_release = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
