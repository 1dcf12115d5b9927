"""Holds every answer against the OpenAPI document that the server itself serves."""

import re
import uuid
from datetime import datetime

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(value):
    return not isinstance(value, str) or bool(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ"))


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


# Answers of the HTTP layer, before a request has a route: any request can get one of them.
PROTOCOL_STATUSES = {400, 404, 405, 408, 413, 414, 417, 431, 501, 503, 505}


class Document:
    """An OpenAPI 3.1 document, able to say what is wrong with an answer."""

    def __init__(self, document):
        self.document = document
        self._resolver = RefResolver.from_schema(document)
        self._validators = {}
        self._paths = [
            (re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))), item)
            for path, item in document["paths"].items()
        ]

    def _resolve(self, node):
        while "$ref" in node:
            _, node = self._resolver.resolve(node["$ref"])
        return node

    def operation(self, method, path):
        """The operation for a request, None if the document has none."""
        for pattern, item in self._paths:
            if pattern.fullmatch(path):
                if method == "HEAD" and "head" not in item:
                    return item.get("get")
                return item.get(method.lower()) if method.isupper() else None
        return None

    def validate(self, schema, value):
        key = id(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                schema, resolver=self._resolver, format_checker=FORMATS
            )
        self._validators[key].validate(value)

    def validate_component(self, name, value):
        self.validate(self.document["components"]["schemas"][name], value)

    def check(self, method, target, answer):
        """Fails unless the answer is one that the document tells of."""
        path = re.sub(r"^https?://[^/?]*", "", target).split("?")[0]
        operation = self.operation(method, path)
        if operation is None:
            self.check_protocol_answer(method, answer)
            return
        where = f"{method} {path} -> {answer.status}"
        responses = operation["responses"]
        assert str(answer.status) in responses, f"undocumented: {where}: {answer}"
        response = self._resolve(responses[str(answer.status)])
        self._check_headers(where, response, answer)
        self._check_body(where, method, response, answer)

    def check_protocol_answer(self, method, answer):
        """For requests to no operation: OPTIONS, or a problem."""
        if method == "OPTIONS" and answer.status == 204:
            assert answer.header("Allow"), answer
            return
        assert answer.status in PROTOCOL_STATUSES, f"{method}: {answer}"
        assert answer.content_type == "application/problem+json", answer
        if method != "HEAD":
            self.validate_component("Problem", answer.json())

    def _check_headers(self, where, response, answer):
        for name, header in response.get("headers", {}).items():
            header = self._resolve(header)
            value = answer.header(name)
            if value is None:
                assert not header.get("required"), f"{where}: no {name}"
            else:
                self.validate(header["schema"], _typed(header["schema"], value))

    def _check_body(self, where, method, response, answer):
        content = response.get("content")
        if not content:
            assert answer.body == b"", f"{where}: undocumented body {answer}"
            return
        described = content.get(answer.content_type) or content.get("*/*")
        assert described is not None, f"{where}: undocumented type {answer}"
        if method != "HEAD" and answer.content_type.endswith("json"):
            schema = described.get("schema")
            if schema is not None:
                self.validate(schema, answer.json())


def _typed(schema, value):
    return int(value) if schema.get("type") == "integer" else value
