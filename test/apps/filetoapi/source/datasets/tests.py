"""The application's own tests: `pytest`, which takes config.testing, needs nothing but the code."""

from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import TestCase

from datasets.models import ApiKey


class Api(TestCase):
    def setUp(self):
        ApiKey.objects.create(name="tests", hash=ApiKey.hash_of("a key"))
        self.known = {"HTTP_X_API_KEY": "a key"}

    def upload(self, text, name="colours.csv"):
        return self.client.post("/api/datasets/", {"file": ContentFile(text, name)}, **self.known)

    def test_a_table_becomes_an_api(self):
        told = self.upload("name,hue\nred,0\nblue,240\n")
        self.assertEqual((told.status_code, told.json()["rows"]), (201, 2))
        at = f"/api/datasets/{told.json()['id']}/"
        rows = self.client.get(at, {"offset": 1}, **self.known).json()["rows"]
        self.assertEqual(rows, [{"id": 2, "name": "blue", "hue": "240"}])
        self.assertEqual(self.client.get(at, {"limit": "x"}, **self.known).status_code, 400)
        self.assertEqual(len(self.client.get("/api/datasets/", **self.known).json()["datasets"]), 1)

    def test_what_is_no_table_is_refused(self):
        self.assertEqual(self.upload("a,b\n1\n").status_code, 400)
        self.assertEqual(self.upload("a,b\n", "table.exe").status_code, 400)
        with self.settings(MAX_UPLOAD_SIZE=3):
            self.assertEqual(self.upload("a,b\n").status_code, 413)

    def test_nobody_reads_without_a_key(self):
        for key in ("", "another"):
            self.assertEqual(self.client.get("/api/datasets/", HTTP_X_API_KEY=key).status_code, 401)

    def test_a_key_is_issued_and_only_its_hash_is_kept(self):
        call_command("create_key", "lab")
        self.assertEqual(len(ApiKey.objects.get(name="lab").hash), 64)

    def test_pages_answer(self):
        self.assertContains(self.client.get("/"), "<h1>0 datasets</h1>")
        self.assertEqual(self.client.get("/health/").json()["status"], "ok")
        self.assertEqual(self.client.get("/version").status_code, 200)
