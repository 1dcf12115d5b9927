"""Changing the signing key while everybody goes on: no valid token is refused, and none of a
retired key is accepted (TOK-1, TOK-7, ENV-4; docs/decisions/0084)."""

import re
import shutil
import signal
import time

import pytest

from api import assert_live, assert_problem, assert_refused, create_client, expect, sql
from certificates import run
from claviger import ROOT, Server, command
from keys import FOLLOWED_S, Keys, events, kid_of, loaded, published
from rotation import Load
from wire import until

ALGORITHMS = {"hs256": "HS256", "es256": "ES256", "eddsa": "EdDSA"}
UNKNOWN = "development.000000000000000000000000"


@pytest.fixture
def make():
    """Servers with a folder of keys, not started yet, and what works with their folders."""
    made = []

    def make_server(algorithm="eddsa", **settings):
        server = Server(**{"CLAVIGER_KEYS": "keys", "JWT_SECRET_KEY": None, **settings})
        made.append(server)
        if algorithm:
            Keys(server).generate(algorithm)
        return server, Keys(server)

    yield make_server
    for server in reversed(made):
        hide_keys(server)
        server.finish()


def hide_keys(server):
    """The files of keys hold them; nothing else may."""
    folder = server.directory / server.settings["CLAVIGER_KEYS"]
    for path in folder.glob("*.*") if folder.exists() else ():
        server.private_files |= {path.name}
        lines = path.read_text("utf-8", "replace").split("\n")
        server.canaries.add("".join(line for line in lines if not line.startswith("-")))


def aged(server, seconds=600):
    """As if the keys had been loaded so much earlier."""
    sql(server.database, "UPDATE keys_seen SET first_seen_at_ms = first_seen_at_ms - ?",
        seconds * 1000)


def rotate_under_load(keys, servers, algorithm):
    user = create_client(servers[0]).create_user()
    old = keys.signing()
    with Load(servers, user) as load:
        load.go_on()
        new = keys.generate(algorithm)
        for server in servers:
            loaded(server, new)
        load.go_on()
        assert load.issued_since(0) == {old}
        aged(servers[0])
        assert keys.rotate()["kid"] == new
        rotated = time.monotonic()
        load.go_on()
        assert load.issued_since(rotated) == {new}
        accepted = [check for check in load.checks if check[0] == old and check[1] > rotated]
        assert accepted and {status for *_, status in accepted} == {200}
        load.retire(keys, old)
        load.go_on()
    load.assert_kept()
    assert 401 in {status for *_, status in load.checks}
    return old, new


@pytest.mark.requirement("TOK-1")
@pytest.mark.requirement("TOK-7")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_rotation_under_load(make, algorithm):
    server, keys = make(algorithm)
    server.start()
    old, new = rotate_under_load(keys, [server], algorithm)
    assert published(server.api) == (set() if algorithm == "hs256" else {new})
    keys.file_of(old).unlink()
    listed = keys.list()
    assert listed[old]["retired_at"] and not listed[old]["loaded"]
    assert listed[new]["signs"] and listed[new]["loaded"]
    (changed,) = until(lambda: events(server, "signing_key_changed"), "it is told", FOLLOWED_S)
    assert (changed["kid"], changed["before"]) == (new, old)
    rows = sql(server.database, "SELECT actor, action, detail FROM audit_log WHERE action IN"
               " ('key_first_seen', 'signing_key_changed', 'key_retired') ORDER BY sequence")
    assert rows == [("system", "key_first_seen", old), ("system", "key_first_seen", new),
                    ("operator", "signing_key_changed", new), ("operator", "key_retired", old)]


@pytest.mark.requirement("TOK-7")
def test_a_rotation_of_two_servers_on_one_file_under_load(make):
    one, keys = make("es256")
    other, _ = make(None, CLAVIGER_KEYS=str(one.directory / "keys"),
                    **{name: one.settings[name] for name in
                       ("CLAVIGER_DATABASE_URL", "MASTER_USERNAME", "MASTER_PASSWORD")})
    rotate_under_load(keys, [one.start(), other.start()], "eddsa")


def test_the_first_key_signs_at_once_and_a_new_one_only_checks(make):
    server, keys = make("es256")
    (first,) = keys.folder.iterdir()
    assert first.stat().st_mode & 0o777 == 0o600 and keys.folder.stat().st_mode & 0o777 == 0o700
    server.start()
    token = create_client(server).create_user().issue()
    assert first.name == kid_of(token) + ".pem"
    new = keys.generate()
    loaded(server, new)
    assert published(server.api) == {kid_of(token), new}
    assert kid_of(token.user.issue()) == kid_of(token)
    (seen,) = until(lambda: [line for line in events(server, "key_first_seen")
                             if line["kid"] == new], "it is told", FOLLOWED_S)
    assert seen["signs"] is False


def test_a_key_does_not_sign_before_it_is_ready(make):
    server, keys = make()
    new = keys.generate()
    server.start()
    server.stop()
    late = keys.generate("hs256")
    assert "No server has loaded the key" in keys.run("rotate", late, status=5)
    server.start()
    loading = published(server.api)
    assert new in loading and len(loading) == 2
    first = keys.signing()
    other = ({new} | loading) - {first}
    assert "Not every server may have loaded" in keys.run("rotate", *other, status=5)
    aged(server, 6)
    assert "may not have fetched the key yet" in keys.run("rotate", *other, status=5)
    assert keys.signing() == first
    keys.rotate(late)  # a shared secret is fetched by nobody
    assert kid_of(create_client(server).create_user().issue()) == late
    assert "newer than the one that signs" in keys.run("rotate", status=4)
    assert "There is no key" in keys.run("rotate", UNKNOWN, status=4)
    keys.rotate(*other, "--now")
    keys.rotate(*other)  # a retry fences again
    keys.retire(first)
    assert "is retired" in keys.run("rotate", first, "--now", status=5)
    assert "This key signs" in keys.run("retire", *other, status=5)


def test_commands_without_a_folder_say_so(server):
    for word in ("generate", "rotate"):
        assert "CLAVIGER_KEYS: it is not set" in Keys(server).run(word, status=3)


@pytest.mark.requirement("TOK-7")
def test_from_the_settings_into_the_folder(start, make):
    """A shared secret, then a private key: neither is refused on the way."""
    before = start()
    user = create_client(before).create_user()
    old = user.issue()
    before.stop()
    after, keys = make(directory=before.directory, JWT_SECRET_KEY=before.jwt_key)
    user.api = user.client.api = old.api = after.start().api
    assert kid_of(user.issue()) == kid_of(old)  # it goes on signing
    aged(after)
    new = keys.rotate()["kid"]
    assert kid_of(user.issue()) == new
    assert_live(old)


@pytest.mark.requirement("TOK-7")
def test_a_private_key_of_the_settings_has_a_successor(start, make, tmp_path):
    path = tmp_path / "signing-key.pem"
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    path.chmod(0o600)
    before = start(CLAVIGER_SIGNING_KEY=path, JWT_SECRET_KEY=None)
    user = create_client(before).create_user()
    old = user.issue()
    before.stop()
    after, keys = make(directory=before.directory)
    shutil.copy(path, keys.folder)  # under a name of its own
    user.api = user.client.api = old.api = after.start().api
    assert kid_of(user.issue()) == kid_of(old)
    assert_live(old)
    keys.rotate("--now")
    assert_live(old)
    new = user.issue()
    keys.retire(kid_of(old))
    assert_refused(old, "revoked")
    assert_live(new)


@pytest.mark.requirement("TOK-7")
def test_a_retired_key_that_comes_back_into_the_folder_is_not_accepted(make):
    server, keys = make("es256")
    user = create_client(server.start()).create_user()
    old = user.issue()
    new = keys.generate()
    loaded(server, new)
    keys.rotate("--now")
    keys.retire(kid_of(old))
    path = keys.file_of(kid_of(old))
    path.rename(server.directory / path.name)
    server.private_files |= {path.name}
    server.stop()
    user.api = user.client.api = old.api = server.start().api
    assert_refused(old, "malformed")  # nobody knows the key any more
    (server.directory / path.name).rename(path)
    loaded(server, kid_of(old))
    assert_refused(old, "revoked")
    assert published(server.api) == {new}
    assert_live(user.issue())


def test_a_kill_between_the_steps_loses_nothing(make):
    server, keys = make("eddsa")
    tokens = []

    def after_a_kill(signing):
        server.kill()
        server.start()
        assert keys.signing() == signing
        for token in tokens:
            token.api = server.api
            assert_live(token)
        user.api = user.client.api = server.api
        tokens.append(user.issue())
        assert kid_of(tokens[-1]) == signing

    user = create_client(server.start()).create_user()
    first = keys.signing()
    tokens.append(user.issue())
    after_a_kill(first)
    second = keys.generate()
    after_a_kill(first)
    keys.rotate("--now")
    after_a_kill(second)
    keys.retire(first)
    gone = [token for token in tokens if kid_of(token) == first]
    tokens[:] = [token for token in tokens if kid_of(token) == second]
    after_a_kill(second)
    for token in gone:
        assert_refused(token, "revoked", api=server.api)


def test_bad_files_are_told_of_and_the_others_work(make):
    server, keys = make(CLAVIGER_ENVIRONMENT="production",
                        MASTER_PASSWORD="4hx7-Wq2z-9fLm-Zr8k-Tb3v")
    user = create_client(server.start()).create_user()
    good = keys.generate("hs256")
    open_to_all = keys.file_of(keys.generate())
    open_to_all.chmod(0o644)
    foreign, _ = make("es256")
    (path,) = Keys(foreign).folder.iterdir()
    shutil.copy(path, keys.folder)
    named_wrongly = keys.folder / ("production." + "0" * 24 + ".pem")
    shutil.copy(keys.file_of(keys.signing()), named_wrongly)
    (keys.folder / "broken.pem").write_text("not a key")
    (keys.folder / "README").write_text("not a key")
    (keys.folder / "weak.secret").write_text("changeme" * 5)
    for name in ("broken.pem", "weak.secret"):
        (keys.folder / name).chmod(0o600)
    expected = {open_to_all.name: "may read or change", path.name: "environment \"development\"",
                named_wrongly.name: "another key's name", "broken.pem": "PEM private key",
                "README": "its name ends", "weak.secret": "placeholder"}

    def told():
        return {line["file"]: line["reason"] for line in events(server, "key_file")}

    until(lambda: set(told()) >= set(expected), "all are told of", FOLLOWED_S)
    for name, reason in expected.items():
        assert reason in told()[name]
    loaded(server, good)
    assert_live(user.issue())
    open_to_all.chmod(0o600)  # mended, it is loaded
    loaded(server, open_to_all.name.removesuffix(".pem"))
    assert len(events(server, "key_file")) == len(told())  # each once


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda folder: shutil.rmtree(folder), "cannot be read: No such file"),
        (lambda folder: [path.unlink() for path in folder.iterdir()], "holds no key that can sign"),
        (lambda folder: [path.write_text("") for path in folder.iterdir()],
         "is not an unencrypted PEM private key"),
        (lambda folder: folder.chmod(0o777), "everybody on this machine may put keys into it"),
    ],
)
def test_a_start_without_a_key_that_can_sign_is_refused(make, spoil, said):
    server, keys = make(CLAVIGER_ENVIRONMENT="production", MASTER_USERNAME=None,
                        MASTER_PASSWORD=None)
    spoil(keys.folder)
    status, log = server.run_to_end()
    assert status == 3 and "CLAVIGER_KEYS" in log and said in log, log


def test_a_start_without_the_key_that_signs_is_refused_until_another_one_does(make):
    server, keys = make()
    server.start()
    server.stop()
    lost = keys.signing()
    keys.file_of(lost).unlink()
    new = keys.generate()
    server.log_path.unlink()
    status, log = server.run_to_end()
    assert status == 3 and lost in log and "put its file back" in log, log
    server.log_path.unlink()
    keys.rotate(new, "--now")
    assert kid_of(create_client(server.start()).create_user().issue()) == new


def test_a_server_that_lacks_the_signing_key_issues_nothing_until_it_has_it(make):
    one, keys = make()
    shared = {name: one.settings[name] for name in
              ("CLAVIGER_DATABASE_URL", "MASTER_USERNAME", "MASTER_PASSWORD")}
    other, others = make(None, **shared)
    shutil.copytree(keys.folder, others.folder)
    user = create_client(one.start()).create_user()
    old = user.issue()
    other.start()
    new = keys.generate()
    loaded(one, new)
    keys.rotate("--now")
    user.api = user.client.api = other.api
    assert_problem(user.login(), 503, "signing_key_missing")
    assert_problem(other.api.get("/readyz"), 503, "signing_key_missing")
    expect(other.api.get("/token", old.auth), 200)
    until(lambda: events(other, "signing_key_missing"), "it is told", FOLLOWED_S)
    shutil.copy(keys.file_of(new), others.folder)
    until(lambda: other.api.get("/readyz").status == 200, "it has the key", FOLLOWED_S)
    assert kid_of(user.issue()) == new


def test_a_key_whose_file_is_gone_stays_until_a_restart(make):
    server, keys = make("es256")
    user = create_client(server.start()).create_user()
    old = user.issue()
    loaded(server, keys.generate())
    keys.rotate("--now")
    keys.file_of(kid_of(old)).unlink()
    (told,) = until(lambda: events(server, "key_file_gone"), "it is told", FOLLOWED_S)
    assert told["kid"] == kid_of(old)
    assert_live(old)
    server.stop()
    assert_refused(old, "malformed", api=server.start().api)


def test_sighup_looks_at_once_and_ends_nothing(make):
    server, keys = make()
    server.start()
    server.process.send_signal(signal.SIGHUP)
    until(lambda: events(server, "reloaded"), "it is told", FOLLOWED_S)
    loaded(server, keys.generate())
    expect(server.api.get("/readyz"), 200)


def test_a_token_from_the_command_line_is_signed_by_the_same_key(make):
    server, keys = make("es256")
    user = create_client(server.start()).create_user()
    loaded(server, keys.generate())
    new = keys.rotate("--now")["kid"]
    done = command("token", "issue", "--client", user.client.id, user.identifier, server=server,
                   stdin=user.secret.encode())
    assert done.returncode == 0, done.stderr
    token = done.stdout.decode().strip()
    server.canaries.add(token)
    assert kid_of(token) == new
    expect(server.api.get("/token", {"Authorization": f"Bearer {token}"}), 200)


def test_the_how_to_says_what_works(make):
    """The commands of docs/how-to-keys.md, in their order; KID is the key before."""
    server, keys = make()
    server.start()
    first = keys.signing()
    text = (ROOT / "docs" / "how-to-keys.md").read_text()
    said = re.findall(r"^claviger key (.*?)(?: +#.*)?$", text, re.MULTILINE)
    assert [line.split()[0] for line in said] == ["generate", "rotate", "list", "list", "retire"]
    for line in said:
        if line == "rotate":
            loaded(server, *({path.stem for path in keys.folder.iterdir()} - {first}))
            aged(server)
        keys.run(*line.replace("KID", first).split())
    assert keys.list()[first]["retired_at"] and not keys.list()[first]["signs"]
