"""The numbers and words that tidy.py holds the source to."""

from typing import NamedTuple

LIMITS = {"line": 100, "function": 60, "file": 400, "test_file": 700, "decision": 40}

# "path:function" to the length that it may have at most, for those that are too long as yet.
LONG_FUNCTIONS = {}

# Headers of libraries, and the folders that may include them. () is any folder, in .cc files; the
# wiring, in src itself, asks the libraries for their versions.
WIRING = ""
HEADER_HOMES = [
    (r"openssl/", ("crypto", "net", WIRING)),
    (r"sqlite3\.h", ("store/sqlite", WIRING)),
    (r"libpq", ("store/postgres",)),
    (r"prometheus/", ("observe",)),
    (r"simdjson", ("audit", "http", "openid", "token")),
    (r"httplib", ("openid",)),
    (r"CLI/", ("cli", "simulation")),
    (r"sys/epoll\.h", ("net",)),
    (r"fmt/|regex$|iostream$", ()),
]


class Ban(NamedTuple):
    words: str
    instead: str
    where: str = r"(src|fuzz|bench)/.*\.(cc|h)"
    allowed_in: str = ""


ANY_TEXT = r"(?!.*package-lock\.json)(?!tests/tidy/).*"

TESTS_AND_TOOLS = r".*_test\.cc|src/store/contract/.*|(fuzz|bench)/.*"

BANNED = [
    Ban(r"\bmemcmp\b", "equal_constant_time, or operator== for what is no secret"),
    Ban(r"\b(s?rand|drand48|srandom)\(", "take a Random&"),
    Ban(r"\b[sfv]?n?printf\(|\bputs\(|std::c(out|err)\b", "fmt, or the Log",
        allowed_in=TESTS_AND_TOOLS),
    Ban(r"\bstr(cpy|cat|tok)\(|\bgets\(|\bsprintf\(", "std::string"),
    Ban(r"\bgetenv\(|(::|extern char\*\* )environ\b", "the settings",
        allowed_in=r"src/config/.*|src/main\.cc|.*_test\.cc"),
    Ban(r"system_clock::now", "take a Clock&", allowed_in=r"src/base/time\.cc"),
    Ban(r"std::(format|views|expected|source_location)\b", "see CONTRIBUTING.md: C++ we can use"),
    Ban(r"^using namespace (?!std::(chrono|literals|\w+_literals);)", "name what you use"),
    Ban(r"(?i)\bselect\s+(\w+\.)?\*", "name the columns", where=r"src/.*\.(cc|h|sql)",
        allowed_in=TESTS_AND_TOOLS),
    Ban(r"\bsleep_(for|until)\(|\b[un]?sleep\(", "wait for the event, with a deadline",
        allowed_in=r"src/(net|store/sqlite)/.*(?<!_test)\.cc"),
    Ban(r"\btime\.sleep\(", "poll with a deadline, by tests/lib",
        where=r"tests/(?!tidy/|lib/).*\.py"),
    Ban(r"\b(TODO|FIXME|XXX|HACK)\b", "do it, or file an issue", where=ANY_TEXT),
    Ban(r"(?<![\w.>}*])/(home|root|Users|work|mnt)/\w", "a path of somebody's machine",
        where=ANY_TEXT),
    Ban(r"-----BEGIN [A-Z ]*PRIVATE KEY", "no key belongs here", where=ANY_TEXT),
]
