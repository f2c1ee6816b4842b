"""gunicorn's settings: loopback only, one worker, and the fault that ends the master after a while."""

import os
import threading

bind = "127.0.0.1:" + os.environ.get("PORT", "8000")
workers = 1
worker_class = "gthread"
threads = 4
graceful_timeout = 2
control_socket_disable = True


def when_ready(server):
    after = float(os.environ.get("SPINE_EXIT_AFTER", "0"))
    if after:
        timer = threading.Timer(after, os._exit, [1])
        timer.daemon = True
        timer.start()
