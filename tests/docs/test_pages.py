"""Every shell block of the guides is run, in order, page by page: here, or by the test that
ELSEWHERE names. A new page is run here by itself, on a running server whose settings file is
/etc/claviger/claviger.env to it; a block that cannot be run has the fence "console"."""

import os
import re

import pytest

from api import create_client
from blocks import assert_runs_as_written, fences, runnable_blocks
from certificates import Chain
from claviger import ROOT, binary, fresh_credentials
from wire import until

# Pages whose blocks have a test of their own: how many there are, and which.
ELSEWHERE = {
    "README.md": (9, "tests/readme/test_readme.py"),
    "docs/tutorial.md": (9, "tests/examples/test_search_api.py"),
    "docs/how-to-gateways.md": (1, "tests/gateways/test_gateways.py"),
    "docs/how-to-install.md": (5, "tests/package/test_life.py"),
    "docs/how-to-leaks.md": (4, "tests/cli/test_scan.py"),
    "docs/how-to-oauth.md": (1, "tests/oauth/test_howto.py"),
    "docs/how-to-keys.md": (4, "tests/security/test_key_rotation.py"),
    "docs/cluster.md": (3, "tests/postgres/test_cluster_page.py"),
}
# Blocks that nobody runs: how many, and why.
CONSOLE = {
    "docs/cluster.md": (2, "systemctl; tests/postgres/test_doctor.py"),
    "docs/how-to-backup.md": (3, "PostgreSQL's own tools"),
    "docs/how-to-install.md": (2, "builds that take long"),
    "docs/how-to-monitor.md": (1, "the journal of systemd"),
    "docs/upgrade.md": (1, "a program of the past"),
}
LANGUAGES = {"sh", "json", "text", "ini", "js", "python", "yaml", "console"}


def pages():
    """The pages with commands in them, by their path: to their text."""
    paths = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in paths}
    return {path: text for path, text in sorted(texts.items())
            if any(language in ("sh", "console") for _, language in fences(text))}


class World:
    """A folder for a page's commands, and a running server that they work on."""

    def __init__(self, start, folder, **settings):
        self.etc, self.home = folder / "etc", folder / "home"
        self.data, self.backups = folder / "lib", folder / "backups"
        self.programs = folder / "programs"
        for path in (self.etc, self.home, self.data, self.backups, self.programs):
            path.mkdir(mode=0o700)
        (self.programs / "claviger").symlink_to(binary())
        self.settings = {**fresh_credentials(), **settings,
                         "CLAVIGER_DATABASE_URL": f"sqlite:{self.data}/claviger.db"}
        self.server = start(**self.settings)
        self.write(self.etc / "claviger.env", self.settings)
        scheme = "https" if self.server.tls else "http"
        self.url = "%s://%s:%d" % (scheme, *self.server.address)
        self.words = {"http://127.0.0.1:8003": self.url, "/etc/claviger": str(self.etc),
                      "/var/lib/claviger": str(self.data), "/var/backups": str(self.backups)}

    @staticmethod
    def write(path, settings):
        path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        path.chmod(0o600)

    def make_party(self):
        """The files that other pages go on with: client-id, api-key, secret, token."""
        client = create_client(self.server, "example_company")
        user = client.create_user("glchat_user")
        for name, text in (("client-id", client.id), ("api-key", client.api_key),
                           ("secret", user.secret), ("token", user.issue().text)):
            (self.home / name).write_text(text)

    def replace(self, text):
        for word, here in self.words.items():
            text = text.replace(word, here)
        return text

    def run(self, blocks, strict=True):
        env = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.home),
               "CLAVIGER_CONFIG": str(self.etc / "claviger.env")}
        assert_runs_as_written(blocks, self.home, self.replace, env, strict)


def of_page(name):
    return runnable_blocks((ROOT / "docs" / name).read_text())


SETTINGS = {"docs/how-to-limits.md": {"CLAVIGER_ATTEMPTS_PER_MINUTE": "3"},
            "docs/admin.md": {"CLAVIGER_PUBLIC_URL": "https://auth.example.com"}}
OWN_TESTS = ("docs/how-to-backup.md", "docs/how-to-environments.md", "docs/how-to-tls.md",
             "docs/how-to-users.md")
# What acts on the machine, and not on the folder of a test.
MACHINES = re.compile(r"\b(systemctl|apt|apt-get|dpkg|sudo|reboot|pkill|killall)\b")


@pytest.mark.parametrize("page", [
    page for page in pages() if page not in (*ELSEWHERE, *OWN_TESTS)])
def test_a_page(start, tmp_path, page):
    blocks = runnable_blocks((ROOT / page).read_text())
    world = World(start, tmp_path, **SETTINGS.get(page, {}))
    world.make_party()
    assert not MACHINES.search("".join(commands for commands, _ in blocks)), "make it console"
    world.run(blocks)


def test_users(start, tmp_path):
    """It makes the files itself that other pages go on with."""
    world = World(start, tmp_path)
    world.run(of_page("how-to-users.md"))
    made = {path.name: path.stat().st_mode & 0o777 for path in world.home.iterdir()}
    assert made == dict.fromkeys(("api-key", "client-id", "secret", "token"), 0o600)


def test_backup(start, tmp_path):
    """The server is ended and started by the test, where the page says systemctl."""
    world = World(start, tmp_path)
    world.make_party()
    (back_up, _), (restore, _) = of_page("how-to-backup.md")
    world.run([(back_up, None)])
    taken, = world.backups.glob("claviger-*.db")
    world.server.stop()
    assert restore.count("systemctl") == 2
    commands = re.sub("systemctl.*\n", "", restore).replace("claviger-2026-01-01.db", taken.name)
    world.run([(commands, None)])
    world.server.start()
    token = (world.home / "token").read_text()
    assert world.server.api.get("/token", {"Authorization": f"Bearer {token}"}).status == 200


def test_environments(start, tmp_path):
    """Two files with the faults that the page shows; the doctor fails because of them."""
    world = World(start, tmp_path)
    key = fresh_credentials()["JWT_SECRET_KEY"]
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    shared.chmod(0o1777)
    own.mkdir(mode=0o700)
    secrets = {"jwt": key, "name": "operator", "password": fresh_credentials()["MASTER_PASSWORD"]}
    for name, text in secrets.items():
        (own / name).write_text(text)
        (own / name).chmod(0o600)
    world.write(world.home / "production.env", {
        "CLAVIGER_ENVIRONMENT": "production", "CLAVIGER_DATABASE_URL": f"sqlite:{shared}/c.db",
        "JWT_SECRET_KEY_FILE": own / "jwt", "MASTER_USERNAME_FILE": own / "name",
        "MASTER_PASSWORD_FILE": own / "password"})
    world.write(world.home / "staging.env", {
        "CLAVIGER_ENVIRONMENT": "staging", "CLAVIGER_DATABASE_URL": f"sqlite:{own}/s.db",
        "CLAVIGER_TOKEN_LIFETIME": "3600", "JWT_SECRET_KEY_FILE": own / "jwt"})
    world.run(of_page("how-to-environments.md"), strict=False)
    assert (world.home / "doctor.json").read_text().startswith("{")


def test_tls(start, tmp_path):
    """The certificate that the first block makes is served to the second."""
    chain = Chain(tmp_path)
    blocks = of_page("how-to-tls.md")
    assert len(blocks) == 3
    first = tmp_path / "first"
    first.mkdir()
    assert_runs_as_written(blocks[:1], first, str, strict=True)
    tls = chain.client()
    tls.load_verify_locations(first / "certificate.pem")
    world = World(lambda **settings: start(tls=tls, **settings), tmp_path,
                  CLAVIGER_TLS_CERTIFICATE=first / "certificate.pem",
                  CLAVIGER_TLS_KEY=first / "certificate-key.pem")
    world.words = {"https://127.0.0.1:8443": world.url, "/etc/claviger": str(first),
                   "pkill -HUP -x claviger": f"kill -HUP {world.server.process.pid}"}
    world.run(blocks[1:])
    until(lambda: '"event":"reloaded"' in world.server.log_text(), "the certificate is read again")


# Nothing is left out


def problems_of(path, text, elsewhere=None, console=None):
    """What of a page's blocks is run by nobody."""
    counted, by = (elsewhere or {}).get(path, (None, None))
    allowed, _ = (console or {}).get(path, (0, ""))
    found = fences(text)
    languages = [language for _, language in found]
    for indentation, language in found:
        if indentation and language == "sh":
            yield f"{path}: an indented block is not run"
        if language not in LANGUAGES:
            yield f"{path}: what is in a block of the language {language!r}?"
    if languages.count("console") != allowed:
        yield f"{path}: {languages.count('console')} console blocks, and CONSOLE says {allowed}"
    if by and languages.count("sh") != counted:
        yield f"{path}: {languages.count('sh')} blocks, and {by} runs {counted}"
    if by and os.path.basename(path) not in (ROOT / by).read_text():
        yield f"{path}: {by} does not run it"


def test_every_block_is_run():
    problems = [problem for path, text in pages().items()
                for problem in problems_of(path, text, ELSEWHERE, CONSOLE)]
    assert not problems, "\n".join(problems)
    gone = (set(ELSEWHERE) | set(CONSOLE) | set(OWN_TESTS) | set(SETTINGS)) - set(pages())
    assert not gone, gone


@pytest.mark.parametrize("text", [
    "```bash\nls\n```", "```\nclaviger client list\n```", "1. x\n   ```sh\n   ls\n   ```",
    "```console\n$ ls\n```", "```sh\nls\n```\n```sh\nls\n```"])
def test_a_block_that_nobody_runs_is_found(text):
    elsewhere = {"README.md": (1, "tests/readme/test_readme.py")}
    assert list(problems_of("README.md", text, elsewhere))
    good = "```sh\nls\n```\n```json\n{}\n```"
    assert not list(problems_of("README.md", good, elsewhere))
    assert list(problems_of("docs/none.md", good, {"docs/none.md": (1, "tests/count.py")}))
