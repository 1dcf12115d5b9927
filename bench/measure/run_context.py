"""What all measurements of one run share."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from databases import seeded
from machine import end_cleanly
from report import interleaved


@dataclass
class Sizes:
    """Live tokens in the databases; there are ten tokens a user."""

    small: int = 10_000
    middle: int = 1_000_000
    large: int = 10_000_000


QUICK = Sizes(middle=100_000, large=400_000)


@dataclass
class Run:
    rounds: int
    seconds: int  # of each load
    sizes: Sizes
    folder: Path  # for everything temporary
    rows: list = field(default_factory=list)
    details: list = field(default_factory=list)  # (title, Markdown)

    def seeded(self, tokens):
        return seeded(tokens, max(tokens // 10, 1))

    def place(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder

    def interleaved(self, *measures):
        return interleaved(self.rounds, *measures)

    def say(self, what):
        print(f"measuring {what} …", flush=True)


def temporary_run(arguments):
    """A context manager's folder and the Run in it, by the command line's --quick and so on."""
    end_cleanly()
    holder = tempfile.TemporaryDirectory(prefix="claviger-bench-", dir=arguments.folder)
    run = Run(rounds=arguments.rounds or (3 if arguments.quick else 5),
              seconds=arguments.seconds or (1 if arguments.quick else 4),
              sizes=QUICK if arguments.quick else Sizes(), folder=Path(holder.name))
    return holder, run


def add_options(parser):
    parser.add_argument("--quick", action="store_true",
                        help="small databases and short rounds: shows that all works, no more")
    parser.add_argument("--rounds", type=int, help="of each measurement (default 5, quick: 3)")
    parser.add_argument("--seconds", type=int, help="of each load (default 4, quick: 1)")
    parser.add_argument("--folder", help="where temporary databases go: a folder on the disk in "
                                         "question (default: the system's)")
