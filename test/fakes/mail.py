"""A mail server for tests: keeps what it is sent, refuses what a strict one would, and shows both over HTTP on loopback.

usage: MAIL_PASSWORD=… mail.py SMTP_PORT HTTP_PORT CERTIFICATE KEY   (user: mailer; port 0: any; prints both)

SMTP after RFC 5321: commands in their order, TLS (STARTTLS) before a login, a login before mail, lines that end with CRLF, a message with
From, To, Date, Message-ID and Subject that is addressed to whom it is delivered to.

GET /messages?to=ADDRESS      {"count": N, "messages": [{"from", "to", "subject", "text"}]}
DELETE /messages?to=ADDRESS   204; they are gone
GET /record                   {"taken": how many ever, "kept": how many now, "refused": [why, …]}
"""

import base64
import json
import os
import re
import socketserver
import ssl
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LONGEST = 1 << 20
kept, refused, taken = [], [], 0
lock = threading.Lock()


class Refused(Exception):
    pass


def address(argument, word):
    found = re.fullmatch(rf"{word}:<([^<>\s]+@[^<>\s]+)>( \S+)*", argument, re.IGNORECASE)
    if not found:
        raise Refused(f"501 5.5.4 {word}:<address> is expected")
    return found[1]


def read_message(data, sender, recipients):
    message = message_from_bytes(data, policy=policy.default)
    for name in ("From", "To", "Date", "Message-ID", "Subject"):
        if len(message.get_all(name, [])) != 1:
            raise Refused(f"554 5.6.0 the message has no {name}, or several")
    named = {one.addr_spec for one in message["To"].addresses}
    if not set(recipients) <= named:
        raise Refused("554 5.6.0 it is addressed to somebody else")
    body = message.get_body(("plain",))
    return {
        "from": sender,
        "to": recipients,
        "subject": message["Subject"],
        "text": body.get_content().replace("\r\n", "\n") if body else "",
    }


class Smtp(socketserver.StreamRequestHandler):
    timeout = 60

    def setup(self):
        super().setup()
        self.secure = self.greeted = self.known = self.over = False
        self.reset()

    def reset(self):
        self.sender, self.recipients = None, []

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def line(self):
        line = self.rfile.readline(4096)
        if line and not line.endswith(b"\r\n"):
            raise Refused("500 5.5.2 a line ends with CRLF")
        return line[:-2]

    def handle(self):
        self.say("220 localhost ESMTP")
        while not self.over:
            try:
                line = self.line()
                if not line and not self.rfile.peek(1):
                    return
                word, _, argument = line.decode("ascii").partition(" ")
                command = getattr(self, f"do_{word.upper()}", None)
                if command is None:
                    raise Refused(f"500 5.5.1 {word}: no such command")
                command(argument)
            except Refused as why:
                with lock:
                    refused.append(str(why))
                self.say(why)
            except (OSError, UnicodeDecodeError):
                return

    def demand(self, holds, why):
        if not holds:
            raise Refused(why)

    def do_EHLO(self, argument):
        self.demand(argument, "501 5.5.4 who is it?")
        self.greeted = True
        self.reset()
        self.say("250-localhost")
        self.say(f"250-SIZE {LONGEST}")
        self.say("250 AUTH PLAIN LOGIN" if self.secure else "250 STARTTLS")

    def do_STARTTLS(self, _):
        self.demand(self.greeted and not self.secure, "503 5.5.1 not now")
        self.say("220 2.0.0 go ahead")
        self.wfile.flush()
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()
        self.secure, self.greeted = True, False

    def do_AUTH(self, argument):
        self.demand(self.greeted and not self.known, "503 5.5.1 not now")
        self.demand(self.secure, "538 5.7.11 TLS first")
        way, _, first = argument.partition(" ")
        if way == "PLAIN":
            _, user, password = base64.b64decode(first or self.ask("334 ")).split(b"\0")
        elif way == "LOGIN":
            user = base64.b64decode(first or self.ask("334 VXNlcm5hbWU6"))
            password = base64.b64decode(self.ask("334 UGFzc3dvcmQ6"))
        else:
            raise Refused("504 5.5.4 no such way")
        self.demand((user, password) == (b"mailer", self.server.password), "535 5.7.8 wrong user or password")
        self.known = True
        self.say("235 2.7.0 welcome")

    def ask(self, line):
        self.say(line)
        return self.line()

    def do_MAIL(self, argument):
        self.demand(self.known, "530 5.7.0 log in first")
        self.demand(self.sender is None, "503 5.5.1 one at a time")
        self.sender = address(argument, "FROM")
        self.say("250 2.1.0 go on")

    def do_RCPT(self, argument):
        self.demand(self.sender, "503 5.5.1 MAIL first")
        self.recipients.append(address(argument, "TO"))
        self.say("250 2.1.5 go on")

    def do_DATA(self, _):
        global taken
        self.demand(self.recipients, "503 5.5.1 RCPT first")
        self.say("354 end with a dot")
        lines = []
        while (line := self.line()) != b".":
            lines.append(line.removeprefix(b"."))
            self.demand(sum(map(len, lines)) < LONGEST, "552 5.3.4 too long")
        message = read_message(b"".join(one + b"\r\n" for one in lines), self.sender, self.recipients)
        with lock:
            kept.append(message)
            taken += 1
        self.reset()
        self.say("250 2.0.0 kept")

    def do_RSET(self, _):
        self.reset()
        self.say("250 2.0.0 as you like")

    def do_NOOP(self, _):
        self.say("250 2.0.0 well")

    def do_QUIT(self, _):
        self.over = True
        self.say("221 2.0.0 bye")


class Page(BaseHTTPRequestHandler):
    def answer(self, status, body=None):
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def asked(self):
        url = urlsplit(self.path)
        return url.path, parse_qs(url.query).get("to", [""])[0]

    def do_GET(self):
        path, to = self.asked()
        with lock:
            if path == "/record":
                return self.answer(200, {"taken": taken, "kept": len(kept), "refused": refused})
            found = [one for one in kept if to in one["to"]]
        return self.answer(200, {"count": len(found), "messages": found}) if path == "/messages" else self.answer(404)

    def do_DELETE(self):
        path, to = self.asked()
        if path != "/messages":
            return self.answer(404)
        with lock:
            kept[:] = [one for one in kept if to not in one["to"]]
        return self.answer(204)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def main():
    smtp_port, http_port, certificate, key = sys.argv[1:]
    smtp = Server(("127.0.0.1", int(smtp_port)), Smtp)
    smtp.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    smtp.tls.load_cert_chain(certificate, key)
    smtp.password = os.environ["MAIL_PASSWORD"].encode()
    page = ThreadingHTTPServer(("127.0.0.1", int(http_port)), Page)
    threading.Thread(target=smtp.serve_forever, daemon=True).start()
    print(smtp.server_address[1], page.server_address[1], flush=True)
    page.serve_forever()


if __name__ == "__main__":
    main()
