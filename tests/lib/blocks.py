"""The commands of a document, run in order in one shell, and compared with what it says they print.

A ```sh block is run; the ```json or ```text block after it is what it prints, where … stands for
anything on one line.
"""

import os
import re
import subprocess

BLOCK = re.compile(r"^```(sh|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "end-of-block"


def runnable_blocks(text):
    """[(commands, expected output)] of a Markdown text."""
    blocks = []
    for kind, body in BLOCK.findall(text):
        if kind == "sh":
            blocks.append((body, ""))
        elif blocks:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + body)
    return blocks


def fences(text):
    """[(indentation, language)] of all fenced blocks of a Markdown text."""
    found, mark = [], None
    for line in text.splitlines():
        fence = re.match(r"( *)(`{3,}|~{3,})(\S*)", line)
        if mark is None and fence:
            mark = fence[2]
            found.append((len(fence[1]), fence[3]))
        elif fence and fence[2].startswith(mark) and not fence[3]:
            mark = None
    return found


def matches(expected, printed):
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip()) is not None


def run_in_one_shell(folder, scripts, env=None):
    """What each script prints, run one after the other in one shell."""
    text = "".join(f"{script}\nprintf '%s\\n' {END}\n" for script in scripts)
    done = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True,
                          timeout=60, env={**os.environ, **(env or {})})
    assert done.returncode == 0, done.stderr
    return [part.replace("\r", "") for part in done.stdout.split(END + "\n")[:-1]]


def assert_runs_as_written(blocks, folder, replace, env=None, strict=False):
    """Runs blocks of `runnable_blocks`; `replace` puts this run's addresses into each. `strict`:
    each command has to succeed, and what one prints is compared if the document shows it."""
    scripts = [replace(commands) for commands, _ in blocks]
    if strict:
        scripts[0] = "set -e -o pipefail\n" + scripts[0]
    printed = run_in_one_shell(folder, scripts, env)
    for (commands, expected), output in zip(blocks, printed, strict=True):
        if strict and not expected:
            continue
        assert matches(expected, output), f"{commands}\nexpected: {expected}\nprinted: {output}"
