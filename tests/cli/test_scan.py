"""`claviger scan`: leaked credentials are found by their form, never shown, and taken back."""

import json
import os
import re
import subprocess

import pytest

from api import assert_live, assert_refused, create_client
from canary import Canaries
from claviger import ROOT, Server, binary, command
from forge import encode, resigned

NOTHING, FOUND, UNREADABLE = 0, 1, 2


class Leaked:
    """One credential of each kind, of a server that runs."""

    def __init__(self, server):
        self.client = create_client(server)
        self.user = self.client.create_user()
        self.token = self.user.issue()
        self.api_key, self.secret = self.client.api_key, self.user.secret

    @property
    def texts(self):
        return [self.api_key, self.secret, self.token.text]


@pytest.fixture
def leaked(server):
    return Leaked(server)


def scan(*arguments, status, server=None, stdin=b"", secrets=()):
    """The findings. Nothing of a credential but its preview is ever said."""
    said = []
    for form in (["--json"], []):
        done = command("scan", *form, *arguments, server=server, stdin=stdin)
        assert done.returncode == status, done.stderr
        said.append(done)
        canaries = Canaries()
        for secret in secrets:
            canaries.add(secret)
        assert not canaries.leaks_in(done.stdout + b" " + done.stderr)
        if "--revoke" in arguments:
            break
    answer = json.loads(said[0].stdout)
    if len(said) == 2:  # a line for each and one of names
        lines = said[1].stdout.decode("utf-8", "replace").splitlines()
        assert len(lines) == (len(answer["findings"]) + 1 if answer["findings"] else 0)
    return answer


def kinds(answer):
    return [row["kind"] for row in answer["findings"]]


def test_each_kind_is_found_and_only_its_preview_shown(leaked, tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.env").write_text(f"# keys\nKEY={leaked.api_key}\n")
    (tmp_path / "deep" / "b.py").write_text(f"x = 1\n\n  secret = '{leaked.secret}'\n")
    (tmp_path / "deep" / "er" / ".hidden").write_text(f"Authorization: Bearer {leaked.token.text}")
    answer = scan(tmp_path, status=FOUND, secrets=leaked.texts)
    assert [(row["path"], row["line"], row["column"], row["kind"], row["preview"])
            for row in answer["findings"]] == [
        (f"{tmp_path}/a.env", 2, 5, "api_key", "sk-client-..." + leaked.api_key[-8:]),
        (f"{tmp_path}/deep/b.py", 3, 13, "user_secret", "sk-user-..." + leaked.secret[-8:]),
        (f"{tmp_path}/deep/er/.hidden", 1, 23, "token", "eyJ****" + leaked.token.text[-3:])]
    assert {row["environment"] for row in answer["findings"]} == {"development"}
    assert {row["taken_back"] for row in answer["findings"]} == {None}
    assert answer["texts"] == 3 and answer["problems"] == []
    assert answer["bytes"] == sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file())


def test_what_only_looks_like_one_is_none(leaked, tmp_path):
    header = leaked.token.text.split(".")[0]
    near = [leaked.api_key[:-1], leaked.secret.swapcase(), leaked.token.text[:-1],
            leaked.api_key.replace("development", "develop"), "sk-user-development-" + "x" * 49,
            leaked.secret[:-7] + ("a" if leaked.secret[-7] != "a" else "b") + leaked.secret[-6:],
            resigned(leaked.token.text, "k" * 32, header={"typ": "JWT"}),
            encode(b'{"alg":"HS256","typ":"JWT"}') + "." + encode(b"{}") + "." + "A" * 43,
            header + "..", header + "." + "e30", "sk-client-", "eyJhbGciOi"]
    (tmp_path / "near").write_text("\n".join(near))
    assert scan(tmp_path, status=NOTHING)["findings"] == []


def test_standard_input(leaked):
    text = f"one\ntwo {leaked.secret}".encode()
    (row,) = scan("-", stdin=text, status=FOUND, secrets=leaked.texts)["findings"]
    assert (row["path"], row["line"], row["column"]) == ("-", 2, 5)
    assert scan("-", stdin=b"", status=NOTHING)["findings"] == []


def test_binary_files_and_huge_lines(leaked, tmp_path):
    """Wherever a credential stands to the pieces that a file is read in (of 1 MiB, less 8 KiB)."""
    piece = (1 << 20) - (8 << 10)
    for number, at in enumerate((0, piece - 50, piece - 1, piece, (1 << 20) - 50, 1 << 20,
                                 5 * piece - 100)):
        data = bytearray(os.urandom(997)).replace(b"\n", b"\0") * (6 * piece // 997)
        texts = "|".join(leaked.texts).encode()
        data[at:at + len(texts)] = texts
        (tmp_path / str(number)).write_bytes(data)
        answer = scan(tmp_path / str(number), status=FOUND, secrets=leaked.texts)
        assert kinds(answer) == ["api_key", "user_secret", "token"]
        assert [row["column"] for row in answer["findings"]] == [
            at + 1 + texts.index(text.encode()) for text in leaked.texts]
        assert {row["line"] for row in answer["findings"]} == {1}


def test_lines_are_counted_across_pieces(leaked, tmp_path):
    (tmp_path / "log").write_text("a line\n" * 1_000_000 + f"  {leaked.secret}")
    (row,) = scan(tmp_path, status=FOUND)["findings"]
    assert (row["line"], row["column"]) == (1_000_001, 3)


def test_any_number_of_threads_finds_the_same(leaked, tmp_path):
    for number in range(200):
        (tmp_path / str(number)).write_text(leaked.secret if number % 7 == 0 else "nothing")
    answers = [scan("--jobs", jobs, tmp_path, status=FOUND) for jobs in (1, 2, 32)]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]["findings"]) == 29


def test_what_is_not_read_below_a_folder(leaked, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(leaked.secret)
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / ".git" / "config").write_text(leaked.secret)
    (tree / "link").symlink_to(elsewhere)
    (tree / "loop").symlink_to(tree)
    os.mkfifo(tree / "pipe")
    assert scan(tree, status=NOTHING)["texts"] == 0
    assert kinds(scan(tree / "link", status=FOUND)) == ["user_secret"]
    assert kinds(scan(tree / ".git", status=FOUND)) == ["user_secret"]


def test_an_unreadable_file_loses_nothing_else(leaked, tmp_path):
    (tmp_path / "good").write_text(leaked.secret)
    answer = scan(tmp_path / "none", tmp_path, status=UNREADABLE, secrets=leaked.texts)
    assert kinds(answer) == ["user_secret"]
    assert answer["problems"] == [f"{tmp_path}/none: No such file or directory"]
    assert b"claviger: " in command("scan", tmp_path / "none").stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_file_and_a_folder_without_permission(leaked, tmp_path):
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (tmp_path / "file").write_text(leaked.secret)
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "open").write_text(leaked.secret)
    program = tmp_path / "claviger"
    program.write_bytes(binary().read_bytes())
    program.chmod(0o755)
    done = subprocess.run([program, "scan", "--json", tmp_path], user=65534, group=65534,
                          extra_groups=[], cwd="/", capture_output=True, timeout=60, check=False)
    assert done.returncode == UNREADABLE, done.stderr
    answer = json.loads(done.stdout)
    assert answer["problems"] == [f"{closed}: Permission denied",
                                  f"{tmp_path}/file: Permission denied"]
    assert [row["path"] for row in answer["findings"]] == [f"{tmp_path}/open"]


def test_a_file_name_moves_no_cursor(leaked, tmp_path):
    (tmp_path / "a\x1b[2Jb").write_text(leaked.secret)
    (tmp_path / "\x1b[2Jnone").symlink_to("nowhere")
    done = command("scan", tmp_path, tmp_path / "\x1b[2Jnone")
    assert done.returncode == UNREADABLE
    assert b"\x1b" not in done.stdout + done.stderr


def test_needs_no_settings(tmp_path):
    """Bad ones are not even looked at."""
    done = command("scan", tmp_path, env={"CLAVIGER_LISTEN": "nonsense", "JWT_SECRET_KEY": "x"})
    assert done.returncode == NOTHING and done.stdout == b""


def test_bad_lines(tmp_path):
    for arguments in ([], ["--jobs", "0", tmp_path], ["--keep-tokens", tmp_path]):
        assert command("scan", *arguments).returncode == 2


# The history


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=n", "-c", "user.email=e@example.com", *arguments],
        capture_output=True, text=True, timeout=30, check=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"})
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def commit(repository, message, **files):
    for name, text in files.items():
        path = repository / name
        path.write_text(text) if text is not None else path.unlink()
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", message)
    return git(repository, "rev-parse", "HEAD")


def test_a_deleted_file_is_found_in_the_history(leaked, repository):
    commit(repository, "begin", other="nothing")
    brought = commit(repository, "a leak", settings=f"a\nkey {leaked.api_key}\n")
    commit(repository, "deleted", settings=None)
    commit(repository, "again", settings=f"a\nkey {leaked.api_key}\n")
    commit(repository, "and deleted", settings=None)
    assert scan(repository, status=NOTHING)["findings"] == []
    (row,) = scan("--history", repository, status=FOUND, secrets=leaked.texts)["findings"]
    assert (row["commit"], row["path"], row["line"], row["column"], row["kind"]) == (
        brought, "settings", 2, 5, "api_key")
    assert git(repository, "cat-file", "blob", row["object"]).endswith(leaked.api_key)
    table = command("scan", "--history", repository).stdout.decode()
    assert f"{brought[:12]}:settings:2:5" in table


def test_messages_merges_and_what_no_branch_has(leaked, repository):
    commit(repository, "begin", file="nothing")
    git(repository, "checkout", "-q", "-b", "side")
    side = commit(repository, "side", **{"na me\u00e9": leaked.secret})
    git(repository, "checkout", "-q", "-")
    said = commit(repository, f"use {leaked.token.text}")
    git(repository, "merge", "-q", "side", "-m", "merge")
    amended = commit(repository, "amended", gone=leaked.api_key)
    git(repository, "reset", "-q", "--hard", "HEAD~1")
    answer = scan("--history", repository, status=FOUND, secrets=leaked.texts)
    history = {(row["kind"], row["path"], row["commit"]) for row in answer["findings"]
               if row["object"]}
    assert history == {("user_secret", "na me\u00e9", side), ("token", None, said),
                       ("api_key", "gone", amended)}
    assert [row["path"] for row in answer["findings"] if not row["object"]] == [
        f"{repository}/na me\u00e9"]


def test_an_object_of_no_commit(leaked, repository):
    (repository / "loose").write_text(leaked.secret)
    name = git(repository, "hash-object", "-w", "loose")
    (repository / "loose").unlink()
    (row,) = scan("--history", repository, status=FOUND)["findings"]
    assert (row["object"], row["commit"], row["path"]) == (name, None, None)


def test_no_repository(leaked, tmp_path):
    (tmp_path / "file").write_text(leaked.secret)
    answer = scan("--history", tmp_path, status=UNREADABLE)
    assert kinds(answer) == ["user_secret"] and len(answer["problems"]) == 1


def test_a_hook_s_variables_name_no_other_repository(leaked, repository, tmp_path):
    commit(repository, "a leak", file=leaked.secret)
    commit(repository, "deleted", file=None)
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    done = command("scan", "--history", repository, env={"GIT_DIR": str(other / ".git")})
    assert done.returncode == FOUND, done.stderr


# Taking back


def outcomes(answer):
    return {row["kind"]: row["taken_back"] for row in answer["findings"]}


def test_a_token_is_revoked(server, leaked):
    other = leaked.user.issue()
    text = leaked.token.text.encode()
    answer = scan("--revoke", "-", server=server, stdin=text, status=FOUND, secrets=leaked.texts)
    assert outcomes(answer) == {"token": "revoked"}
    assert_refused(leaked.token, "revoked")
    assert_live(other)
    answer = scan("--revoke", "-", server=server, stdin=text, status=FOUND)
    assert outcomes(answer) == {"token": "dead"}


def test_keys_and_secrets_are_replaced_and_their_tokens_end(server, leaked):
    bystander = create_client(server).create_user().issue()
    sibling = leaked.client.create_user().issue()
    text = leaked.secret.encode()
    answer = scan("--revoke", "-", server=server, stdin=text, status=FOUND, secrets=leaked.texts)
    assert outcomes(answer) == {"user_secret": "revoked"}
    assert leaked.user.login().status == 401
    assert_refused(leaked.token, "revoked")
    assert_live(sibling)
    assert outcomes(scan("--revoke", "-", server=server, stdin=text, status=FOUND)) == {
        "user_secret": "unknown"}

    key = leaked.api_key.encode()
    answer = scan("--revoke", "-", server=server, stdin=key, status=FOUND, secrets=leaked.texts)
    assert outcomes(answer) == {"api_key": "revoked"}
    assert leaked.client.get("/client").status == 401
    assert_refused(sibling, "revoked")
    assert_live(bystander)


def test_tokens_can_be_kept(server, leaked):
    text = f"{leaked.secret} {leaked.api_key}".encode()
    answer = scan("--revoke", "--keep-tokens", "-", server=server, stdin=text, status=FOUND)
    assert outcomes(answer) == {"user_secret": "revoked", "api_key": "revoked"}
    assert leaked.client.get("/client").status == 401
    assert_live(leaked.token)


def test_what_a_grace_period_left_good_ends(server, leaked):
    leaked.user.rotate(grace_period_seconds=600)
    assert leaked.user.login().status == 200
    scan("--revoke", "-", server=server, stdin=leaked.secret.encode(), status=FOUND)
    assert leaked.user.login().status == 401


def test_an_inactive_one_does_not_come_back(server, leaked):
    done = command("client", "deactivate", leaked.client.id, server=server)
    assert done.returncode == 0
    answer = scan("--revoke", "-", server=server, stdin=leaked.api_key.encode(), status=FOUND)
    assert outcomes(answer) == {"api_key": "revoked"}
    assert command("client", "activate", leaked.client.id, server=server).returncode == 0
    assert leaked.client.get("/client").status == 401


def test_one_that_stands_twice_is_taken_back_once(server, leaked, tmp_path):
    (tmp_path / "a").write_text(leaked.secret)
    (tmp_path / "b").write_text(leaked.secret)
    answer = scan("--revoke", tmp_path, server=server, status=FOUND)
    assert [row["taken_back"] for row in answer["findings"]] == ["revoked", "revoked"]


def test_a_token_that_these_keys_have_not_signed_is_left_alone(server, leaked):
    """Or whoever can place a text could have others' tokens revoked."""
    forged = resigned(leaked.token.text, "another key of thirty-two characters")
    answer = scan("--revoke", "-", server=server, stdin=forged.encode(), status=FOUND)
    assert outcomes(answer) == {"token": "unknown"}
    assert_live(leaked.token)


def test_another_environment_s(server, start):
    elsewhere = Leaked(start(CLAVIGER_ENVIRONMENT="staging"))
    text = " ".join(elsewhere.texts).encode()
    answer = scan("--revoke", "-", server=server, stdin=text, status=FOUND)
    assert {row["environment"] for row in answer["findings"]} == {"staging"}
    assert set(outcomes(answer).values()) == {"unknown"}
    assert_live(elsewhere.token)


def test_the_operator_s_change_is_audited(server, leaked):
    scan("--revoke", "-", server=server, stdin=leaked.secret.encode(), status=FOUND)
    done = command("audit", "list", "--json", server=server)
    newest = [row for row in json.loads(done.stdout)["rows"]
              if row["object_id"] == leaked.user.id]
    assert any(row["action"] == "secret_rotated" and row["actor"] == "operator" for row in newest)


def test_without_a_database_or_keys(leaked, tmp_path):
    settings = {"CLAVIGER_DATABASE_URL": f"sqlite:{tmp_path}/none.db",
                "JWT_SECRET_KEY": "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}
    assert command("scan", "--revoke", "-", env=settings).returncode == 6
    assert command("scan", "--revoke", "-").returncode == 3
    assert list(tmp_path.iterdir()) == []


# What docs/how-to-leaks.md says


def documented_blocks():
    return re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / "how-to-leaks.md").read_text(),
                      re.MULTILINE | re.DOTALL)


def block(word):
    (found,) = [text for text in documented_blocks() if word in text]
    return found


def in_shell(script, folder, **settings):
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    if not (programs / "claviger").exists():
        (programs / "claviger").symlink_to(binary())
    env = {**settings, "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder)}
    return subprocess.run(["sh", "-ec", script], cwd=folder, env=env, capture_output=True,
                          text=True, timeout=60, check=False)


def test_the_documented_searches(leaked, repository):
    commit(repository, "a leak", file=leaked.secret)
    commit(repository, "deleted", file=None)
    (repository / "kept").write_text(leaked.api_key)
    done = in_shell(block("printenv"), repository, VARIABLE=leaked.token.text)
    assert done.returncode == 0, done.stderr
    assert [re.split("  +", line)[1] for line in done.stdout.splitlines() if ":" in line] == [
        "api_key", "api_key", "user_secret", "token"]
    pipeline = in_shell(block("leaks.json"), repository)
    assert pipeline.returncode == FOUND
    assert len(json.loads((repository / "leaks.json").read_text())["findings"]) == 2


def test_the_documented_taking_back(server, leaked, tmp_path):
    (tmp_path / "production.env").write_text(
        "".join(f"{name}={value}\n" for name, value in server.settings.items()))
    (tmp_path / "production.env").chmod(0o600)
    (tmp_path / "leaked.log").write_text(f"Bearer {leaked.token.text}\n")
    done = in_shell(block("--revoke"), tmp_path)
    assert done.returncode == FOUND, done.stderr
    assert "revoked" in done.stdout
    assert_refused(leaked.token, "revoked")


def test_the_documented_hook(leaked, repository):
    """It refuses to add a credential, and lets one be taken out."""
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.write_text(block("--cached"))
    commit(repository, "before there was a hook", old=leaked.secret)
    hook.chmod(0o755)
    (repository / "new").write_text(leaked.api_key)
    add = "git add -A && git -c user.name=n -c user.email=e@example.com commit -q -m next"
    refused = in_shell(add, repository)
    assert refused.returncode != 0 and "sk-client-..." in refused.stdout + refused.stderr
    assert leaked.api_key not in refused.stdout + refused.stderr
    (repository / "new").unlink()
    (repository / "old").unlink()
    allowed = in_shell(add, repository)
    assert allowed.returncode == 0, allowed.stderr
