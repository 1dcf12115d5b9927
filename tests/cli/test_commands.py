"""`claviger client|user|token|database|version`: the same things without HTTP, beside a running
server that sees what they do at once."""

import json
import os
import pty
import re
import sqlite3
import stat
import subprocess

import pytest

from api import assert_live, assert_refused, expect, key_header, unique
from claviger import binary, command, fresh_credentials
from wire import until

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"
KEY = re.compile(rb"sk-client-development-[0-9A-Za-z]{49}\n")
SECRET = re.compile(rb"sk-user-development-[0-9A-Za-z]{49}\n")


class Cli:
    """Commands with a server's settings."""

    def __init__(self, server):
        self.server = server

    def run(self, *arguments, status=0, **more):
        done = command(*arguments, server=self.server, **more)
        assert done.returncode == status, done
        if status:
            assert done.stderr
        return done

    def json(self, *arguments, **more):
        return json.loads(self.run(*arguments, "--json", **more).stdout)

    def check(self, schema, value):
        self.server.api.document.validate_component(schema, value)
        return value


@pytest.fixture
def cli(server):
    return Cli(server)


@pytest.fixture
def by_id(client):
    return ["--client", client.id]


def test_the_whole_session_without_http(server, cli):
    name = unique("company")
    created = cli.json("client", "create", name)
    key, id = created["api_key"], created["id"]
    assert id in [
        client["id"] for client in cli.json("client", "list", "--limit", "9999")["clients"]
    ]
    secret = cli.json("user", "create", "someone", "--client", id)["secret"]
    issued = cli.json("token", "issue", "someone", "--client", id, stdin=secret.encode())
    identity = cli.check("Identity", cli.json("token", "verify", stdin=issued["token"].encode()))
    assert identity["username"] == "someone" and identity["token_id"] == issued["id"]
    bearer = {"Authorization": f"Bearer {issued['token']}"}
    assert server.api.get("/token", bearer).json() == identity
    assert server.api.get("/users", key_header(key)).json()["total"] == 1
    revoked = cli.json("token", "revoke", issued["id"], "--client", id)
    cli.check("TokenRevoked", revoked)
    assert server.api.get("/token", bearer).status == 401
    cli.run("token", "verify", stdin=issued["token"].encode(), status=1)


def test_once_only_values_go_to_standard_output_alone(cli):
    created = cli.run("client", "create", unique("c"))
    assert KEY.fullmatch(created.stdout) and not KEY.search(created.stderr)
    id = re.search(rb"[0-9a-f-]{36}", created.stderr).group().decode()
    rotated = cli.run("client", "rotate", id)
    assert KEY.fullmatch(rotated.stdout) and rotated.stdout != created.stdout
    user = cli.run("user", "create", "u", "--client", id)
    assert SECRET.fullmatch(user.stdout)
    new = cli.run("user", "rotate", "u", "--client", id)
    assert SECRET.fullmatch(new.stdout) and new.stdout != user.stdout
    token = cli.run("token", "issue", "u", "--client", id, stdin=new.stdout)
    assert token.stdout.count(b".") == 2 and token.stdout.strip() not in token.stderr
    assert cli.run("token", "verify", stdin=token.stdout).stdout


def test_client_list_show_and_states(server, cli, client, token):
    shown = cli.check("Client", cli.json("client", "show", client.id))
    assert shown["name"] == client.fields["name"]
    ended = cli.json("client", "deactivate", client.id)
    assert ended["fenced"] is True and ended["is_active"] is False
    assert_refused(token, "revoked")
    assert client.get("/users").status == 401
    assert cli.json("client", "activate", client.id)["is_active"] is True
    assert client.get("/users").status == 200
    assert_refused(token, "revoked")
    assert_live(token.user.issue())


def test_client_rotate_with_grace(cli, client):
    new = cli.json("client", "rotate", client.id, "--grace-period", "600")
    assert new["previous_api_key_expires_at"]
    assert client.get("/client").status == 200
    assert client.api.get("/client", key_header(new["api_key"])).status == 200
    cli.run("client", "rotate", client.id, "--grace-period", "604801", status=2)
    cli.run("client", "rotate", client.id, "--grace-period", "-1", status=2)


def test_user_list_show_and_states(cli, client, user, token, by_id):
    listed = cli.json("user", "list", *by_id)
    assert listed["total"] == 1 and listed["users"][0]["identifier"] == user.identifier
    for named in (user.id, user.identifier):
        shown = cli.check("User", cli.json("user", "show", named, *by_id))
        assert shown["id"] == user.id
    assert cli.json("user", "deactivate", user.identifier, *by_id)["fenced"] is True
    assert_refused(token, "revoked")
    assert user.login().status == 401
    cli.run("user", "activate", user.identifier, *by_id)
    assert_refused(token, "revoked")
    assert_live(user.issue())


def test_user_rotate_and_revoke_tokens(cli, client, user, token, by_id):
    new = cli.json("user", "rotate", user.identifier, *by_id, "--revoke-tokens")
    assert_refused(token, "revoked")
    body = {"identifier": user.identifier, "secret": new["secret"]}
    assert client.post("/token", json=body).status == 200
    assert user.login().status == 401


def test_user_scopes(cli, client, by_id):
    cli.run("user", "create", "scoped", *by_id, "--scope", "a", "--scope", "b:c")
    assert cli.json("user", "show", "scoped", *by_id)["scopes"] == ["a", "b:c"]


def test_token_list_and_show(cli, client, user, by_id):
    tokens = [user.issue().id for _ in range(3)]
    shown = cli.check("Token", cli.json("token", "show", tokens[0], *by_id))
    assert shown["state"] == "live"
    assert [t["id"] for t in cli.json("token", "list", *by_id)["tokens"]] == tokens[::-1]
    cli.run("token", "revoke", tokens[1], *by_id)
    live = cli.json("token", "list", *by_id, "--state", "live", "--user", user.identifier)
    assert [t["id"] for t in live["tokens"]] == [tokens[2], tokens[0]]
    page = cli.json("token", "list", *by_id, "--limit", "2")
    assert len(page["tokens"]) == 2 and page["next_cursor"] == tokens[1]


def test_revoke_all_of_a_user(cli, user, by_id):
    tokens = [user.issue() for _ in range(2)]
    body = cli.check(
        "TokensRevoked", cli.json("token", "revoke", "--user", user.identifier, *by_id)
    )
    assert body["revoked"] == 2
    for token in tokens:
        assert_refused(token, "revoked")


def test_exit_statuses(cli, client, user, token, by_id):
    cli.run("client", "show", NOBODY, status=4)
    cli.run("user", "show", "nobody", *by_id, status=4)
    cli.run("token", "show", NOBODY, *by_id, status=4)
    cli.run("user", "create", user.identifier, *by_id, status=5)
    cli.run("user", "create", " bad", *by_id, status=2)
    cli.run("user", "create", status=2)
    cli.run("token", "revoke", "not-an-id", *by_id, status=2)
    cli.run("token", "issue", user.identifier, *by_id, stdin=b"wrong", status=1)
    cli.run("token", "issue", user.identifier, *by_id, stdin=b"", status=2)
    cli.run("token", "verify", stdin=b"nonsense", status=1)
    cli.run("client", "list", env={"CLAVIGER_ENVIRONMENT": "Not Good"}, status=3)
    cli.run("client", "list", env={"CLAVIGER_DATABASE_URL": "sqlite:/no/such.db"}, status=6)


def test_another_clients_objects_are_missing(cli, other_client, user, token):
    theirs = ["--client", other_client.id]
    cli.run("user", "show", user.id, *theirs, status=4)
    cli.run("user", "deactivate", user.identifier, *theirs, status=4)
    cli.run("token", "revoke", token.id, *theirs, status=4)
    assert_live(token)


def test_client_api_key_names_the_client(cli, client, user):
    env = {"CLIENT_API_KEY": client.api_key}
    assert cli.json("user", "list", env=env)["total"] == 1
    assert cli.json("client", "show", env=env)["id"] == client.id
    cli.run("user", "list", status=2)


def test_secrets_are_not_taken_from_argv(cli, user, by_id):
    done = cli.run("token", "issue", user.identifier, user.secret, *by_id, status=2)
    assert user.secret.encode() not in done.stderr + done.stdout
    done = cli.run("token", "verify", "eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl", status=2)
    assert b"c2lnbmF0dXJl" not in done.stderr


def test_secrets_from_files(cli, user, by_id, tmp_path):
    path = tmp_path / "secret"
    path.write_text(user.secret + "\n")
    path.chmod(0o600)
    token = cli.json("token", "issue", user.identifier, *by_id, "--secret-file", str(path))
    assert token["user_id"] == user.id
    cli.run("token", "issue", user.identifier, *by_id, "--secret-file", "/no/such", status=2)


def test_help_everywhere():
    for arguments in (
        [],
        *[[group] for group in ("serve", "client", "user", "token", "database", "version")],
        *[["client", c] for c in ("create", "list", "show", "rotate", "deactivate", "activate")],
        *[["user", c] for c in ("create", "list", "show", "rotate", "deactivate", "activate")],
        *[["token", c] for c in ("issue", "list", "show", "revoke", "verify")],
        *[["database", c] for c in ("migrate", "status")],
    ):
        done = command(*arguments, "--help")
        assert done.returncode == 0, (arguments, done)
        assert b"claviger" in done.stdout and done.stderr == b""
        assert max(len(line) for line in done.stdout.decode().splitlines()) <= 120, arguments


def test_a_group_without_a_command_is_a_usage_error():
    for arguments in ([], ["client"], ["user"], ["token"], ["database"], ["client", "nonsense"]):
        done = command(*arguments)
        assert done.returncode == 2 and done.stdout == b"", (arguments, done)


def test_version(cli):
    text = command("version").stdout.decode()
    assert re.match(r"claviger \d+\.\d+\.\d+\n", text)
    assert command("--version").stdout.decode() == text
    version = json.loads(command("version", "--json").stdout)
    assert {"version", "compiler", "libraries"} <= set(version)
    assert cli.server.api.document.document["info"]["version"] == version["version"]


def test_database_migrate_and_status(tmp_path):
    env = {**fresh_credentials(), "CLAVIGER_DATABASE_URL": f"sqlite:{tmp_path}/new.db"}
    assert command("database", "status", env=env).returncode == 6
    assert not (tmp_path / "new.db").exists()
    assert command("database", "migrate", env=env).returncode == 0
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600
    status = json.loads(command("database", "status", "--json", env=env).stdout)
    assert status["environment"] == "development" and status["up_to_date"] is True
    assert (status["clients"], status["users"], status["tokens"]) == (0, 0, 0)
    again = json.loads(command("database", "migrate", "--json", env=env).stdout)
    assert again["schema_version"] == again["schema_version_before"] == status["schema_version"]


def test_a_newer_schema_is_refused(tmp_path):
    path = tmp_path / "new.db"
    env = {**fresh_credentials(), "CLAVIGER_DATABASE_URL": f"sqlite:{path}"}
    assert command("database", "migrate", env=env).returncode == 0
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO migrations VALUES (9999, 'of the future', 0)")
    connection.commit()
    connection.close()
    for arguments in (["client", "list"], ["serve", "--listen", "127.0.0.1:0"]):
        done = command(*arguments, env=env)
        assert done.returncode not in (0, None) and done.returncode > 0
        assert done.stdout == b""


def test_commands_need_an_existing_database(tmp_path):
    env = {**fresh_credentials(), "CLAVIGER_DATABASE_URL": f"sqlite:{tmp_path}/typo.db"}
    for arguments in (["client", "list"], ["user", "list", "--client", NOBODY]):
        assert command(*arguments, env=env).returncode == 6
    assert list(tmp_path.iterdir()) == []


def test_another_environments_database(tmp_path):
    env = {**fresh_credentials(), "CLAVIGER_DATABASE_URL": f"sqlite:{tmp_path}/a.db"}
    assert command("database", "migrate", env=env).returncode == 0
    done = command("client", "list", "--environment", "staging", env=env)
    assert done.returncode != 0 and b"development" in done.stderr and b"staging" in done.stderr


def on_a_terminal(arguments, server, **env):
    """What a command shows on a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [str(binary()), *arguments],
        env={"PATH": os.environ["PATH"], "TERM": "xterm", **server.settings, **env},
        cwd=server.directory,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(master)
    process.wait(30)
    return shown


def test_tables_for_people_and_no_tricks_with_the_terminal(server, cli, client):
    evil = "evil\u202ename \u200f"
    client.create_user("plain")
    client.create_user(evil.strip())
    shown = on_a_terminal(["user", "list", "--client", client.id], server, NO_COLOR="1")
    lines = shown.decode().splitlines()
    assert "identifier" in lines[0] and any("plain" in line for line in lines)
    assert b"\x1b" not in shown and "\u202e" not in shown.decode()


def test_secrets_in_the_environment_do_not_stay_readable(server, client, user, by_id):
    """While it waits for its standard input, a command shows no secrets in /proc (SEC-6)."""
    process = subprocess.Popen(
        [str(binary()), "token", "issue", user.identifier, *by_id],
        env={"PATH": os.environ["PATH"], **server.settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        with open(f"/proc/{process.pid}/environ", "rb") as environ:
            shown = environ.read() if _took_its_settings(process) else b""
        assert server.settings["JWT_SECRET_KEY"].encode() not in shown
    finally:
        out, _ = process.communicate(user.secret.encode(), timeout=30)
    assert expect(
        server.api.get("/token", {"Authorization": f"Bearer {out.decode().strip()}"}), 200
    )


def _took_its_settings(process):
    """Waits until the command blocks on its standard input, when it has read its settings."""

    def waits_in_read():
        with open(f"/proc/{process.pid}/wchan", encoding="ascii") as wchan:
            return "pipe" in wchan.read()

    return until(waits_in_read, "the command reads its standard input")
