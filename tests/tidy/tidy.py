"""Reads the source and says what breaks the rules that ARCHITECTURE.md and CONTRIBUTING.md give.

`python3 tests/tidy/tidy.py` prints every problem as FILE:LINE: WHAT. Each check takes a Tree, so
that test_tidy.py can show it made-up files as well as the real ones.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

from rules import BANNED, HEADER_HOMES, LIMITS, LONG_FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]


class Tree:
    """The files under check: path (relative, with "/") to text."""

    def __init__(self, files):
        self.files = files

    @classmethod
    def of_repository(cls):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True).stdout.decode()
        files = {}
        for path in filter(None, listed.split("\0")):
            data = (ROOT / path).read_bytes() if (ROOT / path).is_file() else b"\0"
            if b"\0" not in data and not path.startswith("fuzz/corpus/"):
                files[path] = data.decode("utf-8", "replace")
        return cls(files)

    def matching(self, pattern):
        """(path, text) of the files whose whole path matches the regular expression."""
        return [(p, t) for p, t in sorted(self.files.items()) if re.fullmatch(pattern, p)]

    def lines(self, pattern):
        for path, text in self.matching(pattern):
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line


CPP = r"(src|fuzz|bench)/.*\.(cc|h)"


def folder_of(path):
    return path.removeprefix("src/").rpartition("/")[0]


def folders(tree):
    """The folders of src/CMakeLists.txt, in order: name to (uses, uses of its tests)."""
    text = tree.files.get("src/CMakeLists.txt", "")
    found = {}
    for body in re.findall(r"claviger_folder\(([^)]*)\)", re.sub(r"#.*", "", text)):
        words, key = body.split(), "USES"
        lists = {"USES": [], "TEST_USES": [], "LINKS": [], "TEST_LINKS": []}
        for word in words[1:]:
            if word in lists:
                key = word
            else:
                lists[key].append(word)
        found[words[0]] = (lists["USES"], lists["TEST_USES"])
    return found


def declared_folder(path, known):
    """The folder of src/CMakeLists.txt that a file belongs to: its own, or one around it."""
    folder = folder_of(path)
    while folder and folder not in known:
        folder = folder.rpartition("/")[0]
    return folder


def quoted_includes(tree):
    """(path, line number, included path) of each #include "…" in src."""
    for path, number, line in tree.lines(r"src/.*\.(cc|h)"):
        include = re.match(r'\s*#include "([^"]+)"', line)
        if include:
            yield path, number, "src/" + include[1]


def test_files(tree):
    """The tests, and the headers that only tests include."""
    users = {}
    for path, _, included in quoted_includes(tree):
        users.setdefault(included, set()).add(path)
    tests = {path for path in tree.files if re.fullmatch(r"src/.*_test\.cc", path)}
    found = True
    while found:
        found = {path for path, by in users.items() if path not in tests and by <= tests
                 and path.removesuffix(".h") + ".cc" not in tree.files}
        tests |= found
    return tests


def all_uses(names, known):
    """The folders named, and what they use in turn; names have "_" for "/"."""
    by_name = {name.replace("/", "_"): uses for name, (uses, _) in known.items()}
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += by_name.get(name, [])
    return found


def check_include_directions(tree):
    """A folder includes itself and what src/CMakeLists.txt lets it use, which stands above it."""
    known = folders(tree)
    above = []
    for name, (uses, _) in known.items():
        for used in uses:
            if used not in above:
                yield f"src/CMakeLists.txt: {name} uses {used}, which is not declared above it"
        above.append(name.replace("/", "_"))
    tests = test_files(tree)
    for path, number, included in quoted_includes(tree):
        folder, target = declared_folder(path, known), declared_folder(included, known)
        if not folder or folder == target:
            continue
        uses, test_uses = known[folder]
        allowed = all_uses(uses + test_uses, known) if path in tests else uses
        if target.replace("/", "_") not in allowed:
            yield f"{path}:{number}: {folder} may not include {target} (src/CMakeLists.txt)"


WIRING_SOURCES = ("src/certificate.cc", "src/main.cc", "src/open_store.cc",
                  "src/service_manager.cc", "src/signing_keys.cc", "src/wire.cc")


def check_every_source_is_built(tree):
    """Folders are globbed, so a source is built if and only if its folder is declared."""
    known = folders(tree)
    for path, _ in tree.matching(r"src/.*\.cc"):
        if folder_of(path) not in known and path not in WIRING_SOURCES:
            yield f"{path}:1: nobody builds it: its folder is not in src/CMakeLists.txt"
    fuzz = tree.files.get("fuzz/CMakeLists.txt", "")
    for path, _ in tree.matching(r"fuzz/.*_fuzz\.cc"):
        if Path(path).stem.removesuffix("_fuzz") not in fuzz:
            yield f"{path}:1: nobody builds it: it is not in fuzz/CMakeLists.txt"


def check_heavy_headers(tree):
    """A library's headers stay in the folders that wrap it, or at least out of our headers."""
    for path, number, line in tree.lines(r"src/.*\.(cc|h)"):
        include = re.match(r"\s*#include <([^>]+)>", line)
        for pattern, homes in HEADER_HOMES if include else ():
            if not re.match(pattern, include[1]):
                continue
            if not homes and path.endswith(".h"):
                yield f"{path}:{number}: <{include[1]}> belongs into a .cc file"
            if homes and folder_of(path) not in homes and not path.endswith("_test.cc"):
                yield f"{path}:{number}: <{include[1]}> is for {', '.join(homes)} alone"


def check_headers_come_first(tree):
    """A .cc includes its own header first, which shows that the header compiles alone. Those
    without a .cc are compiled by the debug build (cmake/Folders.cmake)."""
    for path, text in tree.matching(r"src/.*\.cc"):
        own = path.removeprefix("src/").removesuffix(".cc") + ".h"
        if "src/" + own in tree.files:
            first = re.search(r'^#include ["<]([^">]+)[">]', text, re.MULTILINE)
            if not first or first[1] != own:
                yield f"{path}:1: its own header must be its first #include"
    for path, text in tree.matching(r"(src|fuzz|bench)/.*\.h"):
        if not re.search(r"^#pragma once$", text, re.MULTILINE):
            yield f"{path}:1: no #pragma once"


def check_lengths(tree):
    sources = rf"{CPP}|.*\.(py|sh|cmake|pml)|run|test|.*CMakeLists\.txt"
    for path, number, line in tree.lines(sources):
        if len(line) > LIMITS["line"]:
            yield f"{path}:{number}: {len(line)} columns, at most {LIMITS['line']}"
    for path, text in tree.matching(rf"{CPP}|tests/.*\.py"):
        kind = "test_file" if "test" in path else "file"
        lines = text.count("\n")
        if lines > LIMITS[kind]:
            yield f"{path}:1: {lines} lines, at most {LIMITS[kind]}: split it"


NOT_A_FUNCTION = re.compile(
    r"\s*(if|else|for|while|switch|do|try|catch|namespace|class|struct|enum|union|extern|}|return|"
    r"static_assert|case|default|public|private)\b|.*=\s*{$|.*\[.*\].*{$")


def function_name(signature):
    name = re.search(r"([\w:~]+)\s*\(([^)]*)\)?", signature)
    if name and name[1].startswith("TEST"):
        return f"{name[1]}({name[2]})"
    return name and name[1]


def cpp_functions(text):
    """(first line, name, length) of the functions of text that clang-format wrote."""
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        if start and indent == start[0] and line.lstrip().startswith("}"):
            yield start[1], start[2], number - start[1] + 1
            start = None
        if start is None and line.endswith("{") and not NOT_A_FUNCTION.match(line):
            first = signature_start(lines, number)
            signature = " ".join(part.strip() for part in lines[first - 1:number])
            name = function_name(signature)
            if name and not NOT_A_FUNCTION.match(signature):
                indent = len(lines[first - 1]) - len(lines[first - 1].lstrip())
                start = (indent, first, name)


def signature_start(lines, number):
    """The first line of the signature whose last line is `number`."""
    while number > 1 and lines[number - 2].strip() and not re.search(
            r"[;{}]$|^\s*(//|#|public:|private:|protected:)|>$", lines[number - 2].rstrip()):
        number -= 1
    return number


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.name, node.end_lineno - node.lineno + 1


def check_function_lengths(tree):
    """A ratchet: rules.py names the functions that are longer, and they may only get shorter."""
    seen = set()
    for path, text in tree.matching(rf"{CPP}|.*\.py"):
        measure = python_functions if path.endswith(".py") else cpp_functions
        for number, name, length in measure(text):
            key = f"{path}:{name}"
            allowed = LONG_FUNCTIONS.get(key, LIMITS["function"])
            if length > LIMITS["function"]:
                seen.add(key)
            if length > allowed:
                yield f"{path}:{number}: {name} has {length} lines, at most {allowed}: split it"
    for key in LONG_FUNCTIONS.keys() - seen:
        if key.partition(":")[0] in tree.files:
            yield f"tests/tidy/rules.py: {key} is short now: take it off LONG_FUNCTIONS"


def check_banned_words(tree):
    for rule in BANNED:
        for path, number, line in tree.lines(rule.where):
            if re.search(rule.words, line) and not re.fullmatch(rule.allowed_in, path):
                yield f"{path}:{number}: {rule.words}: {rule.instead}"


def is_there(tree, path):
    pictures = path.endswith(".png") and (ROOT / path).exists()  # are no text, so not in the tree
    return path in tree.files or pictures or any(
        other.startswith(path + "/") for other in tree.files)


def check_links(tree):
    """Links between the documents, and the paths that they name, lead somewhere."""
    for path, number, line in tree.lines(r".*\.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
            if re.match(r"[a-z]+:", target):
                continue
            resolved = (ROOT / path).parent.joinpath(target).resolve()
            if not resolved.is_relative_to(ROOT) or not is_there(
                    tree, resolved.relative_to(ROOT).as_posix()):
                yield f"{path}:{number}: the link to {target} leads nowhere"
        for named in re.findall(r"`((?:src|tests|docs|web|fuzz|bench|packaging)/[\w./-]*)`", line):
            if "NNNN" not in named and not is_there(tree, named.rstrip("/")):
                yield f"{path}:{number}: there is no {named}"


def check_decisions(tree):
    """docs/decisions holds short notes with numbers of their own."""
    numbers = {}
    for path, text in tree.matching(r"docs/decisions/.*"):
        name = re.fullmatch(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md", path)
        if not name:
            yield f"{path}:1: a decision is named NNNN-title.md"
        elif name[1] in numbers:
            yield f"{path}:1: has the number of {numbers[name[1]]}"
        else:
            numbers[name[1]] = path
        if text.count("\n") > LIMITS["decision"]:
            yield f"{path}:1: {text.count(chr(10))} lines, at most {LIMITS['decision']}"


REQUIREMENT = r"\b(?:SEC|TOK|ENV|NET|ACC|LIM|LOG|AUD|ADM)-\d+\b"
REQUIREMENTS = "docs/security.md"


def requirements_of(path, text):
    """The requirements whose ids the tests of a file carry."""
    if path.endswith(".py"):
        marks = re.findall(r"mark\.requirement\(([^)]*)\)", text)
        return {id for mark in marks for id in re.findall(REQUIREMENT, mark)}
    if path.endswith(".mjs"):  # `test('ADM-1: …'` and `describe('ADM-1: …'`
        names = re.findall(r"\b(?:test|describe)\(\s*[`'\"]([A-Z0-9, -]+): ", text)
        return {id for name in names for id in re.findall(REQUIREMENT, name)}
    tests = re.findall(r"^(?:TEST|INSTANTIATE)\w*\([^{;]*[{;].*", text, re.MULTILINE)
    return {id for test in tests for id in re.findall(REQUIREMENT, test.replace("_", "-"))}


def check_requirements(tree):
    """Each requirement has tests that carry its id, and each id of a test is a requirement's."""
    if REQUIREMENTS not in tree.files:
        return
    carried = {path: requirements_of(path, text) for path, text in tree.matching(
        r"tests/(?!tidy/).*(test_\w+\.py|\.test\.mjs)|src/.*_test\.cc|src/store/contract/.*\.h")}
    known = {}
    for number, line in enumerate(tree.files[REQUIREMENTS].splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not re.fullmatch(REQUIREMENT, cells[0]):
            continue
        place = f"{REQUIREMENTS}:{number}: {cells[0]}"
        if cells[0] in known:
            yield f"{place} stands in line {known[cells[0]]} already"
        known[cells[0]] = number
        tests = re.findall(r"`([^`]+)`", cells[-1])
        if not tests and not cells[-1].startswith("to come: "):
            yield f"{place} has no test"
        for path in tests:
            if cells[0] not in carried.get(path, ()):
                yield f"{place}: no test of {path} carries it"
    for path, ids in carried.items():
        for unknown in sorted(ids - known.keys()):
            yield f"{path}: {unknown} does not stand in {REQUIREMENTS}"


def check_dependencies(tree):
    """docs/dependencies.md tells of each package that is installed."""
    text = tree.files.get("docs/dependencies.md", "")
    packages = {}
    for path, number, line in tree.lines(r"packaging/debian-packages\.txt"):
        if line and not line.startswith("#"):
            packages.setdefault(line.split()[1], f"{path}:{number}")
    for package, place in packages.items():
        if f"`{package}`" not in text:
            yield f"{place}: {package} has no row in docs/dependencies.md"


def check_whitespace(tree):
    for path, text in tree.matching(r".*\.(cc|h|py|sh|cmake|pml|md|json|yaml|sql|txt)|run|test"):
        if text and not text.endswith("\n"):
            yield f"{path}:1: no newline at its end"
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip() or "\t" in line:
                yield f"{path}:{number}: a tab, or white space at the end"


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]


def main():
    tree = Tree.of_repository()
    problems = [problem for check in CHECKS for problem in check(tree)]
    print("\n".join(problems) or "tidy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
