"""The completion that the binary prints, in the shells that it is for."""

import os
import pty
import shlex
import subprocess

import pytest

from claviger import command

TIMEOUT_S = 30


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        done = command("completion", shell)
        assert done.returncode == 0 and done.stderr == b""
        (folder / shell).write_bytes(done.stdout)
    return folder


def output_of(arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=True, **options)
    assert done.stderr == ""
    return done.stdout.splitlines()


def bash_offers(scripts, line):
    words = shlex.split(line) + ([""] if line.endswith(" ") else [])
    call = (f"source {shlex.quote(str(scripts / 'bash'))}\n"
            f"COMP_WORDS=({shlex.join(words)})\nCOMP_CWORD={len(words) - 1}\n_claviger\n"
            'printf "%s\\n" "${COMPREPLY[@]}"')
    return [word for word in output_of(["bash", "-uc", call]) if word]


def fish_offers(scripts, line):
    call = f"source {shlex.quote(str(scripts / 'fish'))}; complete -C {shlex.quote(line)}"
    env = {"PATH": os.environ["PATH"], "HOME": str(scripts), "LC_ALL": "C.UTF-8"}
    lines = output_of(["fish", "--no-config", "-c", call], env=env, cwd=scripts)
    return [line.split("\t")[0] for line in lines]


def zsh_makes(scripts, line):
    """What stands in the line after TAB."""
    (scripts / "rc.zsh").write_text(
        f"autoload -U compinit && compinit -u -d {scripts}/dump\nsource {scripts}/zsh\n"
        f"show() {{ print -rn -- $BUFFER > {scripts}/line; exit }}\n"
        "zle -N show\nbindkey '^I' complete-word\nbindkey '^X' show\nprint READY\n")
    (scripts / "line").unlink(missing_ok=True)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"],
                   {"PATH": os.environ["PATH"], "HOME": str(scripts), "TERM": "dumb"})
    try:
        os.write(terminal, f"source {scripts}/rc.zsh\n".encode())
        read_until(terminal, b"READY\r\n")
        os.write(terminal, line.encode() + b"\t\x18")
        read_until(terminal, None)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return (scripts / "line").read_text()


def read_until(terminal, end):
    """Reads until `end` came, or the terminal is closed."""
    said = b""
    while end is None or end not in said:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            piece = b""
        if not piece:
            assert end is None, said
            return
        said += piece


OFFERED = [
    ("claviger cli", ["client"]),
    ("claviger client r", ["rotate"]),
    ("claviger client rotate --gr", ["--grace-period"]),
    ("claviger client rotate --grace-period 60 --rev", ["--revoke-tokens"]),
    ("claviger token list --json --st", ["--state"]),
    ("claviger scan --hi", ["--history"]),
    ("claviger serve --lis", ["--listen"]),
    ("claviger completion ", ["bash", "zsh", "fish", "--help"]),
]


@pytest.mark.parametrize("line, offered", OFFERED)
def test_bash(scripts, line, offered):
    assert bash_offers(scripts, line) == offered


def test_bash_leaves_values_to_files(scripts):
    assert bash_offers(scripts, "claviger serve --config ") == []


@pytest.mark.parametrize("line, offered", OFFERED)
def test_fish(scripts, line, offered):
    words = [word for word in fish_offers(scripts, line) if word != "-h"]
    wanted = [word for word in offered if word != "--help"]  # fish offers options after a "-"
    assert sorted(words) == sorted(wanted)


def test_fish_offers_files_for_values(scripts):
    (scripts / "some.env").touch()
    assert "some.env" in fish_offers(scripts, "claviger serve --config so")


@pytest.mark.parametrize("line, offered", OFFERED[:-1])
def test_zsh(scripts, line, offered):
    begun = line.rpartition(" ")[0]
    assert zsh_makes(scripts, line).strip() == f"{begun} {offered[0]}"
