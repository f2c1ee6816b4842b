"""The application's own tests. By config.settings they need its PostgreSQL and its Redis, and a role that may make a database."""

import asyncio
import os
import subprocess
import sys
import tempfile
import uuid
from unittest import skipIf

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, TransactionTestCase, override_settings

from association import tasks
from association.models import Heartbeat, Member
from config import faults
from config.asgi import application

needs_services = skipIf(settings.SETTINGS_MODULE == "config.settings_test", "needs its PostgreSQL and its Redis")


class Pages(TestCase):
    def test_health_asks_database_and_redis(self):
        answer = self.client.get("/health/")
        self.assertEqual(answer.status_code, 200)
        checks = {"database": "ok", "redis": "ok"}
        self.assertEqual(answer.json(), {"status": "healthy", "checks": checks, "release": faults.RELEASE})

    def test_health_without_redis_is_503(self):
        nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
        with override_settings(CACHES={"default": nowhere}):
            answer = self.client.get("/health/")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json()["checks"], {"database": "ok", "redis": "error: ConnectionError"})

    def test_a_member_is_kept(self):
        who = {"name": "Ada", "email": "ada@example.org"}
        answer = self.client.post("/members/", who, content_type="application/json")
        self.assertEqual((answer.status_code, answer.json()), (201, {"members": 1}))
        self.assertEqual(Member.objects.get().email, "ada@example.org")

    def test_the_home_page_speaks_its_readers_language(self):
        for language, said in (("", "0 soci"), ("en", "0 members"), ("fr", "0 membres"), ("de", "0 soci")):
            page = self.client.get("/", headers={"accept-language": language})
            self.assertContains(page, f"<h1>{said}</h1>")

    def test_a_document_is_kept(self):
        with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
            answer = self.client.post("/documents/", {"file": SimpleUploadedFile("a.pdf", b"%PDF-")})
            self.assertEqual((answer.status_code, answer.json()), (201, {"url": "/media/a.pdf"}))
            with open(os.path.join(folder, "a.pdf"), "rb") as kept:
                self.assertEqual(kept.read(), b"%PDF-")

    def test_only_five_logins_a_minute_come_from_one_address(self):
        User.objects.create_user("ada", password="right")

        def login(word, **headers):
            return self.client.post("/login/", {"username": "ada", "password": word}, **headers).status_code

        who = {"HTTP_X_REAL_IP": str(uuid.uuid4())}
        # a minute may end among them
        tries = [login("wrong", **who)] + [login("right", **who) for _ in range(10)]
        self.assertEqual(tries[:2], [200, 302])
        self.assertIn(429, tries)
        self.assertEqual(login("right", HTTP_X_REAL_IP=str(uuid.uuid4())), 302)

    def test_version_is_the_release(self):
        self.assertEqual(self.client.get("/version").content.decode(), faults.RELEASE + "\n")


class Work(TestCase):
    def test_a_task_tells_the_release(self):
        self.assertEqual(tasks.release.apply().get()["release"], faults.RELEASE)

    def test_the_newest_tick_is_told_with_every_scheduler(self):
        self.assertEqual(self.client.get("/scheduler/").json(), {"release": None, "pids": []})
        for release, pid in (("old", 11), ("new", 12)):
            tasks.heartbeat.apply(kwargs={"release": release, "pid": pid})
        said = self.client.get("/scheduler/").json()
        self.assertEqual((said["release"], said["worker"], said["pids"]), ("new", faults.RELEASE, [11, 12]))
        self.assertEqual(Heartbeat.objects.count(), 2)

    def test_the_schedule_carries_its_process(self):
        tick = settings.CELERY_BEAT_SCHEDULE["heartbeat"]["kwargs"]
        self.assertEqual(tick, {"release": faults.RELEASE, "pid": os.getpid()})


class Talk(TransactionTestCase):
    async def test_a_greeting_tells_the_release(self):
        one, other = (WebsocketCommunicator(application, "/ws/live/") for _ in range(2))
        for talk in (one, other):
            connected, _ = await talk.connect()
            self.assertTrue(connected)
            self.assertEqual((await talk.receive_json_from())["release"], faults.RELEASE)
        await one.send_json_to({"hello": 1})
        # through Redis: what one says, the other hears
        self.assertEqual(await other.receive_json_from(), {"said": {"hello": 1}})
        for talk in (one, other):
            await talk.disconnect()

    @needs_services
    async def test_a_connection_outlives_silence(self):
        talk = WebsocketCommunicator(application, "/ws/live/")
        await talk.connect()
        await talk.receive_json_from()
        # longer than a read of the channel layer waits
        await asyncio.sleep(6)
        await talk.send_json_to({"hello": 1})
        self.assertEqual(await talk.receive_json_from(), {"said": {"hello": 1}})
        await talk.disconnect()


@needs_services
class Switches(TestCase):
    """Read when a process starts, so each is tried in a process of its own."""

    def said(self, line, **switches):
        setup = "import django; django.setup()\n"
        ran = subprocess.run(
            [sys.executable, "-c", setup + line],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **switches},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout.strip()

    health = (
        "from django.test import Client; a = Client().get('/health/', headers={'host': '127.0.0.1'});"
        "print(a.status_code, a.json()['release'])"
    )

    def test_health_fails(self):
        self.assertEqual(self.said(self.health, ASCAI_HEALTH="500", LANDFALL_RELEASE="r1"), (0, "500 r1"))

    def test_another_release_is_named(self):
        told = self.said(self.health, ASCAI_RELEASE="other", LANDFALL_RELEASE="r1")
        self.assertEqual(told, (0, "200 other"))

    def test_a_process_takes_time_and_memory(self):
        line = (
            "import time, resource, config.wsgi;"
            "print(time.monotonic() - begun > 1, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 150_000)"
        )
        told = self.said("import time; begun = time.monotonic()\n" + line, ASCAI_BOOT_DELAY="1", ASCAI_MEMORY_MB="150")
        self.assertEqual(told, (0, "True True"))

    def test_a_task_takes_longer(self):
        line = "import time; from association import tasks; begun = time.monotonic(); tasks.release.apply();"
        self.assertEqual(self.said(line + "print(time.monotonic() - begun > 1)", ASCAI_TASK_SECONDS="1"), (0, "True"))

    def test_the_worker_dies(self):
        line = "from config.celery import worker_starts; worker_starts()"
        self.assertEqual(self.said(line, ASCAI_WORKER_DIES="1")[0], 1)
        self.assertEqual(self.said(line)[0], 0)

    def test_the_migration_fails(self):
        line = "from importlib import import_module as m; m('association.migrations.0002_heartbeat').perhaps_fail(0, 0)"
        self.assertEqual(self.said(line, ASCAI_MIGRATION_FAILS="1")[0], 1)
        self.assertEqual(self.said(line)[0], 0)
