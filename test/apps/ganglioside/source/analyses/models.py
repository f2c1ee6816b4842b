from django.conf import settings
from django.db import models


class Analysis(models.Model):
    """A file of measurements that somebody has uploaded, and how far its analysis is."""

    QUEUED, RUNNING, COMPLETED, FAILED = "queued", "running", "completed", "failed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="analyses")
    file = models.FileField(upload_to="uploads/")
    # how long it is to take
    seconds = models.FloatField()
    status = models.CharField(max_length=10, default=QUEUED)
    done = models.IntegerField(default=0)
    error = models.CharField(max_length=200, default="")
    # how often a worker has begun it, and the release of the last one that has
    runs = models.IntegerField(default=0)
    release = models.CharField(max_length=100, default="")

    def told(self):
        names = ("status", "done", "error", "runs", "release")
        return {"id": self.pk, **{name: getattr(self, name) for name in names}}


class Result(models.Model):
    """What an analysis says of one series of homologous compounds."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="results")
    series = models.CharField(max_length=50)
    compounds = models.IntegerField()
    slope = models.FloatField()
    intercept = models.FloatField()
    r2 = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["analysis", "series"], name="a_series_once")]
