"""Faults on purpose, switched on by the environment that a process is started with. README.md lists them."""

import os
import sys
import time

HANG = os.environ.get("SPINE_HANG") == "1"
HEALTH = int(os.environ.get("SPINE_HEALTH", "200"))
RELEASE = os.environ.get("SPINE_RELEASE") or os.environ.get("LANDFALL_RELEASE", "unknown")


def tell():
    """An application that prints its environment, as some do when they fail."""
    if os.environ.get("SPINE_TELL") == "1":
        print(dict(os.environ), file=sys.stderr, flush=True)


def at_start():
    """Runs in each worker before the application is loaded."""
    tell()
    if os.environ.get("SPINE_EXIT_AT_START") == "1":
        raise RuntimeError("SPINE_EXIT_AT_START is set")
    time.sleep(float(os.environ.get("SPINE_BOOT_DELAY", "0")))


def middleware(get_response):
    def answer(request):
        if HANG:
            time.sleep(3600)
        return get_response(request)

    return answer
