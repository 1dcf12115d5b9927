"""The manual pages: made by the program from its own tables, and such as mandoc and groff take."""

import gzip
import re
import shutil
import subprocess

import pytest

from claviger import ROOT, binary, command

DATE = "1700000000"  # 2023-11-14


def write(folder, **env):
    done = command("reference", "man", folder, env=env)
    assert done.returncode == 0, done.stderr
    pages = sorted(folder.iterdir())
    assert sorted(done.stdout.decode().split()) == [str(page) for page in pages]
    return pages


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return write(tmp_path_factory.mktemp("man"), SOURCE_DATE_EPOCH=DATE)


def shown(page):
    done = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=100", page], capture_output=True,
                          check=True)
    return re.sub(".\b", "", done.stdout.decode())


def test_there_is_a_page_for_each_group_and_the_settings(pages):
    names = {page.name for page in pages}
    commands = re.findall(r"^  ([a-z]+) ", command("--help").stdout.decode().split(
        "Subcommands:")[1].split("Examples:")[0], re.MULTILINE)
    assert names == {"claviger.1", "claviger.env.5", *(f"claviger-{c}.1" for c in commands)}
    assert "reference" not in commands


def test_the_tools_have_nothing_to_say(pages):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True,
                          check=False)
    assert done.returncode == 0 and done.stdout == b"", done.stdout.decode()
    for page in pages:
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True,
                              check=False)
        assert done.returncode == 0 and done.stderr == b"", done.stderr.decode()


def test_a_page_says_what_the_help_says(pages):
    by_name = {page.name: " ".join(shown(page).split()) for page in pages}
    database = by_name["claviger-database.1"]
    for words in ("claviger database restore [OPTIONS] FILE", "--accept-revived",
                  "claviger-database - the database: its schema and what it holds",
                  "see claviger.env(5)", "2023-11-14"):
        assert words in database, words
    settings = by_name["claviger.env.5"]
    for words in ("JWT_SECRET_KEY, JWT_SECRET_KEY_FILE", "CLAVIGER_LISTEN, --listen ADDRESS:PORT",
                  "Default: 127.0.0.1:8003", "THE SETTINGS FILE", "quotes"):
        assert words in settings, words
    for name in re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/reference/settings.md").read_text(),
                           re.MULTILINE):
        assert name in settings, name
    assert r"\fB\~#\fR" in (pages[0].parent / "claviger.env.5").read_text()  # with its space
    assert "The settings are in claviger.env(5)." in by_name["claviger.1"]
    assert "Exit status:" in by_name["claviger.1"] and "6 the database" in by_name["claviger.1"]
    assert by_name["claviger-serve.1"].count("CLAVIGER_") < 5


def test_every_command_has_its_place(pages):
    text = "".join(" ".join(shown(page).split()) for page in pages)
    for name in re.findall(r"^## (claviger.*)$", (ROOT / "docs/reference/cli.md").read_text(),
                           re.MULTILINE):
        assert name in text, name


def test_the_same_date_makes_the_same_bytes(pages, tmp_path):
    for page in write(tmp_path / "again", SOURCE_DATE_EPOCH=DATE):
        assert page.read_bytes() == (pages[0].parent / page.name).read_bytes()


def test_the_build_dates_them_by_the_last_commit(tmp_path):
    env = {"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": DATE}
    subprocess.run([ROOT / "packaging/man.sh", binary(), tmp_path / "man"], env=env, check=True)
    assert "2023-11-14" in (tmp_path / "man/claviger.1").read_text()
    del env["SOURCE_DATE_EPOCH"]
    subprocess.run([ROOT / "packaging/man.sh", binary(), tmp_path / "man"], env=env, check=True)
    day = subprocess.run(["git", "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%d"],
                         cwd=ROOT, env={**env, "TZ": "UTC"}, capture_output=True, text=True,
                         check=False).stdout.strip()
    assert f'"{day}"' in (tmp_path / "man/claviger.1").read_text()


def test_man_shows_them(pages, tmp_path):
    """As a package installs them."""
    if not shutil.which("man"):
        pytest.skip("no man here")
    folder = tmp_path / "man" / "man1"
    folder.mkdir(parents=True)
    page = (pages[0].parent / "claviger.1").read_bytes()
    (folder / "claviger.1.gz").write_bytes(gzip.compress(page))
    done = subprocess.run(["man", "-M", tmp_path / "man", "--warnings", "claviger"],
                          capture_output=True, check=True, env={"PATH": "/usr/bin:/bin",
                                                                "LC_ALL": "C.UTF-8"})
    assert b"claviger" in done.stdout and done.stderr == b""


def test_what_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    done = command("reference", "man", tmp_path / "file" / "man")
    assert done.returncode == 2 and b"cannot be written" in done.stderr
