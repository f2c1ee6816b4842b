"""The application's own tests. By config.settings they need its PostgreSQL, and a role that may make a database."""

import os
import subprocess
import sys
import tempfile
from unittest import skipIf
from unittest.mock import patch

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail as mails
from django.core.files.base import ContentFile
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings

from analyses import tasks
from analyses.method import compare
from analyses.models import Analysis, Result
from config import faults
from config.asgi import application

standards = (settings.BASE_DIR / "samples/standards.csv").read_text()

# nothing here may be seen by the services that run beside
media = tempfile.TemporaryDirectory()
alone = override_settings(
    MEDIA_ROOT=media.name,
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    # passwords are slow on purpose
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
)


def person(name):
    return get_user_model().objects.create_user(name, password="for tests")


def upload(owner, text=standards):
    return Analysis.objects.create(owner=owner, file=ContentFile(text, "table.csv"), seconds=0)


class Method(SimpleTestCase):
    def test_each_series_has_its_line(self):
        self.assertEqual(
            [tuple(one.values()) for one in compare(standards.splitlines())],
            [("GD1a", 3, 1.6, 2.6, 1.0), ("GM1", 3, 2.0, 1.0, 1.0), ("GT1b", 4, 1.3, 2.45, 0.9941)],
        )

    def test_what_is_no_table_is_refused(self):
        for text in ("", "name,log_p,retention_time\n", "a,b\n1,2\n", standards + "GM1(42:1),,\n"):
            with self.assertRaises(ValueError):
                compare(text.splitlines())


@alone
class Work(TestCase):
    def test_results_are_saved_once_however_often_it_is_run(self):
        one = upload(person("ada"))
        tasks.analyse.apply(args=[one.pk])
        tasks.analyse.apply(args=[one.pk])
        # and by a worker that began before the other had ended
        self.assertFalse(tasks.save(one.pk, compare(standards.splitlines())))
        one.refresh_from_db()
        self.assertEqual((one.status, one.done, one.runs, one.release), ("completed", 4, 1, faults.RELEASE))
        self.assertEqual(one.results.count(), 3)

    @override_settings(EMAIL_HOST="mail.example")
    def test_who_has_an_address_is_written_to_once(self):
        one = upload(get_user_model().objects.create_user("ada", "ada@example.org"))
        # the second without an address
        for analysis in (one, upload(person("grace"))):
            with patch.object(tasks.write, "delay", tasks.write):
                tasks.analyse.apply(args=[analysis.pk])
                tasks.analyse.apply(args=[analysis.pk])
        tasks.write(0)
        told = [(one.to, one.subject) for one in mails.outbox]
        self.assertEqual(told, [(["ada@example.org"], "Your analysis is completed")])
        self.assertEqual(mails.outbox[0].body, f"Analysis {one.pk} is completed, with 3 series.\n")

    def test_a_bad_file_fails_and_says_why(self):
        one = upload(person("ada"), "no table")
        tasks.analyse.apply(args=[one.pk])
        one.refresh_from_db()
        self.assertEqual((one.status, one.error), ("failed", "the file has no rows"))

    def test_one_that_was_removed_is_left_alone(self):
        self.assertTrue(tasks.analyse.apply(args=[0]).successful())
        self.assertFalse(Result.objects.exists())


@alone
class Pages(TestCase):
    def test_a_stranger_is_asked_to_log_in(self):
        self.assertRedirects(self.client.get("/analyses/"), "/login/?next=/analyses/", fetch_redirect_response=False)

    def test_an_upload_is_queued_told_and_removed(self):
        self.client.force_login(person("ada"))
        with patch.object(tasks.analyse, "delay") as delay:
            told = self.client.post("/analyses/", {"file": ContentFile(standards, "table.csv"), "seconds": "0"})
        self.assertEqual((told.status_code, told.json()["status"]), (201, "queued"))
        key = told.json()["id"]
        delay.assert_called_once_with(key)
        file = Analysis.objects.get(pk=key).file.path
        self.assertTrue(os.path.exists(file))
        self.assertEqual(self.client.get(f"/analyses/{key}/results/").json(), {"rows": []})
        self.assertEqual(self.client.delete(f"/analyses/{key}/").status_code, 204)
        self.assertFalse(os.path.exists(file))
        self.assertEqual(self.client.get("/analyses/").json(), {"analyses": []})

    def test_an_analysis_is_its_owners_only(self):
        one = upload(person("ada"))
        self.client.force_login(person("grace"))
        for page in (f"/analyses/{one.pk}/", f"/analyses/{one.pk}/results/"):
            self.assertEqual(self.client.get(page).status_code, 404)
        self.assertEqual(self.client.delete(f"/analyses/{one.pk}/").status_code, 404)


@alone
class Talk(TransactionTestCase):
    async def test_a_greeting_tells_the_release(self):
        talk = self.to("/ws/")
        self.assertTrue((await talk.connect())[0])
        self.assertEqual((await talk.receive_json_from())["release"], faults.RELEASE)
        await talk.disconnect()

    async def test_a_stranger_follows_nothing(self):
        self.assertFalse((await self.to("/ws/analyses/1/").connect())[0])

    async def test_another_site_is_refused(self):
        self.assertFalse((await self.to("/ws/", "https://elsewhere.example").connect())[0])

    def to(self, path, origin=f"https://{settings.ALLOWED_HOSTS[0]}"):
        return WebsocketCommunicator(application, path, headers=[(b"origin", origin.encode())])


@skipIf(settings.SETTINGS_MODULE == "config.testing", "needs its PostgreSQL and its Redis")
class Switches(SimpleTestCase):
    """Read when a process starts, so each is tried in a process of its own."""

    def said(self, line, **switches):
        ran = subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + line],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **switches},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout.strip()

    def test_health_fails_and_another_release_is_named(self):
        line = (
            "from django.conf import settings; from django.test import Client;"
            "c = Client(headers={'host': settings.ALLOWED_HOSTS[0]});"
            "print(c.get('/health').status_code, c.get('/version').content.decode())"
        )
        told = self.said(line, GANGLIOSIDE_HEALTH="500", GANGLIOSIDE_RELEASE="other", LANDFALL_RELEASE="r1")
        self.assertEqual(told, (0, "500 other"))

    def test_a_process_takes_time_and_memory(self):
        line = (
            "import time, resource; begun = time.monotonic(); import config.wsgi;"
            "print(time.monotonic() - begun > 1, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 150_000)"
        )
        told = self.said(line, GANGLIOSIDE_BOOT_DELAY="1", GANGLIOSIDE_MEMORY_MB="150")
        self.assertEqual(told, (0, "True True"))

    def test_the_worker_dies(self):
        line = "from config.celery import worker_starts; worker_starts()"
        self.assertEqual(self.said(line, GANGLIOSIDE_WORKER_DIES="1")[0], 1)
        self.assertEqual(self.said(line)[0], 0)

    def test_the_migration_fails(self):
        line = "from importlib import import_module as m; m('analyses.migrations.0001_initial').perhaps_fail(0, 0)"
        self.assertEqual(self.said(line, GANGLIOSIDE_MIGRATION_FAILS="1")[0], 1)
        self.assertEqual(self.said(line)[0], 0)
