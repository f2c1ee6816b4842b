"""gunicorn's settings, as production has them: the folder of the socket is made by the unit (RuntimeDirectory)."""

import multiprocessing

bind = "unix:/run/filetoapi/gunicorn.sock"
workers = multiprocessing.cpu_count() * 2
timeout = 120
graceful_timeout = 5
control_socket_disable = True
