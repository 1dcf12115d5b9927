"""The lists of the admin panel: over all clients, by pages, cursors, searches and filters."""

import base64
import sqlite3

import pytest
from api import assert_problem, blob, sql

NOBODY = "00000000-0000-7000-8000-000000000000"


def names(items):
    return [item.get("name", item.get("identifier")) for item in items]


@pytest.fixture(scope="module")
def world(panel):
    """Two clients with some users each, and tokens in every state."""
    one = panel.create_client("world-one")
    two = panel.create_client("world-two")
    users = [panel.create_user(one, name) for name in ("delta", "alpha", "charlie", "bravo")]
    users.append(panel.create_user(two, "alpha"))
    return {"one": one, "two": two, "users": users}


def test_an_item_says_what_there_is_to_say_and_no_secret(panel):
    client = panel.create_client("items")
    key = client.pop("api_key")
    assert key not in str(panel.page("clients/" + client["id"]))
    assert panel.page("clients/" + client["id"]) == client
    user = panel.create_user(client, "an item", scopes=["a", "b"])
    secret = user.pop("secret")
    assert user["client_name"] == "items" and user["scopes"] == ["a", "b"]
    assert user["newest_token"] is None
    token = panel.issue({**user, "secret": secret})
    text = token.pop("token")
    listed = panel.page("users/" + user["id"])
    assert listed["newest_token"] == {
        "preview": text[:3] + "****" + text[-3:],
        "expires_at": token["expires_at"],
        "created_by_username": token["created_by_username"],
    }
    assert panel.page("tokens/" + token["id"]) == token
    assert token["state"] == "live" and token["client_name"] == "items"
    assert panel.page("clients/" + client["id"])["users"] == 1


@pytest.mark.parametrize("kind", ["clients", "users", "tokens"])
@pytest.mark.parametrize("id", [NOBODY, "x", "%00", "a%2fb"])
def test_missing(panel, kind, id):
    assert_problem(panel.get(f"{kind}/{id}"), 404, "not_found")


def test_every_page_size_finds_all_once_in_order(panel, world):
    client = world["one"]["id"]
    for size in (1, 2, 3, 4, 100):
        query = {"client_id": client, "page_size": size}
        assert names(panel.items("users", **query)) == ["delta", "alpha", "charlie", "bravo"]
        query["order"] = "desc"
        assert names(panel.items("users", **query)) == ["bravo", "charlie", "alpha", "delta"]
        query["sort"] = "identifier"
        assert names(panel.items("users", **query)) == ["delta", "charlie", "bravo", "alpha"]


def test_a_page_has_25_rows_unless_asked(panel):
    client = panel.create_client("default page size")
    for i in range(26):
        panel.create_user(client, f"user {i}")
    page = panel.page("users", client_id=client["id"])
    assert len(page["items"]) == 25 and page["next"]


def test_the_total_is_exact_without_filters_and_unknown_with(start, login):
    server = start()
    panel = login(server)
    assert panel.page("clients") == {"items": [], "next": None, "total": 0}
    client = panel.create_client("one")
    panel.create_client("two")
    user = panel.create_user(client, "one")
    panel.issue(user)
    panel.issue(user)
    assert panel.page("clients", page_size=1)["total"] == 2
    assert panel.page("users", sort="identifier", order="desc")["total"] == 1
    assert panel.page("tokens")["total"] == 2
    for path, query in [
        ("clients", {"search": "o"}),
        ("clients", {"state": "active"}),
        ("users", {"client_id": client["id"]}),
        ("tokens", {"state": "live"}),
        ("tokens", {"user_id": user["id"]}),
    ]:
        page = panel.page(path, **query)
        assert page["total"] is None and page["items"], (path, query)
    # Whoever deletes a row by hand is counted, too.
    sql(server.database, "DELETE FROM users WHERE id = ?", blob(user["id"]))
    assert panel.page("users")["total"] == 0


def test_search_is_by_prefix_in_the_order_of_names(panel):
    client = panel.create_client("search")
    for name in ("ab", "a%", "a%b", "a_c", "a\\d", "Ab", "é", "éclair", "e", "a*", "\U0001f511 x"):
        panel.create_user(client, name)

    def found(search, **query):
        return names(panel.items("users", client_id=client["id"], search=search, **query))

    assert found("a%") == ["a%", "a%b"]
    assert found("a%", order="desc") == ["a%", "a%b"]  # as that is the order of creation
    assert found("a%", order="desc", sort="identifier") == ["a%b", "a%"]
    assert found("a_") == ["a_c"]
    assert found("_") == found("%") == found("*") == found("'") == []
    assert found("a\\") == ["a\\d"]
    assert found("A") == ["Ab"]
    assert found("é") == ["é", "éclair"]
    assert found("\U0001f511") == ["\U0001f511 x"]
    assert found("b") == []
    assert found("a", page_size=1) == ["a%", "a%b", "a*", "a\\d", "a_c", "ab"]
    assert found("x" * 300) == []
    assert found("' OR 1=1 --") == []
    panel.create_client("search again")
    assert names(panel.items("clients", search="search")) == ["search", "search again"]


def test_search_finds_a_whole_id(panel, world):
    user = world["users"][0]
    for id in (user["id"], user["id"].upper()):
        assert [found["id"] for found in panel.items("users", search=id)] == [user["id"]]
    assert panel.items("users", search=user["id"], state="inactive") == []
    assert panel.items("users", search=user["id"], client_id=world["two"]["id"]) == []
    assert panel.items("users", search=user["id"][:-1]) == []
    assert panel.items("users", search=NOBODY) == []
    client = world["one"]
    assert names(panel.items("clients", search=client["id"])) == ["world-one"]
    assert panel.items("clients", search=client["id"], state="inactive") == []
    # An identifier may look like an id.
    lookalike = panel.create_user(client, NOBODY)
    assert [found["id"] for found in panel.items("users", search=NOBODY)] == [lookalike["id"]]


def test_states_of_clients_and_users(panel):
    client = panel.create_client("states-on")
    off = panel.create_client("states-off")
    panel.patch("clients/" + off["id"], is_active=False)
    assert names(panel.items("clients", search="states-", state="active")) == ["states-on"]
    assert names(panel.items("clients", search="states-", state="inactive")) == ["states-off"]
    for name in ("states-a", "states-b", "states-c"):
        user = panel.create_user(client, name)
        if name != "states-b":
            panel.patch("users/" + user["id"], is_active=False)
    for query in ({}, {"client_id": client["id"]}, {"sort": "identifier"}):
        query = {**query, "page_size": 1}
        found = names(panel.items("users", state="inactive", **query))
        assert [name for name in found if name.startswith("states-")] == ["states-a", "states-c"]
        found = names(panel.items("users", state="active", **query))
        assert [name for name in found if name.startswith("states-")] == ["states-b"]


def test_tokens_newest_first_by_owner_and_state(panel, server):
    client = panel.create_client("tokens")
    one, two = (panel.create_user(client, name) for name in ("one", "two"))
    tokens = [panel.issue(user)["id"] for user in (one, two, one, one)]
    newest_first = tokens[::-1]

    def found(**query):
        return [token["id"] for token in panel.items("tokens", **query)]

    for size in (1, 2, 100):
        assert found(client_id=client["id"], page_size=size) == newest_first
    assert found(user_id=two["id"]) == [tokens[1]]
    assert found(client_id=NOBODY) == found(client_id=NOBODY, user_id=one["id"]) == []
    panel.delete("tokens/" + tokens[0])
    sql(server.database, "UPDATE tokens SET expires_at_ms = 1 WHERE id = ?", blob(tokens[2]))
    assert found(user_id=one["id"], state="revoked") == [tokens[0]]
    assert found(user_id=one["id"], state="expired") == [tokens[2]]
    assert found(user_id=one["id"], state="live", page_size=1) == [tokens[3]]
    assert [token["state"] for token in panel.items("tokens", user_id=one["id"])] == [
        "live", "expired", "revoked",
    ]


def test_what_comes_between_two_pages_neither_doubles_nor_hides(panel):
    client = panel.create_client("between")
    for name in ("b", "d", "f", "h"):
        panel.create_user(client, name)
    query = {"client_id": client["id"], "sort": "identifier", "page_size": 2}
    first = panel.page("users", **query)
    for name in ("a", "c", "e"):
        panel.create_user(client, name)
    rest = panel.items("users", **query, after=first["next"])
    assert names(first["items"]) == ["b", "d"]
    assert names(rest) == ["e", "f", "h"]


def insert_tokens(database, user, client, ids):
    """Tokens that were never issued, in one transaction behind the server's back."""
    connection = sqlite3.connect(database, timeout=10)
    with connection:
        connection.executemany(
            "INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation,"
            " preview, created_by_username, created_at_ms, expires_at_ms)"
            " VALUES (?, ?, ?, 0, 0, 'eyJ****xyz', '', 1, 99999999999999)",
            [(id, user, client) for id in ids])
    connection.close()


def test_a_long_way_through_few_is_bounded(start, login):
    """A page looks at so many rows at most: it is then short, and has a next one."""
    server = start()
    panel = login(server)
    user = panel.create_user(panel.create_client("many"), "many")
    oldest = panel.issue(user)["id"]
    panel.delete("tokens/" + oldest)
    ids = [bytes([254, 0]) + i.to_bytes(4, "big") + bytes(10) for i in range(10_500)]
    insert_tokens(server.database, blob(user["id"]), blob(user["client_id"]), ids)
    page = panel.page("tokens", state="revoked")
    assert page["items"] == [] and page["next"]
    assert [token["id"] for token in panel.items("tokens", state="revoked")] == [oldest]
    assert panel.page("tokens")["total"] == 10_501
    assert len(panel.page("tokens", state="live")["items"]) == 25


@pytest.mark.parametrize(
    "path, query, field",
    [
        ("clients", "page_size=0", "page_size"),
        ("clients", "page_size=101", "page_size"),
        ("clients", "page_size=x", "page_size"),
        ("clients", "order=up", "order"),
        ("clients", "sort=identifier", "sort"),
        ("clients", "state=live", "state"),
        ("users", "sort=name", "sort"),
        ("users", "client_id=x", "client_id"),
        ("users", "state=ACTIVE", "state"),
        ("tokens", "state=active", "state"),
        ("tokens", "user_id=%00", "user_id"),
        ("users", "after=x", "after"),
        ("users", "after=" + "A" * 21, "after"),
        ("tokens", "after=%25", "after"),
        ("clients", "after=" + "_" * 4000, None),
        ("clients", "search=%ff", None),
        ("clients", "search=a&search=b", None),
    ],
)
def test_unacceptable_queries(panel, path, query, field):
    answer = panel.call("GET", f"{path}?{query}")
    if field:
        assert_problem(answer, 422, "unacceptable_field", field)
    else:
        assert answer.status in (200, 400), answer


def test_empty_filters_are_none(panel, world):
    query = dict.fromkeys(("search", "state", "client_id", "sort", "order", "after"), "")
    assert panel.page("users", **query)["total"] is not None


def test_a_made_up_cursor_is_a_place_like_any_other(panel):
    cursor = base64.urlsafe_b64encode(bytes(16) + b"\xff\xfe").decode().rstrip("=")
    for sort in ("created_at", "identifier"):
        assert panel.get("users", after=cursor, sort=sort).status == 200
