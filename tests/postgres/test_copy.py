"""`claviger database copy`: all of a database, verified, in one of the other kind, or nothing."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
from contextlib import closing

import pytest

import postgres
from api import assert_refused, bearer, create_client, expect, key_header
from claviger import Server, binary, command
from wire import until

MANY = 40_000  # a copy of so many tokens takes long enough to be stopped
COUNTED = ("clients", "users", "tokens", "audit_log", "keys_seen", "administrators", "admin_links",
           "admin_sessions", "audit_trail", "meta", "fence_counter")


def sqlite_rows(path):
    """All rows of all tables, but for what a copy makes anew."""
    with closing(sqlite3.connect(path)) as db:
        names = [name for (name,) in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
                for name in names if name not in ("migrations", "fence_log")}


def postgres_rows(url):
    return {name: postgres.query(f"SELECT * FROM {name} ORDER BY 1", url) for name in COUNTED}


def is_bare(url):
    return postgres.query("SELECT to_regclass('clients')", url) == [[""]]


class Filled:
    """An SQLite database with rows in each table, whose server is stopped."""

    def __init__(self, path):
        self.url = f"sqlite:{path}"
        self.server = Server(CLAVIGER_DATABASE_URL=self.url,
                             CLAVIGER_PUBLIC_URL="https://claviger.example").start()
        server, old = self.server, self.server.jwt_key
        ended = create_client(server).create_user().issue()
        kid = json.loads(command("key", "list", "--json", server=server).stdout)["keys"][0]["kid"]
        assert server.stop() == 0
        server.settings["JWT_SECRET_KEY"] = "another-secret-key-" + old[:24]
        server.settings["JWT_SECRET_KEY_PREVIOUS"] = old
        server.start()
        for arguments in (("key", "retire", kid), ("admin", "login-link"),
                          ("admin", "login-link", "--email", "ada@example.com"),
                          ("admin", "allow", "grace@example.com", "--role", "auditor")):
            done = command(*arguments, server=server)
            assert done.returncode == 0, done.stderr
            if "--email" in arguments:
                link = done.stdout.decode().strip()
        answer = server.api.post("/admin/api/login/link", json={"code": link.rsplit("/", 1)[1]})
        self.cookie = answer.header("Set-Cookie").split(";")[0]
        self.user = create_client(server).create_user(identifier="naïve", scopes=["a", "b"])
        self.old_secret = self.user.secret
        self.user.secret = expect(self.user.rotate(grace_period_seconds=86_400), 200)["secret"]
        self.live, revoked = self.user.issue(), self.user.issue()
        gone = self.user.client.create_user()
        of_gone = gone.issue()
        expect(gone.patch(is_active=False), 200)
        self.revoked_epoch = expect(revoked.revoke(), 200)["epoch"]
        self.refused = [revoked, of_gone, ended]
        assert server.stop() == 0

    def copy(self, source, target, *arguments, status=0):
        done = command("database", "copy", source, target, *arguments, server=self.server,
                       env={"CLAVIGER_DATABASE_URL": None}, timeout=120)
        assert done.returncode == status, (done.stdout, done.stderr)
        assert b"Traceback" not in done.stderr
        return done

    def works_on(self, url):
        """A server there knows all, and what is taken back there is refused there."""
        server = Server(**{**self.server.settings, "CLAVIGER_DATABASE_URL": url}).start()
        try:
            assert server.api.get("/token", bearer(self.live.text)).status == 200
            for token in self.refused:
                assert server.api.get("/token", bearer(token.text)).status == 401
            for secret in (self.old_secret, self.user.secret):
                body = {"identifier": self.user.identifier, "secret": secret}
                issued = server.api.post("/token", key_header(self.user.client.api_key), json=body)
                token = expect(issued, 200)["token"]
            session = server.api.get("/admin/api/session", {"Cookie": self.cookie})
            assert expect(session, 200)["email"] == "ada@example.com"
            answer = expect(server.api.delete("/token", bearer(token)), 200)
            assert answer["fenced"] is True and answer["epoch"] > self.revoked_epoch
            assert_refused(token, "revoked", server.api)
            create_client(server).create_user().issue()
            verified = command("audit", "verify", "--json", server=server)
            assert json.loads(verified.stdout)["sound"] is True, verified
            status = json.loads(command("database", "status", "--json", server=server).stdout)
        finally:
            server.finish()
        return status


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    filled = Filled(tmp_path_factory.mktemp("filled") / "claviger.db")
    yield filled
    filled.server.finish()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """One with so many tokens that a copy can be caught at work."""
    filled = Filled(tmp_path_factory.mktemp("many") / "claviger.db")
    with closing(sqlite3.connect(filled.url.removeprefix("sqlite:"))) as db, db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation,"
            "  preview, created_by_username, created_at_ms, expires_at_ms)"
            " SELECT randomblob(16), randomblob(16), randomblob(16), 0, 0, 'p', 'u', 1, 9e15"
            " FROM n", (MANY,))
    yield filled
    filled.server.finish()


class Watched:
    """A copy whose bar is seen: it is at work when the first is drawn."""

    def __init__(self, filled, source, target):
        own, others = pty.openpty()
        settings = {**filled.server.settings, "PATH": os.environ["PATH"]}
        self.process = subprocess.Popen([binary(), "database", "copy", source, target],
                                        env=settings, stdout=subprocess.PIPE, stderr=others)
        os.close(others)
        self.terminal = own
        self.shown = b""
        while b"copying [" not in self.shown:
            self.shown += os.read(own, 100)

    def finish(self):
        """The exit status."""
        try:
            while True:
                self.shown += os.read(self.terminal, 4096)
        except OSError:  # the other end is closed
            os.close(self.terminal)
        self.process.stdout.close()
        return self.process.wait(60)


def test_there_and_back(filled, tmp_path):
    there = postgres.database(tmp_path)
    back = f"sqlite:{tmp_path / 'back.db'}"
    before = sqlite_rows(filled.url.removeprefix("sqlite:"))
    first = json.loads(filled.copy(filled.url, there, "--json").stdout)["tables"]
    second = json.loads(filled.copy(there, back, "--json").stdout)["tables"]
    assert first == second
    rows = {table["table"]: table["rows"] for table in first}
    assert set(rows) == set(COUNTED) == set(before) and 0 not in rows.values()
    assert len({table["digest"] for table in first}) == len(COUNTED)
    assert sqlite_rows(tmp_path / "back.db") == before
    assert (tmp_path / "back.db").stat().st_mode & 0o777 == 0o600
    on_postgres, on_sqlite = filled.works_on(there), filled.works_on(back)
    for status in (on_postgres, on_sqlite):
        assert status["tokens"] == rows["tokens"] + 3 and status["users"] == rows["users"] + 1


def test_what_it_says(filled, tmp_path):
    done = filled.copy(filled.url, f"sqlite:{tmp_path / 'copy.db'}")
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["table", "rows"]
    assert [line.split()[0] for line in lines[1:]] and b"copying" not in done.stderr
    assert ["meta", "1"] in [line.split() for line in lines]


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_killed_in_the_middle_and_run_again(many, tmp_path, engine):
    target = postgres.database(tmp_path) if engine == "postgresql" else f"sqlite:{tmp_path / 'c'}"
    copy = Watched(many, many.url, target)
    copy.process.kill()
    assert copy.finish() == -signal.SIGKILL
    if engine == "postgresql":
        # PostgreSQL notices when its next answer finds nobody.
        until(lambda: is_bare(target), "nothing is there")
    else:
        assert sqlite_rows(tmp_path / "c") == {}
    again = json.loads(many.copy(many.url, target, "--json").stdout)["tables"]
    rows = {table["table"]: table["rows"] for table in again}
    assert rows["tokens"] > MANY
    if engine == "postgresql":
        many.works_on(target)


def test_a_source_that_is_used_is_noticed(many, tmp_path):
    target = postgres.database(tmp_path)
    copy = Watched(many, many.url, target)
    copy.process.send_signal(signal.SIGSTOP)
    done = command("admin", "allow", "late@example.com", server=many.server)
    assert done.returncode == 0, done.stderr
    copy.process.send_signal(signal.SIGCONT)
    assert copy.finish() == 5
    assert b"stop the servers" in copy.shown
    assert is_bare(target)


def test_a_row_that_changed_on_its_way_is_found(filled, tmp_path):
    target = postgres.database(tmp_path)
    assert command("database", "migrate", server=filled.server,
                   env={"CLAVIGER_DATABASE_URL": target}).returncode == 0
    postgres.query(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.scopes := 'other'; RETURN NEW; END $$;"
        "CREATE TRIGGER spoil BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION spoil()", target)
    before = postgres_rows(target)
    assert b'"users" differs' in filled.copy(filled.url, target, status=6).stderr
    assert postgres_rows(target) == before
    postgres.query("DROP TRIGGER spoil ON users", target)
    filled.copy(filled.url, target)  # a database that has but its tables is empty


def test_what_the_other_kind_cannot_hold_is_told(filled, tmp_path):
    odd = tmp_path / "odd.db"
    filled.copy(filled.url, f"sqlite:{odd}")
    with closing(sqlite3.connect(odd)) as db, db:
        db.execute("UPDATE users SET scopes = 'a' || char(0) WHERE identifier = 'naïve'")
    target = postgres.database(tmp_path)
    said = filled.copy(f"sqlite:{odd}", target, status=6).stderr
    assert b'Table "users" cannot' in said and b"scopes" in said
    assert b"DETAIL" not in said  # which would show the row
    assert is_bare(target)


def test_a_target_with_rows_is_refused_and_stays(filled, tmp_path):
    there, here = postgres.database(tmp_path), f"sqlite:{tmp_path / 'copy.db'}"
    for target in (there, here):
        filled.copy(filled.url, target)
    before = postgres_rows(there), sqlite_rows(tmp_path / "copy.db")
    for target in (there, here):
        assert b"not empty" in filled.copy(filled.url, target, status=5).stderr
    # Itself by another name
    same = filled.url.replace("/claviger.db", "/./claviger.db")
    assert b"not empty" in filled.copy(filled.url, same, status=5).stderr
    assert (postgres_rows(there), sqlite_rows(tmp_path / "copy.db")) == before


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_another_environment_is_refused(filled, tmp_path, engine):
    target = postgres.database(tmp_path) if engine == "postgresql" else f"sqlite:{tmp_path / 'c'}"
    other = {"CLAVIGER_DATABASE_URL": target, "CLAVIGER_ENVIRONMENT": "staging"}
    assert command("database", "migrate", server=filled.server, env=other).returncode == 0
    assert b"environment" in filled.copy(filled.url, target, status=1).stderr
    done = filled.copy(filled.url, target, "--environment", "staging", status=1)
    assert b'belongs to the environment "development"' in done.stderr
    assert json.loads(command("database", "status", "--json", server=filled.server,
                              env=other).stdout)["tokens"] == 0


def test_an_older_schema_is_refused(filled, tmp_path):
    old = tmp_path / "old.db"
    filled.copy(filled.url, f"sqlite:{old}")
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("DELETE FROM migrations WHERE version > 3")
    target = postgres.database(tmp_path)
    assert b"claviger database migrate" in filled.copy(f"sqlite:{old}", target, status=6).stderr
    assert is_bare(target)


URLS = {
    "a password in FROM": ("postgresql://u:hidden@127.0.0.1/d", "sqlite:{new}", "PGPASSFILE"),
    "a password in TO": ("{full}", "postgresql://127.0.0.1/d?password=hidden", "PGPASSFILE"),
    "no URL": ("{full}", "mysql://x", "TO: "),
    "the same": ("{full}", "{full}", "same database"),
}


@pytest.mark.parametrize("case", URLS)
def test_a_wrong_url_is_refused(filled, tmp_path, case):
    *urls, word = URLS[case]
    urls = [url.format(new=tmp_path / "new.db", full=filled.url) for url in urls]
    done = filled.copy(*urls, status=2)
    assert word.encode() in done.stderr and b"hidden" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_copy(filled, tmp_path):
    new = f"sqlite:{tmp_path / 'new'}"
    filled.copy(f"sqlite:{tmp_path / 'none'}", new, status=6)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "none").touch()
    assert b"nothing in" in filled.copy(f"sqlite:{tmp_path / 'none'}", new, status=6).stderr
    assert not (tmp_path / "new").exists()
