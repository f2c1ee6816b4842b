"""Which release this process is, and faults on purpose, switched on by the environment that it is started with. README.md lists them."""

import os
import time
from pathlib import Path

from dotenv import load_dotenv

# What the process was started with wins over the file beside the code, which a command given by hand has.
load_dotenv(Path(__file__).resolve().parent.parent / ".env")

RELEASE = os.environ.get("GANGLIOSIDE_RELEASE") or os.environ.get("LANDFALL_RELEASE", "unknown")
HANG = os.environ.get("GANGLIOSIDE_HANG") == "1"
HEALTH = int(os.environ.get("GANGLIOSIDE_HEALTH", "200"))
TASK_SECONDS = float(os.environ.get("GANGLIOSIDE_TASK_SECONDS", "2"))
WORKER_DIES = os.environ.get("GANGLIOSIDE_WORKER_DIES") == "1"
WORKER_HANGS = os.environ.get("GANGLIOSIDE_WORKER_HANGS") == "1"
MIGRATION_FAILS = os.environ.get("GANGLIOSIDE_MIGRATION_FAILS") == "1"

hogged = []


def at_start():
    """Runs in each process that serves, before the application is loaded."""
    for _ in range(int(os.environ.get("GANGLIOSIDE_MEMORY_MB", "0"))):
        hogged.append(os.urandom(1 << 20))
    time.sleep(float(os.environ.get("GANGLIOSIDE_BOOT_DELAY", "0")))


def middleware(get_response):
    def answer(request):
        if HANG:
            time.sleep(3600)
        return get_response(request)

    return answer
