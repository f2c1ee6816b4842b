"""Answers with the release that it is of. Told to end, it notes whether the worker of its release was told before."""

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

release = os.environ["LANDFALL_RELEASE"]
shared = os.environ["SHARED"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = release.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def end(*_):
    """A busy worker hears of it later: that is waited for. One that is told once this has ended is not."""
    over = time.monotonic() + 20
    heard = os.path.join(shared, "told-" + release)
    while not os.path.exists(heard) and time.monotonic() < over:
        time.sleep(0.02)
    with open(os.path.join(shared, "order"), "a") as order:
        order.write("%s: the worker was %stold before web ended\n" % (release, "" if os.path.exists(heard) else "not "))
    sys.exit()


signal.signal(signal.SIGTERM, end)
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
