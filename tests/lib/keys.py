"""The folder of CLAVIGER_KEYS, as an operator works with it."""

import json

from claviger import command
from forge import header_of
from wire import until

FOLLOWED_S = 30  # generous: servers look once a second


class Keys:
    """`server` is one whose settings name the folder; commands run with them."""

    def __init__(self, server):
        self.server = server

    @property
    def folder(self):
        return self.server.directory / self.server.settings["CLAVIGER_KEYS"]

    def run(self, *arguments, status=0):
        done = command("key", *arguments, "--json", server=self.server)
        assert done.returncode == status, done.stderr.decode()
        return done.stderr.decode() if status else json.loads(done.stdout)

    def generate(self, algorithm=None):
        """The kid of a new key."""
        chosen = ["--algorithm", algorithm] if algorithm else []
        return self.run("generate", *chosen)["kid"]

    def rotate(self, *arguments):
        answer = self.run("rotate", *arguments)
        assert answer["fenced"] is True and answer["epoch"] > 0 and answer["signs"] is True
        return answer

    def retire(self, kid):
        answer = self.run("retire", kid)
        assert answer["fenced"] is True and answer["retired_at"]
        return answer

    def list(self):
        """By kid."""
        return {key["kid"]: key for key in self.run("list")["keys"]}

    def signing(self):
        (kid,) = [kid for kid, key in self.list().items() if key["signs"]]
        return kid

    def file_of(self, kid):
        (path,) = self.folder.glob(kid + ".*")
        return path


def kid_of(token):
    return header_of(getattr(token, "text", token))["kid"]


def published(api):
    """The kids of the published keys."""
    return {key["kid"] for key in api.get("/.well-known/jwks.json").json()["keys"]}


def loaded(server, kid):
    """Waits until the server says that it has loaded the key, and the database knows."""
    until(lambda: any(line["event"] == "key_loaded" and line["kid"] == kid
                      for line in server.log()), f"{kid} is loaded", FOLLOWED_S)
    until(lambda: kid in Keys(server).list(), f"{kid} is noted", FOLLOWED_S)


def events(server, event):
    return [line for line in server.log() if line["event"] == event]
