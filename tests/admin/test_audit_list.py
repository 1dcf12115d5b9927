"""The audit trail in the admin panel: lists, filters, and the check of its chain in parts."""

import re
import sqlite3

import pytest
from api import assert_problem, sql
from audit import COLUMNS, FIELDS, Trail, row_hash
from claviger import ROOT

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def trail(panel):
    """A client with a history of its own."""
    client = panel.create_client("trail")
    user = panel.create_user(client, "trail")
    token = panel.issue(user)
    panel.delete("tokens/" + token["id"])
    return {"client": client["id"], "user": user["id"], "token": token["id"]}


def actions(rows):
    return [row["action"] for row in rows]


ALL = ["token_revoked", "token_issued", "user_created", "client_created"]


def test_newest_first_by_pages(panel, trail):
    for size in (1, 3, 100):
        rows = panel.items("audit", client_id=trail["client"], page_size=size)
        assert actions(rows) == ALL
    numbers = [row["sequence"] for row in panel.items("audit", page_size=7)]
    assert numbers == list(range(numbers[0], 0, -1))
    assert panel.page("audit")["total"] is None


def test_filters(panel, trail):
    client = {"client_id": trail["client"]}
    assert actions(panel.items("audit", action="token_issued", **client)) == ["token_issued"]
    rows = panel.items("audit", object_id=trail["token"])
    assert actions(rows) == ["token_revoked", "token_issued"]
    assert panel.items("audit", actor="nobody") == []
    assert panel.items("audit", object_id=NOBODY) == []
    actor = rows[0]["actor"]
    assert actions(panel.items("audit", actor=actor, **client)) == ALL


def test_times(panel, trail):
    row = panel.items("audit", object_id=trail["user"])[0]
    at = row["at"]
    assert row in panel.items("audit", **{"from": at})
    assert row not in panel.items("audit", to=at)
    later = panel.items("audit", **{"from": "2099-01-01T00:00:00Z"})
    assert later == []
    rows = panel.items("audit", to="2099-01-01T00:00:00Z", client_id=trail["client"])
    assert actions(rows) == ALL
    assert panel.items("audit", to="2001-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query, field",
    [
        ("client_id=x", "client_id"),
        ("object_id=x", "object_id"),
        ("from=yesterday", "from"),
        ("from=2026-02-30T00:00:00Z", "from"),
        ("to=2026-01-01", "to"),
        ("to=2026-01-01T00:00:00%2B01:00", "to"),
        ("after=x", "after"),
        ("after=-1", "after"),
        ("page_size=0", "page_size"),
    ],
)
def test_unacceptable_queries(panel, query, field):
    assert_problem(panel.call("GET", "audit?" + query), 422, "unacceptable_field", field)


def check_all(panel):
    """The parts of a whole check."""
    parts = [panel.page("audit/check")]
    while not parts[-1]["done"]:
        parts.append(panel.page("audit/check", after=parts[-1]["checked_to"],
                                hash=parts[-1]["hash"]))
    return parts


@pytest.mark.requirement("AUD-2")
def test_the_chain_is_checked_and_goes_on_where_it_was(start, login):
    server = start()
    panel = login(server)
    client = panel.create_client("chain")
    first = check_all(panel)[-1]
    assert first["problem"] is None and first["done"]
    (newest,) = sql(server.database, "SELECT max(sequence) FROM audit_log")[0]
    assert first["checked_to"] == first["newest"] == newest
    panel.create_user(client, "one more")
    again = panel.page("audit/check", after=first["checked_to"], hash=first["hash"])
    assert again["problem"] is None and again["checked_to"] == newest + 1
    wrong = panel.page("audit/check", after=first["checked_to"], hash="0" * 64)
    assert wrong["problem"] and wrong["done"]


@pytest.mark.requirement("AUD-2")
@pytest.mark.parametrize("forgery", [
    "UPDATE audit_log SET detail = 'x' WHERE sequence = 3",
    "DELETE FROM audit_log WHERE sequence = 3",
    "UPDATE audit_log SET sequence = -3 WHERE sequence = 3",
])
def test_a_forged_row_is_found(start, login, forgery):
    server = start()
    panel = login(server)
    client = panel.create_client("forged")
    for name in ("a", "b", "c"):
        panel.create_user(client, name)
    assert check_all(panel)[-1]["problem"] is None
    Trail(server.database).run(forgery)
    last = check_all(panel)[-1]
    assert last["done"] and last["problem"]


def grow(database, count):
    """So many true rows more, written by hand."""
    trail = Trail(database)
    last = trail.rows()[-1]
    rows = []
    for _ in range(count):
        row = {**last, "sequence": last["sequence"] + 1}
        row["hash"] = row_hash(last["hash"], row)
        rows.append([row[name] for name in FIELDS])
        last = row
    connection = sqlite3.connect(database, timeout=10)
    with connection:
        marks = ", ".join("?" * len(FIELDS))
        connection.executemany(f"INSERT INTO audit_log ({COLUMNS}) VALUES ({marks})", rows)
    connection.close()


@pytest.mark.slow
def test_a_long_chain_is_checked_in_parts(start, login):
    server = start()
    panel = login(server)
    panel.create_client("long")
    grow(server.database, 25_000)
    parts = check_all(panel)
    assert [part["done"] for part in parts] == [False, True]
    assert parts[0]["checked_to"] == 20_000 < parts[0]["newest"]
    assert parts[-1]["problem"] is None


@pytest.mark.parametrize("query, field", [
    ("after=3", "hash"), ("hash=" + "0" * 64, "after"), ("after=x&hash=" + "0" * 64, "after"),
    ("after=3&hash=00", "hash"), ("after=3&hash=" + "g" * 64, "hash"),
])
def test_unacceptable_points(panel, query, field):
    assert_problem(panel.call("GET", "audit/check?" + query), 422, "unacceptable_field", field)


def test_the_page_and_the_docs_know_every_action():
    told = {name: (ROOT / name).read_text()
            for name in ("web/admin/src/pages/AuditList.tsx", "docs/audit.md")}
    actions = re.findall(r'AuditAction \w+\{\s*"(\w+)"', (ROOT / "src/audit/event.h").read_text())
    assert len(actions) > 20
    for action in actions:
        for name, text in told.items():
            assert re.search(rf"\b{action}\b", text), f"{name} lacks {action}"
