"""`claviger doctor`: each planted fault in settings files is found, and no secret shown."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from canary import Canaries
from claviger import binary, command, fresh_credentials

pytestmark = pytest.mark.requirement("ENV-3")


def api_key(folder, environment):
    """A real API key of that environment."""
    database = folder / f"keys-of-{environment}.db"
    made = command(
        *["client", "create", "a company", "--environment", environment],
        *["--database-url", f"sqlite:{database}"],
    )
    assert made.returncode == 0, made
    return made.stdout.decode().strip()


class Environment:
    """A settings file with nothing to say against it, and the secrets beside it."""

    def __init__(self, folder, name):
        self.path = folder / f"{name}.env"
        self.secrets = folder / name
        self.secrets.mkdir(mode=0o700)
        self.database = folder / f"{name}-data"
        self.database.mkdir(mode=0o700)
        self.mode = 0o600
        self.values = {
            "CLAVIGER_ENVIRONMENT": name,
            "CLAVIGER_DATABASE_URL": f"sqlite:{self.database}/claviger.db",
            "JWT_SECRET_KEY_FILE": self.secret("jwt", fresh_credentials()["JWT_SECRET_KEY"]),
            "CLIENT_API_KEY_FILE": self.secret("api-key", api_key(folder, name)),
        }
        self.more = ""

    def secret(self, name, text, mode=0o600):
        path = self.secrets / name
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def read(self, name):
        return (self.secrets / name).read_text().strip()

    def set(self, **values):
        """None takes a line out. The line's number is that of its place among the rest."""
        self.values.update(values)
        return self

    def write(self):
        lines = [f"{name}={value}" for name, value in self.values.items() if value is not None]
        self.path.write_text("\n".join(lines) + "\n" + self.more)
        self.path.chmod(self.mode)

    def line_of(self, name):
        return self.path.read_text().splitlines().index(f"{name}={self.values[name]}") + 1


class Doctor:
    def __init__(self, folder):
        self.folder = folder

    def run(self, *files, status, arguments=()):
        """The findings; holds the whole output against every secret there is."""
        for file in files:
            file.write()
        paths = [str(file.path) for file in files]
        json_run = command("doctor", "--json", *arguments, *paths)
        text_run = command("doctor", *arguments, *paths)
        assert json_run.returncode == text_run.returncode == status, (json_run, text_run)
        answer = json.loads(json_run.stdout)
        assert answer["files"] == paths and answer["passed"] == (status == 0)
        for kind in ("error", "warning", "note"):
            of_kind = [f for f in answer["findings"] if f["severity"] == kind]
            assert answer[kind + "s"] == len(of_kind)
        assert len(text_run.stdout.splitlines()) == len(answer["findings"])
        for run in (json_run, text_run):
            self.assert_no_secret(run.stdout + run.stderr, files)
        return answer["findings"]

    def assert_no_secret(self, output, files):
        canaries = Canaries()
        for file in files:
            for name, value in file.values.items():
                if not name.endswith(
                        ("_URL", "_FILE", "SIGNING_KEY", "_LISTEN", "TLS_KEY", "TLS_CERTIFICATE")
                ):
                    canaries.add(value)
            for path in file.secrets.iterdir():
                canaries.add(path.read_text().strip())
        assert not canaries.leaks_in(output)

    def finds(self, file, severity, setting, words, line=None, files=()):
        """That one file, or several of which it is the first, have this finding."""
        status = 0 if severity == "note" else 1
        findings = self.run(file, *files, status=status)
        matching = [
            f
            for f in findings
            if f["severity"] == severity and f["setting"] == setting and words in f["wrong"]
        ]
        assert len(matching) == 1, findings
        assert matching[0]["file"] == str(file.path)
        if line is not None:
            assert matching[0]["line"] == line
        return matching[0]


@pytest.fixture
def doctor(tmp_path):
    return Doctor(tmp_path)


@pytest.fixture
def production(tmp_path):
    return Environment(tmp_path, "production")


@pytest.fixture
def staging(tmp_path):
    return Environment(tmp_path, "staging")


def test_a_clean_pair_passes(doctor, production, staging):
    assert doctor.run(production, staging, status=0, arguments=["--strict"]) == []


def test_an_empty_value_beside_a_file_is_an_unset_one(doctor, production):
    production.set(JWT_SECRET_KEY="")
    assert doctor.run(production, status=0, arguments=["--strict"]) == []


def test_what_a_good_file_says_starts(doctor, production, start):
    """What the doctor passes, a start takes."""
    doctor.run(production, status=0, arguments=["--strict"])
    start(
        MASTER_USERNAME=None, MASTER_PASSWORD=None, JWT_SECRET_KEY=None, CLAVIGER_DATABASE_URL=None,
        arguments=["--config", str(production.path)],
    )  # fmt: skip


GUESSABLE = "abcdefghijklmnopqrstuvwxyz0123456789"
REFUSED = [
    ({"JWT_SECRET_KEY_FILE": None}, "JWT_SECRET_KEY", "not set"),
    ({"JWT_SECRET_KEY_FILE": None, "JWT_SECRET_KEY": "short"}, "JWT_SECRET_KEY", "32 bytes"),
    ({"JWT_SECRET_KEY_FILE": None, "JWT_SECRET_KEY": GUESSABLE}, "JWT_SECRET_KEY", "sequence"),
    ({"JWT_SECRET_KEY_PREVIOUS": "short"}, "JWT_SECRET_KEY_PREVIOUS", "32 bytes"),
    ({"MASTER_USERNAME": "m", "MASTER_PASSWORD": "changeme1234"}, "MASTER_PASSWORD", "known"),
    ({"MASTER_USERNAME": "m", "MASTER_PASSWORD": "eleven-char"}, "MASTER_PASSWORD", "shorter"),
    ({"CLAVIGER_LISTEN": "0.0.0.0:8003"}, "CLAVIGER_LISTEN", "not a loopback address"),
    ({"CLAVIGER_LISTEN": "nowhere"}, "CLAVIGER_LISTEN", "not an address"),
    ({"CLAVIGER_ENVIRONMENT": "Pro Duction"}, "CLAVIGER_ENVIRONMENT", "environment"),
    ({"CLAVIGER_WORKERS": "0"}, "CLAVIGER_WORKERS", "too low"),
    ({"CLAVIGER_TOKEN_LIFETIME": "99999999"}, "CLAVIGER_TOKEN_LIFETIME", "above"),
    ({"CLAVIGER_DATABASE_URL": "oracle:x"}, "CLAVIGER_DATABASE_URL", "sqlite:"),
    ({"CLAVIGER_WROKERS": "2"}, None, "CLAVIGER_WROKERS is not a setting"),
    ({"HOME": "x"}, None, "not one of a setting"),
    ({"JWT_SECRET_KEY": GUESSABLE}, "JWT_SECRET_KEY", "JWT_SECRET_KEY_FILE is set as well"),
    ({"JWT_SECRET_KEY_FILE": "/nowhere/jwt"}, "JWT_SECRET_KEY_FILE", "cannot read"),
    ({"CLAVIGER_SIGNING_KEY": "/nowhere/key"}, "CLAVIGER_SIGNING_KEY", "cannot read"),
    ({"CLIENT_API_KEY_FILE": None, "CLIENT_API_KEY": "a-key"}, "CLIENT_API_KEY", "mistyped"),
]


@pytest.mark.requirement("SEC-5")
@pytest.mark.parametrize("values, setting, words", REFUSED)
def test_what_a_start_refuses_is_an_error(doctor, production, values, setting, words):
    production.set(**values)
    production.write()
    named = "CLAVIGER_WROKERS" if "CLAVIGER_WROKERS" in values else setting
    line = production.line_of(named) if production.values.get(named) else None
    found = doctor.finds(production, "error", setting, words, line)
    refused = subprocess.run(
        [binary(), "serve", "--config", production.path],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=30,
    )
    assert refused.returncode == 3, (found, refused)


def test_every_bad_line_is_found(doctor, production):
    production.more = "just words\nCLAVIGER_WORKERS= 2\nexport CLAVIGER_LOG_LEVEL=info\n"
    findings = doctor.run(production, status=1)
    assert [(f["severity"], f["line"]) for f in findings] == [
        ("error", 5),
        ("error", 6),
        ("error", 7),
    ]


def test_a_secret_in_the_wrong_place_is_not_shown(doctor, production):
    secret = fresh_credentials()["JWT_SECRET_KEY"]
    for name in ("CLAVIGER_LISTEN", "CLAVIGER_WORKERS", "JWT_SECRET_KEY_FILE"):
        production.secret("misplaced", secret)
        doctor.finds(production.set(**{name: secret}), "error", name, "it")
        production.set(**{name: None})


def mistyped(key):
    return key[:-1] + ("a" if key[-1] != "a" else "b")


def test_a_mistyped_api_key(doctor, production):
    production.secret("api-key", mistyped(production.read("api-key")))
    doctor.finds(production, "error", "CLIENT_API_KEY_FILE", "mistyped")


@pytest.mark.requirement("ENV-2")
def test_an_api_key_of_another_environment(doctor, production, staging):
    production.secret("api-key", api_key(doctor.folder, "test"))
    found = doctor.finds(production, "error", "CLIENT_API_KEY_FILE", '"test"')
    assert '"production"' in found["wrong"]


def key_file(environment, *arguments):
    path = environment.secrets / "signing-key.pem"
    subprocess.run(["openssl", "genpkey", *arguments, "-out", path], check=True)
    path.chmod(0o600)
    return str(path)


def test_a_signing_key_that_does_not_sign(doctor, production):
    path = key_file(production, "-algorithm", "ed448")
    production.set(CLAVIGER_SIGNING_KEY=path)
    doctor.finds(production, "error", "CLAVIGER_SIGNING_KEY", "P-256")


def test_weak_in_development_is_a_warning(doctor, tmp_path):
    development = Environment(tmp_path, "development")
    doctor.finds(development, "note", "CLAVIGER_ENVIRONMENT", "development", line=1)
    development.set(JWT_SECRET_KEY_FILE=None, JWT_SECRET_KEY="short")
    doctor.finds(development, "warning", "JWT_SECRET_KEY", "32 bytes")


def test_permissions(doctor, production):
    production.set(JWT_SECRET_KEY_FILE=None, JWT_SECRET_KEY=production.read("jwt"))
    production.mode = 0o640
    doctor.finds(production, "note", None, "group may read")
    production.mode = 0o660
    doctor.finds(production, "warning", None, "group may change")
    production.mode = 0o604
    doctor.finds(production, "error", None, "everybody on this machine may read")
    production.set(JWT_SECRET_KEY=None, JWT_SECRET_KEY_FILE=str(production.secrets / "jwt"))
    production.mode = 0o602
    doctor.finds(production, "warning", None, "everybody on this machine may change")


def test_files_that_others_can_read(doctor, production):
    production.secret("jwt", production.read("jwt"), mode=0o644)
    doctor.finds(production, "warning", "JWT_SECRET_KEY_FILE", "may read or change")
    production.secret("jwt", production.read("jwt"))
    Path(key_file(production, "-algorithm", "ed25519")).chmod(0o644)
    production.set(CLAVIGER_SIGNING_KEY=production.secrets / "signing-key.pem")
    doctor.finds(production, "error", "CLAVIGER_SIGNING_KEY", "may read or change")


def test_the_databases_place(doctor, production):
    url = production.values["CLAVIGER_DATABASE_URL"]
    database = production.database / "claviger.db"
    database.touch(mode=0o644)
    database.chmod(0o644)
    doctor.finds(production, "warning", "CLAVIGER_DATABASE_URL", "may read or change the database")
    database.unlink()
    production.database.chmod(0o777)
    doctor.finds(production, "warning", "CLAVIGER_DATABASE_URL", "put files into", 2)
    production.database.chmod(0o1777)
    doctor.finds(production, "warning", "CLAVIGER_DATABASE_URL", "put files into its folder")
    production.set(CLAVIGER_DATABASE_URL="sqlite:claviger.db")
    doctor.finds(production, "note", "CLAVIGER_DATABASE_URL", "relative")
    production.set(CLAVIGER_DATABASE_URL=url.replace("-data", "-nowhere"))
    doctor.finds(production, "note", "CLAVIGER_DATABASE_URL", "not there")


@pytest.mark.requirement("SEC-5")
def test_keys_barely_long_enough(doctor, production):
    production.secret("jwt", "81927364550918273645546372819017")
    doctor.finds(production, "warning", "JWT_SECRET_KEY_FILE", "too few different")
    production.secret("jwt", fresh_credentials()["JWT_SECRET_KEY"][:34])
    doctor.finds(production, "note", "JWT_SECRET_KEY_FILE", "barely long enough")


def test_one_secret_for_two_purposes(doctor, production):
    production.set(JWT_SECRET_KEY_PREVIOUS_FILE=production.secret("old", production.read("jwt")))
    doctor.finds(production, "warning", "JWT_SECRET_KEY_PREVIOUS_FILE", "same as JWT_SECRET_KEY")
    production.set(
        JWT_SECRET_KEY_PREVIOUS_FILE=None,
        MASTER_USERNAME_FILE=production.secret("name", fresh_credentials()["MASTER_USERNAME"]),
        MASTER_PASSWORD_FILE=production.secret("password", production.read("jwt") + "\n"),
    )
    doctor.finds(production, "warning", "JWT_SECRET_KEY_FILE", "same as MASTER_PASSWORD")


def test_what_an_operator_should_know(doctor, production):
    fresh = fresh_credentials()
    production.set(MASTER_USERNAME=fresh["MASTER_USERNAME"])
    doctor.finds(production, "warning", "MASTER_PASSWORD", "POST /client is disabled")
    production.set(MASTER_PASSWORD=fresh["MASTER_PASSWORD"])
    production.set(JWT_SECRET_KEY_PREVIOUS=fresh["JWT_SECRET_KEY"])
    doctor.finds(production, "note", "MASTER_PASSWORD", "POST /client is enabled")
    doctor.finds(production, "note", "MASTER_PASSWORD", "stands in the settings file")
    doctor.finds(production, "note", "JWT_SECRET_KEY_PREVIOUS", "still trusted")
    assert doctor.run(production, status=1, arguments=["--strict"])
    production.set(CLAVIGER_ATTEMPTS_PER_MINUTE="0")
    doctor.finds(production, "warning", "CLAVIGER_ATTEMPTS_PER_MINUTE", "not limited")
    production.set(CLAVIGER_ATTEMPTS_PER_MINUTE=None, MASTER_PASSWORD="${PASSWORD_OF_MASTER}")
    doctor.finds(production, "warning", "MASTER_PASSWORD", "nobody filled in")


SECRETS = (
    "MASTER_USERNAME",
    "MASTER_PASSWORD",
    "CLIENT_API_KEY",
    "JWT_SECRET_KEY",
    "JWT_SECRET_KEY_PREVIOUS",
)


@pytest.mark.parametrize("setting", SECRETS)
@pytest.mark.parametrize("here", ["inline", "file", "spaces"])
def test_a_shared_secret_is_found_however_it_is_kept(doctor, production, staging, setting, here):
    for environment in (production, staging):
        fresh = fresh_credentials()
        environment.set(
            MASTER_USERNAME=fresh["MASTER_USERNAME"],
            MASTER_PASSWORD=fresh["MASTER_PASSWORD"],
            JWT_SECRET_KEY_PREVIOUS=fresh["JWT_SECRET_KEY"],
        )
    shared = fresh_credentials()["JWT_SECRET_KEY"]
    if setting == "CLIENT_API_KEY":
        shared = production.read("api-key")
    staging.set(**{setting: None, setting + "_FILE": staging.secret("shared", shared + "\n")})
    production.set(**{setting: None, setting + "_FILE": None})
    if here == "file":
        production.set(**{setting + "_FILE": production.secret("shared", shared)})
    else:
        production.set(**{setting: shared if here == "inline" else f"' {shared} '"})
    written = setting + "_FILE" if here == "file" else setting
    found = doctor.finds(production, "error", written, f"same as {setting} of", files=[staging])
    assert found["other_file"] == str(staging.path)
    assert found["other_line"] == staging.line_of(setting + "_FILE")


@pytest.mark.parametrize("crossed", [False, True])
def test_current_and_previous_keys_are_compared_crosswise(doctor, production, staging, crossed):
    staging.set(JWT_SECRET_KEY_PREVIOUS_FILE=staging.secret("old", production.read("jwt")))
    pair = [staging, production] if crossed else [production, staging]
    settings = ["JWT_SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY"]
    here, there = settings if crossed else reversed(settings)
    doctor.finds(pair[0], "error", here + "_FILE", f"same as {there} of", files=[pair[1]])


def test_a_shared_signing_key_is_found_in_another_encoding(doctor, production, staging):
    one = key_file(production, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    other = staging.secrets / "signing-key.pem"
    subprocess.run(["openssl", "ec", "-in", one, "-out", other], check=True, capture_output=True)
    other.chmod(0o600)
    assert other.read_bytes() != Path(one).read_bytes()
    production.set(CLAVIGER_SIGNING_KEY=one)
    staging.set(CLAVIGER_SIGNING_KEY=other)
    doctor.finds(production, "error", "CLAVIGER_SIGNING_KEY", "same as", files=[staging])


def test_a_shared_audit_key_is_found(doctor, production, staging):
    one, other = key_file(production, "-algorithm", "ed25519"), staging.secrets / "audit.pem"
    other.write_text(Path(one).read_text())
    other.chmod(0o600)
    production.set(CLAVIGER_AUDIT_SIGNING_KEY=one)
    staging.set(CLAVIGER_AUDIT_SIGNING_KEY=str(other))
    doctor.finds(production, "error", "CLAVIGER_AUDIT_SIGNING_KEY", "same as", files=[staging])


def test_a_shared_tls_key_is_found(doctor, production, staging):
    for environment in (production, staging):
        for name in ("tls-key.pem", "tls-certificate.pem"):
            path = environment.secrets / name
            path.write_text("of both: " + name)
            path.chmod(0o600)
        environment.set(CLAVIGER_TLS_KEY=str(environment.secrets / "tls-key.pem"),
                        CLAVIGER_TLS_CERTIFICATE=str(environment.secrets / "tls-certificate.pem"))
    doctor.finds(production, "error", "CLAVIGER_TLS_KEY", "same as", files=[staging])


def test_two_files_of_one_environment(doctor, production, tmp_path):
    (tmp_path / "again").mkdir()
    again = Environment(tmp_path / "again", "production")
    doctor.finds(production, "error", "CLAVIGER_ENVIRONMENT", "as well", line=1, files=[again])


def test_one_database_for_two_environments(doctor, production, staging):
    staging.set(CLAVIGER_DATABASE_URL=production.values["CLAVIGER_DATABASE_URL"])
    doctor.finds(production, "warning", "CLAVIGER_DATABASE_URL", "the same as", 2, [staging])


@pytest.mark.requirement("ENV-2")
def test_an_api_key_of_the_other_environment(doctor, production, staging):
    production.secret("api-key", api_key(doctor.folder, "staging"))
    for files in ([production, staging], [staging, production]):
        findings = doctor.run(*files, status=1)
        errors = [f for f in findings if "the environment of" in f["wrong"]]
        assert [f["file"] for f in errors] == [str(production.path)]
        assert errors[0]["other_file"] == str(staging.path)


def test_of_three_files_each_pair_is_compared(doctor, tmp_path):
    files = [Environment(tmp_path, name) for name in ("one", "two", "three")]
    files[2].secret("jwt", files[0].read("jwt"))
    doctor.finds(files[0], "error", "JWT_SECRET_KEY_FILE", "same as", files=files[1:])


def test_a_file_from_a_pipe(production):
    """As with a program that decrypts it: it is read once."""
    production.write()
    done = command("doctor", "/dev/stdin", "--json", stdin=production.path.read_bytes())
    assert done.returncode == 0, done


def test_unreadable_files_and_usage(doctor, production, tmp_path):
    production.write()
    for arguments in (
        [],
        [tmp_path / "missing.env"],
        [production.path, tmp_path / "missing.env"],
        [tmp_path],
        ["--nonsense", production.path],
    ):
        done = command("doctor", *arguments)
        assert done.returncode == 2 and done.stdout == b"" and done.stderr, done


def test_nothing_of_the_environment_is_mixed_in(production):
    """Not even a bad setting, and the environment's secrets are not shown."""
    production.write()
    env = {"CLAVIGER_ENVIRONMENT": "staging", "JWT_SECRET_KEY": "weak", "CLAVIGER_WORKERS": "x"}
    done = command("doctor", "--strict", production.path, env=env)
    assert done.returncode == 0 and done.stdout == b"", done


def test_nothing_is_started_or_made(doctor, production):
    before = sorted(doctor.folder.rglob("*"))
    doctor.run(production, status=0)
    assert sorted(set(doctor.folder.rglob("*")) - set(before)) == [production.path]


# Databases: those on PostgreSQL in tests/postgres/test_doctor.py


def of_database(doctor, file, status):
    findings = doctor.run(file, status=status, arguments=["--database"])
    return [(f["severity"], f["wrong"]) for f in findings
            if f["setting"] == "CLAVIGER_DATABASE_URL"]


def test_an_sqlite_database_is_looked_at_if_that_is_asked(doctor, production):
    assert of_database(doctor, production, 0) == [("note", "there is no database yet")]
    path = production.database / "claviger.db"
    url = f"sqlite:{path}"
    made = command("database", "migrate", "--database-url", url, "--environment", "production")
    assert made.returncode == 0, made
    assert of_database(doctor, production, 0) == []
    path.unlink()
    command("database", "migrate", "--database-url", url, "--environment", "other")
    ((severity, wrong),) = of_database(doctor, production, 1)
    assert severity == "error" and 'belongs to the environment "other"' in wrong
    path.write_text("no database, but a text " * 100)
    ((severity, wrong),) = of_database(doctor, production, 1)
    assert severity == "error" and "not a database" in wrong
    assert doctor.run(production, status=0) == []
