"""Logging in by a link, sessions, CSRF, roles and the list of administrators (ADM-1 … ADM-5)."""

import json
import re
import sqlite3

import pytest
from api import assert_problem, expect, unique
from claviger import command

from panel import Panel

HOST = "127.0.0.1"


def make_code(server, email="ada@example.com", role="administrator"):
    done = command("admin", "login-link", "--email", email, "--role", role, server=server)
    assert done.returncode == 0, done
    link = done.stdout.decode().strip()
    assert link.count("\n") == 0 and "/admin/#/login/link/" in link
    code = link.rsplit("/", 1)[1]
    server.canaries.add(code)
    return code


def use_code(api, code, headers=()):
    return api.post("/admin/api/login/link", headers, json={"code": code})


def cookie_of(answer):
    return answer.header("Set-Cookie").split(";")[0]


class Visit:
    """A browser that is logged in."""

    def __init__(self, server, headers=(), **who):
        self.answer = expect_answer(use_code(server.api, make_code(server, **who), headers), 200)
        self.cookie = cookie_of(self.answer)
        self.session = self.answer.json()
        server.canaries.add(self.cookie.split("=")[1])
        self.panel = Panel(server.api, self.headers())

    def headers(self, **more):
        return {"Cookie": self.cookie, "X-CSRF-Token": self.session["csrf_token"], **more}


def expect_answer(answer, status):
    assert answer.status == status, answer
    return answer


def rows(server, action):
    done = command("audit", "export", server=server)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()[1:]]
    return [line for line in lines if line["action"] == action]


@pytest.fixture
def visit(server):
    return lambda **who: Visit(server, **who)


# Logging in


def test_what_one_can_log_in_by(api):
    assert api.get("/admin/api/login").json() == {
        "openid": False, "issuer": None, "environment": "development"}


@pytest.mark.requirement("ADM-1")
def test_a_link_logs_in_once(server, api):
    code = make_code(server, role="auditor")
    answer = expect_answer(use_code(api, code), 200)
    session = answer.json()
    assert session["email"] == "ada@example.com" and session["role"] == "auditor"
    assert session["idle_seconds"] == 1800 and session["default_client_id"] is None
    assert_problem(use_code(api, code), 401, "invalid_link")


@pytest.mark.requirement("ADM-1")
@pytest.mark.parametrize("code", ["", "A" * 43, "x", "ü", "a" * 10_000])
def test_a_guess_logs_nobody_in(api, code):
    answer = use_code(api, code)
    assert answer.status == 401 and answer.code == "invalid_link"
    assert answer.header("Set-Cookie") is None


def test_guesses_are_limited(start):
    server = start(CLAVIGER_ATTEMPTS_PER_MINUTE=5)
    codes = {use_code(server.api, "A" * 43).status for _ in range(7)}
    assert codes == {401, 429}
    # The right one is never refused for that.
    assert use_code(server.api, make_code(server)).status == 200


@pytest.mark.requirement("ADM-2")
def test_the_cookie_is_for_this_host_and_no_script(server, api):
    cookie = use_code(api, make_code(server)).header("Set-Cookie")
    assert re.fullmatch("claviger=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict;"
                        " Max-Age=43200", cookie)


@pytest.mark.requirement("ADM-2")
def test_over_tls_the_cookie_is_secure(start):
    server = start(CLAVIGER_TRUSTED_PROXIES=HOST)
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    visit = Visit(server, https)
    assert visit.answer.header("Set-Cookie").endswith("; Max-Age=43200; Secure")
    assert visit.cookie.startswith("__Host-claviger=")
    headers = visit.headers(**https)
    assert server.api.get("/admin/api/session", headers).status == 200
    plain = {"Cookie": "claviger=" + visit.cookie.split("=")[1]}
    assert server.api.get("/admin/api/session", {**https, **plain}).status == 401


@pytest.mark.requirement("ADM-2")
def test_a_login_has_a_new_id_and_ends_the_old_session(server, visit):
    old = visit()
    new = Visit(server, headers=old.headers())
    assert new.cookie != old.cookie
    assert new.panel.get("session").status == 200
    assert old.panel.get("session").status == 401


@pytest.mark.requirement("ADM-2")
def test_what_is_stored_lets_nobody_in(server, visit):
    visited = visit()
    with sqlite3.connect(server.database) as db:
        [hashes] = db.execute("SELECT group_concat(hex(hash)) FROM admin_sessions").fetchone(),
        dump = "\n".join(db.iterdump())
    key = visited.cookie.split("=")[1]
    assert key not in dump
    for stolen in hashes[0].split(","):
        answer = server.api.get("/admin/api/session", {"Cookie": "claviger=" + stolen})
        assert answer.status == 401


@pytest.mark.requirement("ADM-2")
def test_two_cookies_count_as_none(visit, api):
    one, two = visit(), visit()
    answer = api.get("/admin/api/session", {"Cookie": one.cookie + "; " + two.cookie})
    assert_problem(answer, 401, "no_session")


@pytest.mark.requirement("ADM-1")
def test_a_login_by_another_site_is_refused(server, api):
    code = make_code(server)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"},
                    {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        assert_problem(use_code(api, code, headers), 403, "csrf")
    assert use_code(api, code).status == 200


# Ending sessions


@pytest.mark.requirement("ADM-2")
def test_logging_out_ends_the_session(visit):
    visited = visit()
    answer = visited.panel.delete("session")
    assert answer.status == 200 and answer.json() == {}
    assert answer.header("Set-Cookie").startswith("claviger=; Path=/;")
    assert "Max-Age=0" in answer.header("Set-Cookie")
    assert_problem(visited.panel.get("session"), 401, "no_session")
    assert_problem(visited.panel.delete("session"), 401, "no_session")


@pytest.mark.requirement("ADM-2")
def test_logging_out_everywhere_ends_ones_own(visit):
    one, two = visit(email="everywhere@example.com"), visit(email="everywhere@example.com")
    other = visit(email="elsewhere@example.com")
    assert one.panel.delete("sessions").json() == {"ended": 2}
    assert one.panel.get("session").status == two.panel.get("session").status == 401
    assert other.panel.get("session").status == 200


@pytest.mark.requirement("ADM-2")
def test_sessions_are_listed_and_ended_one_by_one(visit):
    mine, other = visit(email="lister@example.com"), visit(email="listed@example.com")
    items = mine.panel.page("sessions")["items"]
    assert [item["email"] for item in items[:2]] == ["listed@example.com", "lister@example.com"]
    assert [item["current"] for item in items[:2]] == [False, True]
    assert items[0]["way"] == "link" and items[0]["address"] == HOST
    assert mine.panel.delete("sessions/" + items[0]["id"]).json() == {}
    assert other.panel.get("session").status == 401
    assert_problem(mine.panel.delete("sessions/" + items[0]["id"]), 404, "not_found")
    assert_problem(mine.panel.delete("sessions/none"), 404, "not_found")


def test_an_auditor_sees_and_ends_own_sessions_alone(visit):
    auditor = visit(email="own@example.com", role="auditor")
    other = visit(email="foreign@example.com")
    items = auditor.panel.page("sessions")["items"]
    assert [item["email"] for item in items] == ["own@example.com"]
    [foreign] = [item for item in other.panel.page("sessions")["items"] if item["current"]]
    assert_problem(auditor.panel.delete("sessions/" + foreign["id"]), 404, "not_found")
    assert auditor.panel.delete("sessions/" + items[0]["id"]).status == 200
    assert other.panel.get("session").status == 200


@pytest.mark.requirement("ADM-2")
def test_sessions_outlive_a_restart(start):
    server = start()
    visited = Visit(server)
    server.stop()
    server.start()
    assert server.api.get("/admin/api/session", visited.headers()).status == 200


# CSRF


@pytest.mark.requirement("ADM-3")
def test_a_change_needs_the_sessions_own_token(server, visit):
    mine, other = visit(), visit()
    name = unique("csrf")
    for token in (None, "", "x", "A" * 43, other.session["csrf_token"]):
        headers = {"Cookie": mine.cookie}
        if token is not None:
            headers["X-CSRF-Token"] = token
        answer = server.api.post("/admin/api/clients", headers, json={"name": name})
        assert_problem(answer, 403, "csrf")
        assert_problem(server.api.delete("/admin/api/session", headers), 403, "csrf")
    assert mine.panel.page("clients", search=name)["items"] == []
    assert mine.panel.post("clients", name=name).status == 201
    assert mine.panel.get("session").json()["csrf_token"] == mine.session["csrf_token"]


@pytest.mark.requirement("ADM-3")
@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1.evil.example"},
], ids=str)
def test_a_change_that_another_site_asks_for_is_refused(server, visit, headers):
    answer = server.api.post("/admin/api/clients", visit().headers(**headers), json={"name": "x"})
    assert_problem(answer, 403, "csrf")
    [*_, row] = rows(server, "admin_change_refused")
    assert row["detail"] == "not by the panel: POST /admin/api/clients"
    assert row["actor"] == "administrator ada@example.com"


@pytest.mark.requirement("ADM-3")
def test_the_panels_own_page_may(server, visit):
    host = server.api.address[0] + ":" + str(server.api.address[1])
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://" + host}):
        headers = visit().headers(**headers, Host=host)
        answer = server.api.post("/admin/api/clients", headers, json={"name": unique("own")})
        assert answer.status == 201


# Auditors


def changes(document):
    for path, item in document["paths"].items():
        for method in ("post", "patch", "delete"):
            if path.startswith("/admin/api/") and method in item:
                yield method.upper(), path


OWN = {"/admin/api/login/link", "/admin/api/session", "/admin/api/sessions",
       "/admin/api/sessions/{id}"}


@pytest.mark.requirement("ADM-5")
def test_an_auditor_changes_nothing_and_each_try_is_audited(server, api, visit):
    auditor = visit(email="changer@example.com", role="auditor")
    tried = []
    for method, path in changes(api.document.document):
        if path in OWN:
            continue
        target = path.replace("{id}", "0" * 8 + "-0000-7000-8000-" + "0" * 12)
        body = {} if method in ("POST", "PATCH") else None
        answer = api.call(method, target.replace("{email}", "x@example.com"), auditor.headers(),
                          json=body)
        assert_problem(answer, 403, "auditor")
        tried.append(f"by an auditor: {method} {path}")
    assert len(tried) > 10
    refused = [row for row in rows(server, "admin_change_refused")
               if row["actor"] == "administrator changer@example.com"]
    assert [row["detail"] for row in refused] == tried


@pytest.mark.requirement("ADM-5")
def test_an_auditor_sees_everything(api, visit):
    auditor = visit(role="auditor")
    for path in ("clients", "users", "tokens", "audit", "overview", "administrators"):
        assert auditor.panel.get(path).status == 200
    for name in ("clients", "users", "tokens", "audit"):
        assert auditor.panel.get("export/" + name).status == 200


# Administrators


def test_administrators_are_added_changed_and_removed(server, visit):
    panel = visit(email="chief@example.com").panel
    name = unique("new") + "+Panel@Example.com"
    added = expect(panel.post("administrators", email=name, role="auditor"), 201)
    assert added["email"] == name.lower() and added["added_by"] == "chief@example.com"
    assert added in panel.page("administrators")["items"]
    path = "administrators/" + name.replace("@", "%40")
    assert expect(panel.patch(path, role="administrator"), 200)["role"] == "administrator"
    guest = Visit(server, email=name)
    assert panel.delete(path).json() == {}
    assert guest.panel.get("session").status == 401
    assert_problem(panel.delete(path), 404, "not_found")
    assert_problem(panel.patch(path, role="auditor"), 404, "not_found")


def test_a_demoted_administrator_changes_nothing_from_then_on(server, visit):
    panel = visit(email="demoter@example.com").panel
    name = unique("demoted") + "@example.com"
    expect(panel.post("administrators", email=name, role="administrator"), 201)
    guest = Visit(server, email=name)
    assert guest.panel.post("clients", name=unique("before")).status == 201
    expect(panel.patch("administrators/" + name, role="auditor"), 200)
    assert_problem(guest.panel.post("clients", name="after"), 403, "auditor")
    assert guest.panel.get("session").json()["role"] == "auditor"


@pytest.mark.parametrize("fields, field", [
    ({"role": "auditor"}, "email"),
    ({"email": "x@example.com"}, "role"),
    ({"email": "no address", "role": "auditor"}, "email"),
    ({"email": "x@example.com", "role": "root"}, "role"),
    ({"email": 1, "role": "auditor"}, "email"),
])
def test_what_is_no_administrator_is_not_added(visit, fields, field):
    answer = visit().panel.post("administrators", **fields)
    assert answer.status == 422 and answer.json()["errors"][0]["field"] == field


def test_nobody_changes_their_own_rights(visit):
    panel = visit(email="self@example.com").panel
    expect(panel.post("administrators", email="self@example.com", role="administrator"), 201)
    for answer in (panel.delete("administrators/self@example.com"),
                   panel.patch("administrators/self@example.com", role="auditor"),
                   panel.post("administrators", email="self@example.com", role="auditor")):
        assert_problem(answer, 409, "conflict")


def test_those_in_the_settings_are_changed_there(start):
    server = start(CLAVIGER_ADMIN_EMAILS="Root@example.com,second@example.com")
    panel = Visit(server, email="other@example.com").panel
    assert panel.page("administrators")["items"] == [
        {"email": email, "role": "administrator", "source": "setting", "added_at": None,
         "added_by": None} for email in ("root@example.com", "second@example.com")]
    assert_problem(panel.delete("administrators/root@example.com"), 409, "conflict")
    done = command("admin", "login-link", server=server)
    session = use_code(server.api, done.stdout.decode().strip().rsplit("/", 1)[1]).json()
    assert session["email"] == "root@example.com"


# The audit trail, and the default client


@pytest.mark.requirement("AUD-1")
def test_logins_are_in_the_audit_trail(server, visit):
    visited = visit(email="trail@example.com")
    visited.panel.delete("session")
    actor = "administrator trail@example.com"
    made = rows(server, "login_link_made")[-1]
    assert made["actor"] == "operator"
    assert made["detail"] == "trail@example.com as administrator"
    login, end = rows(server, "admin_logged_in")[-1], rows(server, "session_ended")[-1]
    assert login["actor"] == end["actor"] == actor
    assert login["actor_id"] == login["object_id"] == end["object_id"]
    assert login["address"] == HOST


def test_the_audit_list_filters_by_administrator(visit):
    panel = visit(email="filter@example.com").panel

    def actors(actor):
        return {row["actor"] for row in panel.page("audit", actor=actor)["items"]}

    assert actors("administrator filter@example.com") == {"administrator filter@example.com"}
    assert "administrator filter@example.com" in actors("administrator")
    assert {actor.split()[0] for actor in actors("administrator")} == {"administrator"}
    assert actors("admin") == set()


def test_the_session_knows_the_default_client(start):
    server = start()
    made = expect(Visit(server).panel.post("clients", name="default"), 201)
    server.stop()
    server.settings["CLIENT_API_KEY"] = made["api_key"]
    server.start()
    assert Visit(server).session["default_client_id"] == made["id"]


# The command line


def run(server, *words, status=0):
    done = command("admin", *words, server=server)
    assert done.returncode == status, done
    return done


def test_commands_keep_the_list(server):
    name = unique("cli") + "@example.com"
    [made] = [json.loads(run(server, "allow", name, "--role", "auditor", "--json").stdout)]
    server.api.document.validate_component("Administrator", made)
    assert made["role"] == "auditor" and made["added_by"] == "operator"
    run(server, "allow", name, status=5)
    listed = json.loads(run(server, "list", "--json").stdout)["administrators"]
    assert made in listed and name.encode() in run(server, "list").stdout
    run(server, "remove", name)
    run(server, "remove", name, status=4)
    run(server, "allow", "no address", status=2)
    run(server, "allow", name, "--role", "root", status=2)


def test_commands_end_sessions(server):
    name = unique("out") + "@example.com"
    visited = Visit(server, email=name)
    sessions = json.loads(run(server, "sessions", "--json").stdout)["sessions"]
    assert name in [session["email"] for session in sessions]
    assert json.loads(run(server, "log-out", name, "--json").stdout) == {"email": name, "ended": 1}
    assert visited.panel.get("session").status == 401


def test_the_link_leads_to_where_the_server_listens(server):
    command_line = command("admin", "login-link", "--json", server=server,
                           env={"CLAVIGER_LISTEN": "[::1]:8443,127.0.0.1:1"})
    made = json.loads(command_line.stdout)
    assert made["link"].startswith("http://[::1]:8443/admin/#/login/link/")
    assert made["email"] == "admin@localhost" and made["role"] == "administrator"
    for host in ("0.0.0.0", "[::]"):
        command_line = command("admin", "login-link", server=server,
                               env={"CLAVIGER_LISTEN": host + ":80"})
        assert command_line.stdout.startswith(b"http://localhost:80/admin/#/login/link/")
