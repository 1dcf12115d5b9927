"""The panel's exports: whole lists as files, made while they are sent."""

import json
import re

import pytest
from api import assert_problem, blob, sql
from claviger import command
from wire import request_bytes

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "a,b", 'say "x"', "é\U0001f511",
]


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s*([0-9]+) kB", status.read()).group(1)) * 1024


def identifiers(rows):
    return [row["identifier"] for row in rows]


def test_the_files(panel):
    for name, type in [("clients", "text/csv"), ("users", "text/csv"), ("tokens", "text/csv"),
                       ("audit", "application/jsonl")]:
        answer = panel.get("export/" + name)
        assert answer.status == 200 and answer.content_type == type
        end = "jsonl" if name == "audit" else "csv"
        wanted = f'attachment; filename="{name}.{end}"'
        assert answer.header("Content-Disposition") == wanted
        assert answer.header("Transfer-Encoding") == "chunked"
        assert panel.call("HEAD", "export/" + name).body == b""


def test_rows_say_what_the_list_says(panel):
    client = panel.create_client("export")
    user = panel.create_user(client, "export", scopes=["a", "b"])
    token = panel.issue(user)
    panel.delete("tokens/" + token["id"])
    (row,) = panel.rows("clients", search=client["id"])
    assert row["name"] == "export" and row["is_active"] == "true" and row["users"] == "1"
    assert row["last_used_at"] == "" and row["created_at"] == client["created_at"]
    (row,) = panel.rows("users", client_id=client["id"])
    assert row["scopes"] == "a b" and row["client_name"] == "export"
    assert row["secret_preview"] == user["secret_preview"]
    (row,) = panel.rows("tokens", user_id=user["id"])
    assert row["state"] == "revoked" and row["username"] == "export" and row["revoked_at"]
    everything = panel.get("export/users").body + panel.get("export/tokens").body
    for secret in (client["api_key"], user["secret"], token["token"]):
        assert secret.encode() not in everything


def test_the_same_filters_and_order(panel):
    client = panel.create_client("export filters")
    for name in ("b", "a", "ab", "c"):
        user = panel.create_user(client, name)
    panel.patch("users/" + user["id"], is_active=False)
    of = {"client_id": client["id"]}
    assert identifiers(panel.rows("users", **of)) == ["b", "a", "ab", "c"]
    assert identifiers(panel.rows("users", **of, search="a")) == ["a", "ab"]
    assert identifiers(panel.rows("users", **of, state="inactive")) == ["c"]
    found = panel.rows("users", **of, sort="identifier", order="desc", page_size=1)
    assert identifiers(found) == ["c", "b", "ab", "a"]


def test_what_a_spreadsheet_would_run_is_text(panel):
    client = panel.create_client("=cmd|' /C calc'!A0")
    for name in FORMULAS:
        panel.create_user(client, name)
    rows = panel.rows("users", client_id=client["id"])
    assert identifiers(rows) == [("'" if name[0] in "=+-@" else "") + name for name in FORMULAS]
    assert {row["client_name"] for row in rows} == {"'=cmd|' /C calc'!A0"}


@pytest.mark.requirement("AUD-2")
def test_the_whole_trail_can_be_verified(start, login, tmp_path):
    server = start()
    panel = login(server)
    panel.create_user(panel.create_client("trail"), "trail")
    path = tmp_path / "trail.jsonl"
    path.write_bytes(panel.get("export/audit").body)
    assert path.read_bytes() == command("audit", "export", server=server).stdout
    done = command("audit", "verify", "--export", path, server=server)
    assert done.returncode == 0, done


def test_a_part_of_the_trail(panel):
    client = panel.create_client("part of the trail")
    panel.create_user(client, "x")
    text = panel.get("export/audit", client_id=client["id"], action="user_created").body
    (row,) = [json.loads(line) for line in text.splitlines()]
    assert [row] == panel.items("audit", client_id=client["id"], action="user_created")


@pytest.mark.parametrize("query", ["state=x", "client_id=x", "search=%ff"])
def test_unacceptable_queries(panel, query):
    answer = panel.call("GET", "export/users?" + query)
    assert answer.status in (400, 422) and answer.content_type == "application/problem+json"


def fill_with_users(server, user, count):
    """So many users more, behind the server's back."""
    client = blob(user["client_id"]).hex()
    sql(server.database, f"""
        INSERT INTO users (id, client_id, ordinal, identifier, scopes, secret_hash, secret_preview,
          secret_created_at_ms, created_at_ms)
        WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= {count})
        SELECT randomblob(16), x'{client}', i, 'many-' || i, 'read:all', randomblob(32),
          'sk-user-...12345678', 1, 1 FROM n""")


@pytest.mark.requirement("NET-4")
def test_a_large_file_takes_little_memory(start, login, native):
    server = start()
    panel = login(server)
    user = panel.create_user(panel.create_client("many"), "many-1")
    fill_with_users(server, user, 100_000)
    panel.rows("clients")
    before = resident_bytes(server.process.pid)
    rows = panel.rows("users")
    assert len({row["id"] for row in rows}) == 100_001
    assert resident_bytes(server.process.pid) - before < 24 * 1024 * 1024
    assert panel.page("users")["total"] == 100_001


def test_others_are_served_meanwhile_and_a_reader_may_leave(start, login):
    server = start()
    panel = login(server)
    user = panel.create_user(panel.create_client("many"), "many-1")
    fill_with_users(server, user, 20_000)
    reader = panel.api.connect()
    reader.send(request_bytes("GET", "/admin/api/export/users", panel.headers.items()))
    assert panel.get("clients").status == 200
    reader.close()
    assert len(panel.rows("users")) == 20_001
    assert server.stop() == 0
