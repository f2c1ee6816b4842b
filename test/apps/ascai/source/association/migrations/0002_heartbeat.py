from django.db import migrations, models

from config import faults


def perhaps_fail(apps, schema_editor):
    if faults.MIGRATION_FAILS:
        raise RuntimeError("ASCAI_MIGRATION_FAILS is set")


class Migration(migrations.Migration):
    # Where it fails, the table stays behind and the migration is not recorded: half-way.
    atomic = False
    dependencies = [("association", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("release", models.CharField(max_length=100)),
                ("pid", models.IntegerField()),
                ("worker_release", models.CharField(max_length=100)),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.RunPython(perhaps_fail, migrations.RunPython.noop),
    ]
