"""gunicorn's settings, as production has them; how many workers may be said by the environment, for small machines."""

import multiprocessing
import os

bind = "127.0.0.1:8000"
workers = int(os.environ.get("GANGLIOSIDE_WORKERS", multiprocessing.cpu_count() * 2 + 1))
timeout = 30
control_socket_disable = True
