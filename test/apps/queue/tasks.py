"""An application of Celery's for tests: a task that takes its time, and a schedule. The broker is a folder."""

import os
import time

from celery import Celery
from celery.signals import worker_shutting_down

shared = os.environ["SHARED"]
release = os.environ.get("LANDFALL_RELEASE", "client")
folders = {name: os.path.join(shared, name) for name in ("queue", "control", "results")}
for folder in folders.values():
    os.makedirs(folder, exist_ok=True)

app = Celery("tasks", broker="filesystem://", backend="file://" + folders["results"])
app.conf.broker_transport_options = {
    "data_folder_in": folders["queue"],
    "data_folder_out": folders["queue"],
    "control_folder": folders["control"],
}
app.conf.beat_schedule = {"tick": {"task": "tasks.tick", "schedule": 1.0}}


def note(text):
    with open(os.path.join(shared, "notes"), "a") as notes:
        notes.write(text + "\n")


@worker_shutting_down.connect
def told(**_):
    open(os.path.join(shared, "told-" + release), "w").close()


@app.task
def tick():
    pass


@app.task
def slow(seconds):
    """Takes so many seconds, or until there is a file `go`."""
    note(f"begun by {release}")
    over = time.monotonic() + seconds
    while time.monotonic() < over and not os.path.exists(os.path.join(shared, "go")):
        time.sleep(0.05)
    note(f"done by {release}")
    return release
