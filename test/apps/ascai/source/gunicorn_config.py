"""gunicorn's settings, as production has them; how many workers may be said by the environment, for small machines."""

import multiprocessing
import os

bind = "127.0.0.1:8000"
backlog = 2048
workers = int(os.environ.get("ASCAI_WORKERS", multiprocessing.cpu_count() * 2 + 1))
worker_class = "sync"
timeout = 30
keepalive = 2
umask = 0
control_socket_disable = True
