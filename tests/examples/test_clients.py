"""The clients of examples/clients before an API that checks each call's token with the server."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from api import create_client, expect
from claviger import ROOT

FOLDER = ROOT / "examples" / "clients"
BUILDS = {  # what makes a program of one in the folder of the test's programs
    "go": ["go", "build", "-o", "go-client", FOLDER / "claviger_token.go"],
    "java": ["javac", "-Xlint:all", "-Werror", "-d", ".", FOLDER / "ClavigerToken.java"],
    "c++": ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", "c++-client",
            FOLDER / "claviger_token.cc", "-lcpp-httplib", "-lsimdjson", "-lssl", "-lcrypto"],
}
CLIENTS = {
    "python": [sys.executable, FOLDER / "claviger_token.py"],
    "node": ["node", FOLDER / "claviger-token.mjs"],
    "curl": ["bash", FOLDER / "claviger-token.sh"],
    "go": ["./go-client"],
    "java": ["java", "-cp", ".", "ClavigerToken"],
    "c++": ["./c++-client"],
}


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """A folder; `programs(language)` puts the language's program there, if it is to be built."""
    folder, built = tmp_path_factory.mktemp("programs"), set()

    def build(language):
        if language in BUILDS and language not in built:
            done = subprocess.run(BUILDS[language], cwd=folder, capture_output=True, text=True,
                                  timeout=300, check=False)
            assert done.returncode == 0, done.stderr
            built.add(language)
        return folder

    return build


@pytest.fixture(params=list(CLIENTS))
def language(request, programs):
    programs(request.param)
    return request.param


@contextmanager
def protected_api(server):
    """GET /revoke has the caller's token taken back, and /broken fails."""
    seen = []

    class Api(BaseHTTPRequestHandler):
        def do_GET(self):
            bearer = {"Authorization": self.headers["Authorization"]}
            status = server.api.get("/token", bearer.items()).status
            seen.append((self.path, status, bearer["Authorization"]))
            if self.path == "/revoke":
                expect(server.api.delete("/token", bearer.items()), 200)
            if self.path == "/broken":
                status = 500
            body = f"answer of {self.path}".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as api:
        thread = threading.Thread(target=api.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{api.server_port}", seen
        finally:
            api.shutdown()
            thread.join()


@pytest.fixture
def user(server):
    return create_client(server).create_user()


@pytest.fixture
def run(programs, language, server, user):
    """Runs the language's client with these URLs."""
    def call(urls, **more):
        return run_in(programs(language), language, server, user, urls, **more)
    return call


def run_in(folder, language, server, user, urls, **more):
    host, port = server.address
    env = {"PATH": os.environ["PATH"], "CLAVIGER_URL": f"http://{host}:{port}",
           "CLAVIGER_API_KEY": user.client.api_key, "CLAVIGER_IDENTIFIER": user.identifier,
           "CLAVIGER_SECRET": user.secret, **more}
    return subprocess.run([*CLIENTS[language], *urls], env=env, cwd=folder,
                          capture_output=True, text=True, timeout=60, check=False)


class TestClient:
    def test_one_token_serves_many_calls(self, run, server):
        with protected_api(server) as (api, seen):
            done = run([f"{api}/a", f"{api}/b", f"{api}/c"])
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"answer of /{name}" for name in "abc"]
        assert len({authorization for _, _, authorization in seen}) == 1

    def test_a_revoked_token_is_replaced_once(self, run, server):
        with protected_api(server) as (api, seen):
            done = run([f"{api}/revoke", f"{api}/after", f"{api}/last"])
        assert done.returncode == 0, done.stderr
        assert [(path, status) for path, status, _ in seen] == [
            ("/revoke", 200), ("/after", 401), ("/after", 200), ("/last", 200)]
        assert len({authorization for _, _, authorization in seen}) == 2

    def test_it_is_renewed_before_it_expires(self, run, server):
        """With a margin beyond any lifetime, no token is good for a second call."""
        with protected_api(server) as (api, seen):
            done = run([f"{api}/a", f"{api}/b"],
                       CLAVIGER_RENEW_BEFORE=str(366 * 86_400))
        assert done.returncode == 0, done.stderr
        assert len({authorization for _, _, authorization in seen}) == 2

    def test_what_goes_wrong_is_told_without_secrets(self, run, server, user):
        with protected_api(server) as (api, seen):
            broken = run([f"{api}/broken"])
            expect(user.patch(is_active=False), 200)
            refused = run([f"{api}/a"])
        assert [path for path, _, _ in seen] == ["/broken"]  # and not once more
        assert broken.returncode == 1 and "500" in broken.stderr
        assert refused.returncode == 1 and "401" in refused.stderr
        for done in (broken, refused):
            for secret in (user.secret, user.client.api_key, "eyJ"):
                assert secret not in done.stdout + done.stderr
