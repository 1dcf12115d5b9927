"""Settings: where they come from, and what is said of bad ones."""

import os
import stat

import pytest

from api import Api, create_client
from claviger import Server, command, fresh_credentials

CANARY = "c4nary-Secret-That-Must-Not-Be-Shown-0987654321"


def refused(arguments=(), **settings):
    """The lines with which a start is refused."""
    server = Server(arguments=arguments, **settings)
    try:
        status, errors = server.run_to_end()
        assert status == 3, (status, errors)
        assert not server.database.exists()
        assert "Traceback" not in errors and "terminate called" not in errors
        return errors
    finally:
        server.finish()


def lines_naming(errors, name):
    return [
        line
        for line in errors.splitlines()
        if line.startswith(name) or f'"{name}' in line or f" {name}" in line
    ]


BAD = {
    "CLAVIGER_ENVIRONMENT": ["Production", "", "a--b", "-a", "a-", "1a", "a b", "x" * 33, "é"],
    "CLAVIGER_LISTEN": [
        "",
        "x",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:99999",
        "127.0.0.1:-1",
        ":8003",
        "localhost",
        "127.0.0.1:80x",
        "[::1",
        "127.0.0.1:0,",
        "1.2.3:80",
    ],
    "CLAVIGER_DATABASE_URL": [
        "",
        "claviger.db",
        "mysql://x",
        "sqlite:",
        "postgresql:x",
        "postgresql://localhost/\n",
    ],
    "CLAVIGER_WORKERS": ["0", "-1", "x", "1.5", "100000", " 2"],
    "CLAVIGER_TOKEN_LIFETIME": ["0", "59", "-60", "x", "1e3", "60s", "99999999999999999999"],
    "CLAVIGER_TOKEN_LIFETIME_MAX": ["0", "59", "x", "-1"],
    "CLAVIGER_LOG_LEVEL": ["verbose", "INFO ", "3"],
    "CLAVIGER_TRUSTED_PROXIES": ["x", "127.0.0.1,", "127.0.0.1/33", "10.0.0.1/8", "::/0", "[::1]"],
}
BAD_CASES = [
    (name, value) for name, values in BAD.items() for value in values if value != ""
]  # an empty variable is an unset one


@pytest.mark.parametrize("name, value", BAD_CASES)
def test_a_bad_setting_is_named(name, value):
    errors = refused(**{name: value})
    assert lines_naming(errors, name), errors


def test_all_bad_settings_are_listed_at_once():
    bad = {
        "CLAVIGER_ENVIRONMENT": "Not Good",
        "CLAVIGER_LISTEN": "nowhere",
        "CLAVIGER_WORKERS": "0",
        "CLAVIGER_TOKEN_LIFETIME": "5",
        "CLAVIGER_LOG_LEVEL": "loud",
        "JWT_SECRET_KEY": None,
        "CLAVIGER_DATABASE_URL": "oracle:x",
    }
    errors = refused(**bad)
    for name in bad:
        assert len(lines_naming(errors, name)) == 1, (name, errors)
    assert len(errors.splitlines()) <= len(bad) + 1


def test_default_lifetime_above_the_maximum():
    errors = refused(CLAVIGER_TOKEN_LIFETIME="600", CLAVIGER_TOKEN_LIFETIME_MAX="300")
    assert lines_naming(errors, "CLAVIGER_TOKEN_LIFETIME")


@pytest.mark.requirement("NET-2")
@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "127.0.0.1:0,0.0.0.0:0"])
def test_plain_http_off_loopback_is_refused_and_says_why(address):
    errors = refused(CLAVIGER_LISTEN=address)
    assert "loopback" in errors and lines_naming(errors, "CLAVIGER_LISTEN")


WEAK_KEYS = [
    "short",
    "a" * 40,
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "0123456789" * 4,
    "your-256-bit-secret",
    "abcabcabcabcabcabcabcabcabcabcabcabc",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "change-me-change-me-please-change-me",
]
WEAK_PASSWORDS = ["short", "elevenchars", "changeme1234", "password1234", "administrator"]


@pytest.mark.requirement("SEC-5")
@pytest.mark.parametrize(
    "name, value",
    [("JWT_SECRET_KEY", key) for key in WEAK_KEYS]
    + [("MASTER_PASSWORD", word) for word in WEAK_PASSWORDS],
)
def test_weak_settings_stop_the_start_outside_development(name, value):
    errors = refused(CLAVIGER_ENVIRONMENT="production", **{name: value})
    assert lines_naming(errors, name)
    if len(value) > 12:
        assert value not in errors


@pytest.mark.requirement("SEC-5")
def test_weak_settings_are_warnings_in_development(start):
    server = start(JWT_SECRET_KEY="short", MASTER_PASSWORD="weak")
    create_client(server).create_user().issue().check()
    assert server.stop() == 0
    warned = [line for line in server.log() if line["level"] == "warning"]
    assert any("JWT_SECRET_KEY" in str(line) for line in warned)
    assert any("MASTER_PASSWORD" in str(line) for line in warned)


def test_jwt_secret_key_is_required():
    assert lines_naming(refused(JWT_SECRET_KEY=None), "JWT_SECRET_KEY")
    assert lines_naming(refused(JWT_SECRET_KEY=""), "JWT_SECRET_KEY")


@pytest.mark.requirement("SEC-6")
@pytest.mark.parametrize(
    "name",
    [
        "MASTER_USERNAME",
        "MASTER_PASSWORD",
        "JWT_SECRET_KEY",
        "CLIENT_API_KEY",
        "JWT_SECRET_KEY_PREVIOUS",
    ],
)
def test_no_secret_is_taken_from_the_command_line(name):
    flag = "--" + name.lower().replace("_", "-")
    done = command("serve", flag, "x", env=fresh_credentials())
    assert done.returncode == 2
    assert name.lower().replace("_", "-").encode() not in command("serve", "--help").stdout


def test_a_secret_from_a_file(tmp_path, start):
    key = tmp_path / "key"
    key.write_text("a-key-of-more-than-32-bytes-Zx81Qw\n")
    key.chmod(0o600)
    server = start(JWT_SECRET_KEY=None, JWT_SECRET_KEY_FILE=str(key))
    create_client(server).create_user().issue().check()


@pytest.mark.parametrize(
    "name",
    [
        "MASTER_USERNAME",
        "MASTER_PASSWORD",
        "JWT_SECRET_KEY",
        "CLIENT_API_KEY",
        "JWT_SECRET_KEY_PREVIOUS",
    ],
)
def test_bad_secret_files(tmp_path, name):
    missing = refused(**{name: None, name + "_FILE": str(tmp_path / "missing")})
    assert lines_naming(missing, name + "_FILE")
    directory = refused(**{name: None, name + "_FILE": str(tmp_path)})
    assert lines_naming(directory, name + "_FILE")


def test_a_secret_twice_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_text(CANARY)
    key.chmod(0o600)
    errors = refused(JWT_SECRET_KEY_FILE=str(key))
    assert lines_naming(errors, "JWT_SECRET_KEY_FILE")
    assert CANARY not in errors


def test_a_secret_file_that_others_can_read_is_warned_of(tmp_path, start):
    """No more than that: Docker and Kubernetes mount secrets so by default (decision 0030)."""
    key = tmp_path / "key"
    key.write_text("a-key-of-more-than-32-bytes-Zx81Qw\n")
    key.chmod(0o644)
    server = start(
        CLAVIGER_ENVIRONMENT="production", JWT_SECRET_KEY=None, JWT_SECRET_KEY_FILE=str(key)
    )
    server.stop()
    warned = [line["detail"] for line in server.log() if line["level"] == "warning"]
    assert len(warned) == 1 and warned[0].startswith("JWT_SECRET_KEY_FILE: ")


def settings_file(tmp_path, text, mode=0o600):
    path = tmp_path / "claviger.env"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_settings_file(tmp_path, start):
    text = "# a comment\n\n" + "".join(f"{k}={v}\n" for k, v in fresh_credentials().items())
    path = settings_file(tmp_path, text + 'CLAVIGER_TOKEN_LIFETIME="300"\n')
    server = start(
        MASTER_USERNAME=None, MASTER_PASSWORD=None, JWT_SECRET_KEY=None, CLAVIGER_CONFIG=str(path)
    )
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    server.settings.update(values)
    assert create_client(server).create_user().issue().fields["expires_in"] == 300


def test_precedence(tmp_path, start):
    """Flag, then environment, then file, then default."""
    path = settings_file(
        tmp_path, "CLAVIGER_TOKEN_LIFETIME=100\nCLAVIGER_TOKEN_LIFETIME_MAX=5000\n"
    )

    def lifetime(**more):
        server = start(CLAVIGER_CONFIG=str(path), **more)
        user = create_client(server).create_user()
        assert user.login(expires_in=5001).status == 422
        return user.issue().fields["expires_in"]

    assert lifetime() == 100
    assert lifetime(CLAVIGER_TOKEN_LIFETIME="200") == 200
    assert lifetime(CLAVIGER_TOKEN_LIFETIME="200", arguments=["--token-lifetime", "300"]) == 300


@pytest.mark.parametrize(
    "text, named",
    [
        ("CLAVIGER_WROKERS=2\n", "line 1"),
        ("CLAVIGER_WORKERS=2\nCLAVIGER_WORKERS=3\n", "2"),
        ("just words\n", "1"),
        ("=x\n", "1"),
        ('CLAVIGER_WORKERS="2\n', "1"),
        ("CLAVIGER_WORKERS=zero\n", "CLAVIGER_WORKERS"),
    ],
)
def test_bad_settings_files(tmp_path, text, named):
    errors = refused(CLAVIGER_WORKERS=None, CLAVIGER_CONFIG=str(settings_file(tmp_path, text)))
    assert named in errors


def test_a_missing_settings_file(tmp_path):
    errors = refused(CLAVIGER_CONFIG=str(tmp_path / "missing"))
    assert "missing" in errors


def test_secrets_of_a_bad_file_are_not_shown(tmp_path):
    text = f"MASTER_PASSWORD {CANARY}\nJWT_SECRET_KEY='{CANARY}\n{CANARY}\n"
    errors = refused(CLAVIGER_CONFIG=str(settings_file(tmp_path, text)))
    assert CANARY not in errors and CANARY[:12] not in errors


def test_unknown_flags_and_commands():
    for arguments in (["serve", "--nonsense"], ["serve", "extra"], ["nonsense"], ["--nonsense"]):
        done = command(*arguments, env=fresh_credentials())
        assert done.returncode == 2, (arguments, done)
        assert done.stdout == b"" and done.stderr


def test_help_names_every_setting():
    text = command("serve", "--help").stdout.decode()
    for name in (
        "MASTER_USERNAME",
        "MASTER_PASSWORD",
        "CLIENT_API_KEY",
        "JWT_SECRET_KEY",
        "CLAVIGER_ENVIRONMENT",
        "CLAVIGER_LISTEN",
        "CLAVIGER_TLS_CERTIFICATE",
        "CLAVIGER_TLS_KEY",
        "CLAVIGER_TRUSTED_PROXIES",
        "CLAVIGER_DATABASE_URL",
        "CLAVIGER_WORKERS",
        "CLAVIGER_TOKEN_LIFETIME",
        "CLAVIGER_TOKEN_LIFETIME_MAX",
        "CLAVIGER_LOG_LEVEL",
        "CLAVIGER_CONFIG",
    ):
        assert name in text, name


def test_several_listening_addresses(start):
    server = start(CLAVIGER_LISTEN="127.0.0.1:0,127.0.0.2:0")
    assert [host for host, _ in server.addresses] == ["127.0.0.1", "127.0.0.2"]
    for address in server.addresses:
        assert Api(address, server.canaries).get("/healthz").status == 200


def test_an_address_in_use(start):
    server = start()
    port = server.address[1]
    second = Server(CLAVIGER_LISTEN=f"127.0.0.1:{port}")
    try:
        status, errors = second.run_to_end()
        assert status not in (0, None) and str(port) in errors
    finally:
        second.finish()


def test_the_database_file_is_private_whatever_the_umask(start):
    old = os.umask(0)
    try:
        server = start()
    finally:
        os.umask(old)
    for path in server.directory.glob("claviger.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("make", ["directory", "garbage", "unwritable folder", "other database"])
def test_unusable_databases(tmp_path, make):
    path = tmp_path / "claviger.db"
    if make == "directory":
        path.mkdir()
    elif make == "garbage":
        path.write_bytes(os.urandom(8192))
    elif make == "unwritable folder":
        path = tmp_path / "no" / "such" / "folder" / "claviger.db"
    else:
        import sqlite3

        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE notes (text TEXT)")
        other.close()
    before = path.read_bytes() if path.is_file() else None
    server = Server(CLAVIGER_DATABASE_URL=f"sqlite:{path}")
    try:
        status, errors = server.run_to_end()
        assert status not in (0, None) and status > 0
        assert "terminate called" not in errors
        assert (path.read_bytes() if path.is_file() else None) == before
    finally:
        server.finish()
