"""Issues tokens as fast as it goes, each for the shortest lifetime, until they have all expired and
gone: rows, file and memory must not grow without end, nor issuing slow down."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import tokens as issued_tokens
from databases import seeded
from loads import issue_requests, load
from machine import end_cleanly, machine_text, until
from report import bytes_text, number_text, table
from servers import Claviger

LIFETIME_SECONDS = 60
FULL, SHORT = 50_000_000, 200_000
STEPS = 50  # lines of progress
HEADS = ["issued", "minutes", "issues/s", "p99 ms", "CPU µs/issue", "rows", "database", "resident"]


def parse():
    parser = argparse.ArgumentParser(prog="bench/soak", description=__doc__)
    parser.add_argument("--tokens", type=int, default=FULL, help="how many (default 50 million)")
    parser.add_argument("--short", action="store_true",
                        help=f"{SHORT:,} tokens: shows that it works")
    parser.add_argument("--folder", help="where the database goes (default: the system's)")
    parser.add_argument("--hours", type=float, default=12,
                        help="give up after so long (default 12)")
    return parser.parse_args()


class Soak:
    def __init__(self, server, requests, deadline):
        self.server = server
        self.requests = requests
        self.deadline = deadline
        self.begin = time.monotonic()
        self.issued = 0
        self.rows = []

    def minutes(self):
        return (time.monotonic() - self.begin) / 60

    def step(self, count):
        """Issues so many more, and says how it stands."""
        if time.monotonic() > self.deadline:
            raise TimeoutError("the soak took too long")
        cpu = self.server.cpu_seconds()
        sample, said = load(self.server.port, "--requests", self.requests, seconds=3_600,
                            requests_count=count)
        if sample.answers != count:
            raise RuntimeError(f"of {count} issues {sample.answers} succeeded: {said}")
        self.issued += count
        sample.cpu_seconds = self.server.cpu_seconds() - cpu
        self.note(number_text(sample.rate), number_text(sample.p99 / 1e3),
                  number_text(sample.cpu_us))

    def note(self, rate="–", p99="–", cpu="–"):
        cells = [f"{self.issued:,}", f"{self.minutes():.1f}", rate, p99, cpu,
                 f"{self.server.token_rows():,}", bytes_text(self.server.database.size_bytes()),
                 bytes_text(self.server.resident_bytes())]
        self.rows.append(cells)
        print("  ".join(f"{head} {cell}" for head, cell in zip(HEADS, cells)), flush=True)

    def wait_until_gone(self, rows_before):
        """Until the rows of all expired tokens have gone by themselves."""
        def are_gone():
            time.sleep(10)
            self.note()
            return self.server.token_rows() <= rows_before
        until(are_gone, self.deadline - time.monotonic(), "all expired tokens are gone")


def expired_is_refused(server, token):
    status, _, body = server.check(token)
    if status != 401 or b"expired" not in body:
        raise RuntimeError(f"an expired token was answered with {status} {body!r}")


def main():
    arguments = parse()
    count = SHORT if arguments.short else arguments.tokens
    end_cleanly()
    print(machine_text(), flush=True)
    with tempfile.TemporaryDirectory(prefix="claviger-soak-", dir=arguments.folder) as name:
        folder = Path(name)
        database = seeded(10_000, 1_000).copy_to(folder, "soak")
        requests = issue_requests(folder / "requests", database.users, database.api_key,
                                  expires_in=LIFETIME_SECONDS)
        # Each issue is a line of the log at its usual level: that would fill the disk.
        with Claviger(database, folder, CLAVIGER_TOKEN_RETENTION=0,
                      CLAVIGER_TOKEN_LIFETIME=LIFETIME_SECONDS,
                      CLAVIGER_LOG_LEVEL="warning") as server:
            soak = Soak(server, requests, time.monotonic() + arguments.hours * 3_600)
            rows_before = server.token_rows()
            first = issued_tokens.issue(server, 1)[0]
            steps = STEPS if not arguments.short else 5
            for _ in range(steps):
                soak.step(count // steps)
            soak.wait_until_gone(rows_before)
            expired_is_refused(server, first)
    print("\n" + table(HEADS, soak.rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
