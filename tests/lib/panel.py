"""The admin panel's API, as its pages call it."""

import csv
import io
import urllib.parse

from api import expect


class Panel:
    """Calls to one server with the session of an administrator or auditor."""

    def __init__(self, api, headers=()):
        self.api = api
        self.headers = dict(headers)

    def call(self, method, path, query=None, **more):
        target = "/admin/api/" + path
        if query:
            target += "?" + urllib.parse.urlencode(query)
        return self.api.call(method, target, self.headers, **more)

    def get(self, path, **query):
        return self.call("GET", path, query)

    def post(self, path, **fields):
        return self.call("POST", path, json=fields)

    def patch(self, path, **fields):
        return self.call("PATCH", path, json=fields)

    def delete(self, path):
        return self.call("DELETE", path)

    def page(self, path, **query):
        return expect(self.get(path, **query), 200)

    def items(self, path, **query):
        """All items of a list, by pages."""
        found = []
        while True:
            page = self.page(path, **query)
            found += page["items"]
            if page["next"] is None:
                return found
            query["after"] = page["next"]

    def create_client(self, name):
        return expect(self.post("clients", name=name), 201)

    def create_user(self, client, identifier, **fields):
        body = {"client_id": client["id"], "identifier": identifier, **fields}
        return expect(self.post("users", **body), 201)

    def issue(self, user, **fields):
        body = {name: user[name] for name in ("client_id", "identifier", "secret")}
        return expect(self.post("tokens", **body, **fields), 201)

    def rows(self, name, **query):
        """The rows of an export as dictionaries."""
        answer = self.get("export/" + name, **query)
        assert answer.status == 200, answer
        text = answer.body.decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
