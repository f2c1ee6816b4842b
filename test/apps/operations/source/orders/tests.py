"""Django's own runner: the application as a whole, on a database that all migrations have made."""

from django.conf import settings
from django.test import TestCase

from orders.models import Order


class Pages(TestCase):
    def test_health_asks_the_database(self):
        answer = self.client.get("/health/")
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "ok", "release": settings.RELEASE}))

    def test_version_is_the_release(self):
        self.assertEqual(self.client.get("/version").content.decode(), settings.RELEASE + "\n")

    def test_orders_are_told_with_what_they_come_to(self):
        Order.objects.create(number="A-1", lines=[[250, 2], [100, 1]])
        self.assertEqual(self.client.get("/api/orders/").json(), {"orders": [{"number": "A-1", "total": 600}]})
