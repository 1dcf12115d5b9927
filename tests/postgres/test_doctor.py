"""`claviger doctor --database`: what is to be known of a PostgreSQL database, and what to do."""

import json
import secrets

import pytest

from api import create_client
from claviger import Server, command
from databases import DATABASE, OWNER, Databases
from processes import free_port


class Doctor:
    """A settings file on databases of a test's own: a primary and its standby."""

    def __init__(self, folder):
        self.folder = folder
        self.databases = Databases()
        self.path = folder / "claviger.env"
        self.key = secrets.token_urlsafe(40)
        for server in self.databases.servers:
            server.psql_now = lambda sql, server=server: server.psql(sql, DATABASE)

    def write(self, url=None):
        self.path.write_text(
            f"JWT_SECRET_KEY={self.key}\nCLAVIGER_ENVIRONMENT=staging\n"
            f"CLAVIGER_DATABASE_URL={url or self.databases.url()}\n")
        self.path.chmod(0o600)

    def run(self, url=None, *arguments, env=None):
        """The findings about the database."""
        self.write(url)
        done = command("doctor", "--json", "--database", *arguments, self.path, env=env)
        assert self.key.encode() not in done.stdout + done.stderr
        answer = json.loads(done.stdout)
        assert done.returncode == (0 if answer["passed"] else 1), done
        found = [f for f in answer["findings"] if f["setting"] == "CLAVIGER_DATABASE_URL"]
        assert all(f["line"] == 3 and f["right"] for f in found), found
        return found

    def finds(self, severity, words, url=None, **more):
        found = self.run(url, **more)
        matching = [f for f in found if words in f["wrong"] and f["severity"] == severity]
        assert len(matching) == 1, [(f["severity"], f["wrong"]) for f in found]
        return matching[0]

    def misses(self, words, url=None):
        found = self.run(url)
        assert not [f for f in found if words in f["wrong"]], found

    def sql(self, *statements):
        for statement in statements:
            self.databases.primary.psql(statement, DATABASE)

    def set(self, **settings):
        """Settings of the primary, in force at once; None: as they were."""
        for name, value in settings.items():
            self.sql(f"ALTER SYSTEM RESET {name}" if value is None
                     else f"ALTER SYSTEM SET {name} = '{value}'")
        self.sql("SELECT pg_reload_conf()")


@pytest.fixture(scope="module")
def doctor(tmp_path_factory):
    doctor = Doctor(tmp_path_factory.mktemp("doctor"))
    done = command("database", "migrate", env={"CLAVIGER_DATABASE_URL": doctor.databases.url(),
                                               "CLAVIGER_ENVIRONMENT": "staging"})
    assert done.returncode == 0, done
    yield doctor
    doctor.databases.finish()


def test_each_host_of_a_sound_pair_is_told(doctor):
    found = doctor.run()
    assert {f["severity"] for f in found} == {"note"}, found
    primary, standby = (server.port for server in doctor.databases.servers)
    said = {f["wrong"] for f in found}
    assert {f"host 127.0.0.1:{primary} is a primary", f"host 127.0.0.1:{standby} is a standby",
            "the role is a superuser"} == said


def test_nothing_is_asked_without_the_option(doctor):
    doctor.write("postgresql://127.0.0.1:1/none")
    done = command("doctor", "--json", doctor.path)
    assert "127.0.0.1" not in done.stdout.decode()


def test_a_standby_alone_is_not_enough(doctor):
    standby = doctor.databases.standby.url()
    assert "read-only" in doctor.finds("error", "no server that accepts writes", standby)["wrong"]


def test_a_host_that_does_not_answer(doctor):
    port = free_port()
    ports = [port, doctor.databases.primary.port]
    finding = doctor.finds("warning", f"host 127.0.0.1:{port} cannot be used",
                           doctor.databases.url(ports))
    assert "refused" in finding["wrong"]
    nothing = doctor.run(f"postgresql://u@127.0.0.1:{port}/d")
    assert [f["severity"] for f in nothing] == ["error"]


def test_two_primaries(doctor, tmp_path):
    other = Databases(standby=False)
    try:
        ports = [doctor.databases.primary.port, other.primary.port]
        doctor.finds("error", "2 hosts say", doctor.databases.url(ports))
    finally:
        other.finish()


def test_a_password_is_not_repeated(doctor):
    for url in ("postgresql://u:hidden-word@127.0.0.1:1/d?sslmode=hidden-mode",
                "postgresql://u:hidden-word@127.0.0.1:x/d"):
        assert "hidden-word" not in json.dumps(doctor.run(url))


RISKS = {
    "fsync": ("off", "warning", "fsync is off"),
    "full_page_writes": ("off", "warning", "full_page_writes is off"),
    "synchronous_standby_names": ("", "warning", "standbys are asynchronous"),
    "synchronous_commit": ("off", "note", "synchronous_commit is not on"),
}


@pytest.mark.parametrize("setting", RISKS)
def test_settings_that_lose_what_was_committed(doctor, setting):
    value, severity, words = RISKS[setting]
    doctor.misses(words)
    doctor.set(**{setting: value})
    try:
        doctor.finds(severity, words)
    finally:
        doctor.set(**{setting: None})


def test_a_standby_that_is_waited_for_and_not_there(doctor):
    words = "no standby is connected"
    alone = Databases(standby=False)
    try:
        url = alone.url()
        doctor.misses(words, url)
        alone.primary.follow_commits("nobody")
        doctor.finds("error", words, url)
    finally:
        alone.finish()


def test_too_few_connections(doctor):
    words = "connections in"
    doctor.misses(words)
    for limit, severity in (("20", "warning"), ("11", "error")):
        doctor.sql(f"ALTER DATABASE {DATABASE} CONNECTION LIMIT {limit}")
        try:
            server = Server(CLAVIGER_DATABASE_URL=doctor.databases.url(),
                            CLAVIGER_ENVIRONMENT="staging",
                            JWT_SECRET_KEY=doctor.key).start() if limit == "20" else None
            finding = doctor.finds(severity, words)
            assert limit in finding["wrong"] and ("24" in finding["wrong"]) == (server is not None)
        finally:
            if server:
                server.finish()
            doctor.sql(f"ALTER DATABASE {DATABASE} CONNECTION LIMIT -1")


@pytest.fixture
def weak(doctor):
    """A role without rights, and its URL."""
    role = "weak_" + secrets.token_hex(4)
    doctor.sql(f"CREATE ROLE {role} LOGIN")
    yield role, doctor.databases.url().replace(OWNER + "@", role + "@")
    doctor.sql(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_rights(doctor, weak):
    role, url = weak
    doctor.finds("error", "may not read and write all", url)
    doctor.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    doctor.misses("may not read and write all", url)
    doctor.finds("warning", "does not own the tables", url)
    doctor.sql("GRANT SELECT ON tokens TO PUBLIC")
    try:
        doctor.finds("warning", "every role of the server may read", url)
    finally:
        doctor.sql("REVOKE SELECT ON tokens FROM PUBLIC")
    doctor.misses("every role of the server may read", url)


def test_a_role_that_cannot_make_the_tables(doctor, weak):
    role, url = weak
    doctor.sql(f"CREATE SCHEMA for_{role}", f"GRANT USAGE ON SCHEMA for_{role} TO {role}")
    url += f"?options=-csearch_path%3Dfor_{role}"
    try:
        doctor.finds("error", "may not make them", url)
        doctor.finds("note", "no tables yet", url)
        doctor.sql(f"GRANT CREATE ON SCHEMA for_{role} TO {role}")
        doctor.misses("may not make them", url)
    finally:
        doctor.sql(f"DROP SCHEMA for_{role}")


def test_schema_and_environment(doctor):
    doctor.sql("INSERT INTO migrations VALUES (999, 'later', 0)")
    try:
        doctor.finds("error", "schema version 999")
    finally:
        doctor.sql("DELETE FROM migrations WHERE version = 999")
    doctor.sql("UPDATE meta SET environment = 'production'")
    try:
        doctor.finds("error", "another environment")
    finally:
        doctor.sql("UPDATE meta SET environment = 'staging'")


def test_triggers_that_are_off(doctor):
    words = "triggers are missing or off"
    doctor.misses(words)
    doctor.sql("ALTER TABLE tokens DISABLE TRIGGER tokens_changed")
    try:
        doctor.finds("warning", words)
    finally:
        doctor.sql("ALTER TABLE tokens ENABLE TRIGGER tokens_changed")


def test_a_clock_that_differs(doctor):
    """A function of the test's own stands in front of the server's."""
    doctor.misses("its clock is")
    doctor.sql("CREATE SCHEMA odd")
    url = doctor.databases.url() + "?options=-csearch_path%3Dodd,public,pg_catalog"
    try:
        for step, severity, words in (("5 s", "warning", "ahead of"), ("-1 h", "error", "behind")):
            doctor.sql("CREATE OR REPLACE FUNCTION odd.clock_timestamp() RETURNS timestamptz"
                       f" LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + '{step}' $$")
            assert words in doctor.finds(severity, "its clock is", url)["wrong"]
    finally:
        doctor.sql("DROP SCHEMA odd CASCADE")


def test_a_node_that_is_behind(doctor):
    server = Server(CLAVIGER_DATABASE_URL=doctor.databases.url(), CLAVIGER_ENVIRONMENT="staging",
                    JWT_SECRET_KEY=doctor.key).start()
    try:
        create_client(server).create_user().issue()
        doctor.misses("epochs behind")
        doctor.sql("INSERT INTO fence_members (incarnation, label)"
                   " VALUES (gen_random_uuid(), 'lost-node')")
        assert "lost-node" in doctor.finds("note", "epochs behind")["wrong"]
    finally:
        server.finish()
        doctor.sql("DELETE FROM fence_members")
