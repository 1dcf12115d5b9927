"""Claviger and what it is compared with, each as a process on the server's core."""

import http.client
import json
import os
import re
import select
import subprocess
import time
from functools import cached_property
from pathlib import Path

from machine import ROOT, TOOLS, Process, accepts, free_port, until

BINARY = ROOT / "build" / "release" / "claviger"
START_SECONDS = 120


def help_text():
    return subprocess.run([BINARY, "serve", "--help"], check=True, capture_output=True,
                          text=True).stdout


def cache_tokens_max():
    """The most tokens that a server can be told to keep in memory."""
    text = (ROOT / "src" / "base" / "limits.h").read_text()
    return int(re.search(r"view_tokens_max = ([\d']+);", text)[1].replace("'", ""))


def ask(port, method, target, headers=None, body=None):
    """One request on a connection of its own: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Claviger(Process):
    """A server with one worker on a seeded database. `ready_seconds` is how long it took to start.

    `settings` are environment variables, which go before the database's settings.env.
    """

    def __init__(self, database, folder, name="claviger", **settings):
        self.database = database
        environment = {
            "PATH": os.environ["PATH"],
            "CLAVIGER_LISTEN": "127.0.0.1:0",
            "CLAVIGER_DATABASE_URL": f"sqlite:{database.file}",
            "CLAVIGER_WORKERS": "1",
            **{key: str(value) for key, value in settings.items()},
        }
        started = time.monotonic()
        super().__init__([BINARY, "serve", "--config", database.folder / "settings.env"],
                         Path(folder) / f"{name}.log", environment=environment,
                         stdout=subprocess.PIPE)
        self.port = self._wait_until_ready()
        self.ready_seconds = time.monotonic() - started

    def _wait_until_ready(self):
        readable, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline().decode() if readable else ""
        if not line.startswith("ready "):
            self.stop()
            raise RuntimeError(self.failure())
        return int(line.rsplit(":", 1)[1])

    def check(self, token):
        return ask(self.port, "GET", "/token", {"Authorization": f"Bearer {token}"})

    @cached_property
    def check_answer(self):
        """Headers and body of a good check."""
        status, headers, body = self.check(self.database.tokens[0])
        if status != 200:
            raise RuntimeError(f"a good token was answered with {status}: {body!r}")
        return headers, body

    def token_rows(self):
        status = subprocess.run(
            [BINARY, "database", "status", "--json", "--config",
             self.database.folder / "settings.env", "--database-url",
             f"sqlite:{self.database.file}"],
            check=True, capture_output=True, text=True)
        return json.loads(status.stdout)["tokens"]


class Nginx(Process):
    """nginx with one worker; `servers` are server blocks, with {port} where each listens."""

    def __init__(self, folder, name, *servers, http=""):
        folder = Path(folder) / name
        folder.mkdir()
        self.ports = [free_port() for _ in servers]
        self.port = self.ports[0]
        blocks = [block.replace("{port}", f"127.0.0.1:{port}")
                  for block, port in zip(servers, self.ports)]
        settings = folder / "nginx.conf"
        settings.write_text(NGINX.format(
            user="user root;" if os.geteuid() == 0 else "", folder=folder, http=http,
            servers="\n".join(blocks)))
        super().__init__(["nginx", "-e", folder / "error.log", "-c", settings, "-p", folder],
                         folder / "log")
        until(lambda: self.process.poll() is not None or all(map(accepts, self.ports)), 10,
              "nginx listens")
        if self.process.poll() is not None:
            raise RuntimeError(self.failure())


NGINX = """\
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {http}
  {servers}
}}
"""


def static_answer(body, headers=()):
    """A server block that answers everything with this body."""
    lines = "".join(f"add_header {name} \"{value}\";\n" for name, value in headers)
    return (f"server {{ listen {{port}}; default_type application/json;\n{lines}"
            f"location / {{ return 200 '{body.decode()}'; }} }}")


class Floor(Process):
    """Receives and sends, and does nothing in between: what the kernel alone costs."""

    def __init__(self, folder, head, body):
        self.port = free_port()
        super().__init__([TOOLS / "floor", "--port", self.port, "--head", head, "--body", body],
                         Path(folder) / "floor.log")
        until(lambda: self.process.poll() is not None or accepts(self.port), 10,
              "the floor listens")
        if self.process.poll() is not None:
            raise RuntimeError(self.failure())


class HAProxy(Process):
    """HAProxy, which checks a token's HS256 signature; if `expiry`, algorithm and expiry too, as
    its documentation of jwt_verify has it."""

    def __init__(self, folder, secret, body, expiry):
        folder = Path(folder) / ("haproxy-expiry" if expiry else "haproxy")
        folder.mkdir()
        self.port = free_port()
        settings = folder / "haproxy.cfg"
        settings.write_text(HAPROXY.format(port=self.port, secret=secret,
                                           algorithm=ALGORITHM if expiry else "",
                                           expiry=EXPIRY if expiry else "",
                                           body=body.decode().replace('"', '\\"')))
        super().__init__(["haproxy", "-db", "-f", settings], folder / "log")
        until(lambda: self.process.poll() is not None or accepts(self.port), 10,
              "HAProxy listens")
        if self.process.poll() is not None:
            raise RuntimeError(self.failure())


ALGORITHM = """\
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request deny deny_status 401 unless { var(txn.alg) -m str HS256 }
"""
EXPIRY = """\
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
"""
HAPROXY = """\
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  timeout http-keep-alive 60s
frontend checks
  bind 127.0.0.1:{port}
  http-request set-var(txn.bearer) http_auth_bearer
{algorithm}\
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify("HS256","{secret}") 1 }}
{expiry}\
  http-request return status 200 content-type application/json string "{body}"
"""
