import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config import faults


def perhaps_fail(apps, schema_editor):
    if faults.MIGRATION_FAILS:
        raise RuntimeError("GANGLIOSIDE_MIGRATION_FAILS is set")


class Migration(migrations.Migration):
    initial = True
    # Where it fails, the tables stay behind and the migration is not recorded: half-way.
    atomic = False
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Analysis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to="uploads/")),
                ("seconds", models.FloatField()),
                ("status", models.CharField(default="queued", max_length=10)),
                ("done", models.IntegerField(default=0)),
                ("error", models.CharField(default="", max_length=200)),
                ("runs", models.IntegerField(default=0)),
                ("release", models.CharField(default="", max_length=100)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="analyses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(max_length=50)),
                ("compounds", models.IntegerField()),
                ("slope", models.FloatField()),
                ("intercept", models.FloatField()),
                ("r2", models.FloatField()),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="results", to="analyses.analysis"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("analysis", "series"), name="a_series_once")],
            },
        ),
        migrations.RunPython(perhaps_fail, migrations.RunPython.noop),
    ]
