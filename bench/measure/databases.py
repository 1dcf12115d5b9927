"""Seeded databases. Making one takes up to minutes, so they are kept in build/bench/databases."""

import hashlib
import shutil
import subprocess
from functools import cached_property
from pathlib import Path

from machine import ROOT, TOOLS

KEPT = ROOT / "build" / "bench" / "databases"
SAMPLE = 10_000


class Database:
    """A folder that seed_database made."""

    def __init__(self, folder, file=None):
        self.folder = Path(folder)
        self.file = Path(file or self.folder / "claviger.db")

    def _lines(self, name):
        return (self.folder / name).read_text().split("\n")[:-1]

    @cached_property
    def tokens(self):
        return self._lines("tokens")

    @cached_property
    def users(self):
        """(identifier, secret) pairs of the first client."""
        return [tuple(line.split(" ")) for line in self._lines("users")]

    @cached_property
    def api_key(self):
        return (self.folder / "api_key").read_text()

    @cached_property
    def signing_secret(self):
        settings = (self.folder / "settings.env").read_text()
        return dict(line.split("=", 1) for line in settings.split("\n")[:-1])["JWT_SECRET_KEY"]

    @property
    def census(self):
        return self.folder / "census"

    @cached_property
    def token_count(self):
        return int(self.census.read_text().split()[2])

    def size_bytes(self):
        return sum(Path(f"{self.file}{end}").stat().st_size for end in ("", "-wal")
                   if Path(f"{self.file}{end}").exists())

    def copy_to(self, folder, name):
        """The same with a database file of its own, which may be changed."""
        file = Path(folder) / f"{name}.db"
        subprocess.run(["cp", "--reflink=auto", self.folder / "claviger.db", file], check=True)
        return Database(self.folder, file)


def fingerprint():
    """Changes with whatever decides what a seeded database looks like."""
    files = sorted((ROOT / "src" / "store" / "migrations").glob("*.sql"))
    files += [ROOT / "bench" / name for name in ("population.cc", "seed_database.cc")]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def seeded(tokens, users, clients=1):
    """A database of this size, made now unless it is there already. Not to be changed."""
    current = fingerprint()
    folder = KEPT / f"{tokens}-{users}-{clients}-{current}"
    if not (folder / "census").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for outdated in KEPT.glob("*"):
            if not outdated.name.endswith(current):
                shutil.rmtree(outdated)
        print(f"seeding {tokens:,} tokens of {users:,} users …", flush=True)
        subprocess.run([TOOLS / "seed_database", folder, "--tokens", str(tokens), "--users",
                        str(users), "--clients", str(clients), "--sample", str(SAMPLE)],
                       check=True)
    return Database(folder)
