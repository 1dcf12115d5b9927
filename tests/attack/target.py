"""The server under attack, and somebody who uses it meanwhile."""

import ssl
import subprocess
import threading
import time
from pathlib import Path

from api import create_client
from claviger import Server, command

PROBE_SECONDS = 0.05
CERTIFICATE_DAYS = "90"


class Target:
    """A server as it ships, with a client, users and tokens to find."""

    def __init__(self, uses_tls):
        settings = {"CLAVIGER_ENVIRONMENT": "production"}
        self.server = Server(**settings)
        if uses_tls:
            key, certificate = self._certificate()
            self.server.settings |= {"CLAVIGER_TLS_KEY": str(key),
                                     "CLAVIGER_TLS_CERTIFICATE": str(certificate)}
            self.server.tls = ssl.create_default_context(cafile=certificate)
        self.scheme = "https" if uses_tls else "http"

    def _certificate(self):
        key, certificate = (self.server.directory / name for name in ("key.pem", "cert.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", CERTIFICATE_DAYS,
                        "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        key.chmod(0o600)
        return key, certificate

    def _log_in(self):
        """The cookie of an administrator's session, as "name=value"."""
        link = command("admin", "login-link", server=self.server).stdout.decode().strip()
        answer = self.server.api.post("/admin/api/login/link", json={"code": link.split("/")[-1]})
        return answer.header("Set-Cookie").split(";")[0]

    def __enter__(self):
        try:
            self.server.start()
            self.client = create_client(self.server)
            self.user = self.client.create_user()
            self.token = self.user.issue()
            self.cookie = self._log_in()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.remove()

    @property
    def host(self):
        return "%s:%d" % self.server.address

    def url(self, path=""):
        return f"{self.scheme}://{self.host}{path}"

    def resident_mb(self):
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def aftermath(self):
        """What holds after every attack: it lives, has logged JSON, and no exception or 5xx."""
        is_alive = self.server.process.poll() is None
        lines = self.server.log()
        errors = [line for line in lines if line.get("status", 0) >= 500 or
                  line["event"] == "exception_in_handler"]
        statuses = sorted({line["status"] for line in errors if "status" in line})
        yield ("the server afterwards", "alive" if is_alive else "gone", is_alive)
        yield ("its log", f"{len(lines):,} lines of JSON, {len(errors)} answers 5xx {statuses}",
               not errors)


class Visitor:
    """Checks a token now and then on one connection while an attack is under way."""

    def __init__(self, target):
        self.target = target
        self.times_ms = []
        self.failures = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def _run(self):
        while not self.stopping.wait(PROBE_SECONDS):
            began = time.monotonic()
            try:
                answer = self.target.token.check()
                if answer.status != 200:
                    self.failures.append(answer.status)
            except (OSError, AssertionError) as error:
                self.failures.append(repr(error))
            self.times_ms.append((time.monotonic() - began) * 1e3)

    def text(self):
        times = sorted(self.times_ms)
        return (f"{len(times)} checks meanwhile, {len(self.failures)} failed, median "
                f"{times[len(times) // 2]:.1f} ms, slowest {times[-1]:.0f} ms")
