from django.conf import settings
from django.test import TestCase

from lessons.models import Lesson


class Pages(TestCase):
    def test_health_asks_the_database(self):
        answer = self.client.get("/health/")
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "ok", "release": settings.RELEASE}))

    def test_the_home_page_counts_lessons(self):
        Lesson.objects.create(title="Letters")
        self.assertContains(self.client.get("/"), "<h1>1 lessons</h1>")

    def test_version_is_the_release(self):
        self.assertEqual(self.client.get("/version").content.decode(), settings.RELEASE + "\n")
