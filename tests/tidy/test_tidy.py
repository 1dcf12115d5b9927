"""The tidy test: the repository has no problem, and each check finds the one it is for."""

import pytest
import tidy
from tidy import Tree

CMAKE = """
# L0
claviger_folder(base LINKS fmt::fmt)
# L1
claviger_folder(http USES base)
claviger_folder(store/sqlite USES base TEST_USES http)
"""


@pytest.fixture(scope="module")
def repository():
    return Tree.of_repository()


@pytest.mark.parametrize("check", tidy.CHECKS, ids=lambda check: check.__name__)
def test_repository(check, repository):
    problems = list(check(repository))
    assert not problems, "\n" + "\n".join(problems)


def problems_of(check, files):
    return list(check(Tree({"src/CMakeLists.txt": CMAKE, **files})))


def body(lines):
    return "int f(int a) {\n" + "  a++;\n" * lines + "  return a;\n}\n"


BAD = [
    ("include_directions", {"src/base/a.cc": '#include "http/b.h"\n'}),
    ("include_directions", {"src/http/a.h": '#include "store/sqlite/b.h"\n'}),
    ("include_directions", {"src/store/sqlite/a.cc": '#include "http/b.h"\n'}),
    ("include_directions", {"src/base/a_test.cc": '#include "http/b.h"\n'}),
    ("include_directions", {"src/store/sqlite/help.h": '#include "http/b.h"\n',
                            "src/store/sqlite/a_test.cc": '#include "store/sqlite/help.h"\n',
                            "src/store/sqlite/a.cc": '#include "store/sqlite/help.h"\n'}),
    ("include_directions", {"src/CMakeLists.txt": "claviger_folder(base USES http)\n"}),
    ("every_source_is_built", {"src/orphan/a_test.cc": ""}),
    ("every_source_is_built", {"src/stray.cc": ""}),
    ("every_source_is_built", {"fuzz/a_fuzz.cc": "", "fuzz/CMakeLists.txt": "b_fuzz"}),
    ("heavy_headers", {"src/http/a.cc": "#include <openssl/evp.h>\n"}),
    ("heavy_headers", {"src/store/store.h": "#include <sqlite3.h>\n"}),
    ("heavy_headers", {"src/http/a.h": "#include <fmt/format.h>\n"}),
    ("headers_come_first", {"src/base/a.cc": '#include <string>\n#include "base/a.h"\n',
                            "src/base/a.h": "#pragma once\n"}),
    ("headers_come_first", {"src/base/a.h": "int a;\n"}),
    ("lengths", {"src/base/a.cc": "/" * 101 + "\n"}),
    ("lengths", {"src/base/a.cc": "\n" * 401}),
    ("lengths", {"tests/a.py": "\n" * 701}),
    ("lengths", {"tests/model/a.pml": "/" * 101 + "\n"}),
    ("function_lengths", {"src/base/a.cc": body(60)}),
    ("function_lengths", {"src/base/a.cc": body(60).replace("(int a)", "(int a,\n      int b)")}),
    ("function_lengths", {"src/base/a.h": "class A {\n  int f() {\n" + "a;\n" * 60 + "  }\n};\n"}),
    ("function_lengths", {"tests/a.py": "def f():\n" + "    pass\n" * 60}),
    ("banned_words", {"src/base/a.cc": "if (memcmp(a, b, 3)) {\n"}),
    ("banned_words", {"src/base/a.cc": "auto now = std::chrono::system_clock::now();\n"}),
    ("banned_words", {"src/http/a.cc": 'getenv("HOME");\n'}),
    ("banned_words", {"src/http/a.cc": "std::snprintf(a, 3, b);\n"}),
    ("banned_words", {"src/store/a.h": 'constexpr auto q = "SELECT * FROM users";\n'}),
    ("banned_words", {"src/base/a_test.cc": "std::this_thread::sleep_for(1s);\n"}),
    ("banned_words", {"tests/http/test_a.py": "time.sleep(1)\n"}),
    ("banned_words", {"docs/a.md": "TODO: write\n"}),
    ("banned_words", {"README.md": "see /home/ann/claviger\n"}),
    ("links", {"docs/a.md": "[b](b.md)\n"}),
    ("links", {"README.md": "[b](../elsewhere.md)\n"}),
    ("links", {"README.md": "see `src/base/gone.cc`\n"}),
    ("decisions", {"docs/decisions/0001-a.md": "\n" * 41}),
    ("decisions", {"docs/decisions/0001-a.md": "", "docs/decisions/0001-b.md": ""}),
    ("decisions", {"docs/decisions/first.md": ""}),
    ("requirements", {"docs/security.md": "| SEC-1 | secrets | how | |\n"}),
    ("requirements", {"docs/security.md": "| SEC-1 | a | how | to come: b |\n"
                                          "| SEC-1 | c | how | to come: d |\n"}),
    ("requirements", {"docs/security.md": "| SEC-1 | secrets | how | `tests/a/test_b.py` |\n",
                      "tests/a/test_b.py": '@pytest.mark.requirement("SEC-11")\n'}),
    ("requirements", {"docs/security.md": "| SEC-1 | secrets | how | `tests/a/b.test.mjs` |\n",
                      "tests/a/b.test.mjs": "// SEC-1\ntest('a test', () => 'SEC-1: a');\n"}),
    ("requirements", {"docs/security.md": "", "src/a_test.cc": "TEST(A, B_SEC_1) {\n"}),
    ("dependencies", {"packaging/debian-packages.txt": "# text\ntest valgrind\n"}),
    ("whitespace", {"src/base/a.cc": "int a; \n"}),
    ("whitespace", {"src/base/a.cc": "int a;"}),
    ("whitespace", {"tests/model/a.pml": "\tskip\n"}),
]
GOOD = [
    ("include_directions", {"src/http/a.cc": '#include "base/b.h"\n#include "http/c.h"\n'}),
    ("include_directions", {"src/store/sqlite/a_test.cc": '#include "http/b.h"\n'}),
    ("include_directions", {"src/store/sqlite/help.h": '#include "http/b.h"\n',
                            "src/store/sqlite/a_test.cc": '#include "store/sqlite/help.h"\n'}),
    ("include_directions", {"src/http/contract/a.h": '#include "base/b.h"\n'}),
    ("include_directions", {"src/main.cc": '#include "http/b.h"\n'}),
    ("every_source_is_built", {"src/http/a_test.cc": "", "src/main.cc": ""}),
    ("heavy_headers", {"src/store/sqlite/a.cc": "#include <sqlite3.h>\n"}),
    ("headers_come_first", {"src/base/a.cc": '// Why.\n#include "base/a.h"\n',
                            "src/base/a.h": "#pragma once\n"}),
    ("function_lengths", {"src/base/a.cc": body(57)}),
    ("function_lengths", {"src/base/a.cc": "namespace a {\n" + body(10) * 9 + "}\n"}),
    ("banned_words", {"src/base/time.cc": "return system_clock::now();\n"}),
    ("banned_words", {"src/base/a.cc": 'auto path = "/users/{id}/tokens";\n'}),
    ("links", {"README.md": "see `src/base` and `docs/b.md`\n", "src/base/a.cc": "",
               "docs/b.md": ""}),
    ("links", {"docs/a.md": "[b](../README.md#top) [c](https://example.org/)\n", "README.md": ""}),
    ("requirements", {"docs/security.md": "| SEC-1 | secrets | how | `tests/a/test_b.py` "
                                          "`src/a_test.cc` |\n| ADM-1 | | | to come: panel |\n",
                      "tests/a/test_b.py": '@pytest.mark.requirement("SEC-1")\n',
                      "src/a_test.cc": "TEST(A, B) {  // SEC-1\n"}),
    ("dependencies", {"packaging/debian-packages.txt": "# text\ntest valgrind\n",
                      "docs/dependencies.md": "| `valgrind` | memory |\n"}),
    ("whitespace", {"src/base/a.cc": "int a;\n"}),
]


@pytest.mark.parametrize("check, files", BAD)
def test_finds(check, files):
    assert problems_of(getattr(tidy, f"check_{check}"), files)


@pytest.mark.parametrize("check, files", GOOD)
def test_lets_pass(check, files):
    assert not problems_of(getattr(tidy, f"check_{check}"), files)


def test_a_long_function_may_only_get_shorter(monkeypatch):
    monkeypatch.setitem(tidy.LONG_FUNCTIONS, "src/base/a.cc:f", 70)
    assert not problems_of(tidy.check_function_lengths, {"src/base/a.cc": body(67)})
    assert problems_of(tidy.check_function_lengths, {"src/base/a.cc": body(68)})
    assert problems_of(tidy.check_function_lengths, {"src/base/a.cc": body(5)})
