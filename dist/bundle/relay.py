# relay.py HOST PORT | SOCKET   connects there, says so in a line, and passes bytes on: stdin to it, what it answers to stdout
# Ends with the first of the two that ends: who asks over it has gone, or has its whole answer.
import os
import select
import socket
import sys

# s until a connection that nobody takes counts as refused
LIMIT = 10

to = sys.argv[1:]
try:
    if len(to) == 1:
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(LIMIT)
        peer.connect(to[0])
    else:
        peer = socket.create_connection((to[0], int(to[1])), LIMIT)
except OSError as error:
    sys.exit(str(error))
peer.settimeout(None)
os.write(1, b"connected\n")
while True:
    for ready in select.select([0, peer], [], [])[0]:
        data = os.read(0, 65536) if ready == 0 else peer.recv(65536)
        if not data:
            sys.exit()
        if ready == 0:
            peer.sendall(data)
        while ready != 0 and data:
            data = data[os.write(1, data) :]
