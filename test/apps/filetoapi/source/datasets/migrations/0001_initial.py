from django.db import migrations, models

key = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                key,
                ("name", models.CharField(max_length=100)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Dataset",
            fields=[
                key,
                ("name", models.CharField(max_length=200)),
                ("file", models.FileField(upload_to="uploads")),
                ("columns", models.JSONField()),
            ],
        ),
    ]
