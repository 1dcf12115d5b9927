"""docs/reference/http-api.md, made from the OpenAPI document that the server serves.

`http_api.py < openapi.json > docs/reference/http-api.md`; tests/docs/test_reference.py compares.
"""

import json
import sys
import textwrap

HEAD = """<!-- Made from the server's /openapi.json by website/http_api.py; tests/docs compares. -->
# HTTP API

{description}

Each server serves this document at `/openapi.json` (OpenAPI 3.1), and a page at `/docs` on which it
can be tried.

- Bodies are JSON or forms (`application/x-www-form-urlencoded`), whichever the caller likes.
  Unknown fields are ignored, a field that comes twice is refused. Times are RFC 3339 in UTC, ids
  are UUIDs.
- Every answer has `X-Request-Id`, which is also in the log.
- What is refused is `application/problem+json` (RFC 9457), and never holds a credential or a part
  of one. Programs go by `code`; OAuth 2 endpoints answer as RFC 6749 §5.2 has it.

```json
{problem}
```
"""
CREDENTIALS = {
    "bearer": "a token: `Authorization: Bearer …`",
    "apiKey": "an API key: `x-api-key: …`",
    "basic": "a user's id and secret: `Authorization: Basic …`",
    "session": "a session of the admin panel",
}
OWN_PAGES = {"Admin panel": "More of it: [the admin panel's data](../admin-api.md)."}
METHODS = ("get", "post", "put", "patch", "delete", "options", "head")


class Document:
    def __init__(self, fields):
        self.fields = fields

    def resolve(self, thing):
        """What a reference stands for; anything else is itself."""
        while "$ref" in thing:
            found = self.fields
            for name in thing["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            thing = found
        return thing

    def operations(self):
        """(tag, methods, path, operation); methods that do the same are one."""
        for path, item in self.fields["paths"].items():
            present = [method for method in METHODS if method in item]
            alike = [m for m in present if item[m]["operationId"].endswith("_" + m)]
            groups = [alike] if alike else [[method] for method in present]
            for methods in groups:
                operation = item[methods[0]]
                yield operation["tags"][0], methods, path, operation

    def schema_of(self, content):
        """The schema of a body in JSON, or None."""
        media = content.get("application/json")
        return self.resolve(media["schema"]) if media else None

    def kind_of(self, schema):
        """A field's type and bounds, in a few words."""
        schema = self.resolve(schema)
        choices = [part for part in schema.get("oneOf", schema.get("anyOf", []))]
        if choices:
            return " or ".join(self.kind_of(part) for part in choices)
        kinds = schema.get("type", "any")
        words = " or ".join(kinds) if isinstance(kinds, list) else kinds
        if "enum" in schema:
            words = ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
        elif "const" in schema:
            words = f"`{json.dumps(schema['const'])}`"
        elif "items" in schema:
            words += f" of {self.kind_of(schema['items'])}"
        elif schema.get("format") in ("uuid", "date-time"):
            words = {"uuid": "UUID", "date-time": "time"}[schema["format"]]
        return words + bounds_of(schema)


def bounds_of(schema):
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength")):
        if high in schema:
            return f", {schema.get(low, 0)}–{schema[high]}"
        if low == "minimum" and low in schema:
            return f", {schema[low]} or more"
    return ""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def example_of(schema):
    if not schema or not schema.get("examples"):
        return []
    return ["```json", json.dumps(schema["examples"][0], indent=1, ensure_ascii=False), "```", ""]


def fields_table(document, schema):
    needed = schema.get("required", [])
    lines = ["| field | type | meaning |", "|---|---|---|"]
    for name, field in schema.get("properties", {}).items():
        found = document.resolve(field)
        words = field.get("description", found.get("description", ""))
        must = "" if name in needed else "optional"
        told = "; ".join(filter(None, [must, words]))
        lines.append(f"| `{name}` | {cell(document.kind_of(field))} | {cell(told)} |")
    return [*lines, ""] if len(lines) > 2 else []


def credential_words(operation):
    ways = [CREDENTIALS[name] for one in operation.get("security", []) for name in one]
    if {} in operation.get("security", []) and ways:
        ways.append("credentials in the body, or those of the server's settings")
    if ways:
        return " or ".join(ways)
    return "in the body" if "401" in operation["responses"] else "none"


def parameters_table(document, operation):
    lines = []
    for parameter in map(document.resolve, operation.get("parameters", [])):
        must = "" if parameter.get("required") else "optional"
        told = "; ".join(filter(None, [must, parameter.get("description", "")]))
        kind = document.kind_of(parameter["schema"])
        lines.append(f"| `{parameter['name']}` ({parameter['in']}) | {cell(kind)} | {cell(told)} |")
    return ["| parameter | type | meaning |", "|---|---|---|", *lines, ""] if lines else []


def answers(document, operation):
    lines = []
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            continue
        schema = document.schema_of(answer.get("content", {}))
        headers = [name for name in answer.get("headers", {}) if name != "X-Request-Id"]
        words = answer["description"]
        if headers:
            words += " Headers: " + ", ".join(f"`{name}`" for name in headers) + "."
        lines += [f"**{status}**: {words}", "", *example_of(schema)]
    refused = [status for status in operation["responses"] if int(status) >= 400]
    return [*lines, f"Refused with: {', '.join(refused)}.", ""]


def section(document, methods, path, operation):
    name = " ".join(method.upper() for method in methods) if len(methods) == 1 else "any method"
    lines = [f"### `{name} {path}`" if len(methods) == 1 else f"### `{path}` ({name})", "",
             f"{operation['summary']}.", "", f"Credential: {credential_words(operation)}.", ""]
    lines += parameters_table(document, operation)
    if "requestBody" in operation:
        schema = document.schema_of(operation["requestBody"]["content"])
        lines += ["Body:", "", *fields_table(document, schema), *example_of(schema)]
    return lines + answers(document, operation)


def page(fields):
    document = Document(fields)
    problem = fields["components"]["schemas"]["Problem"]["examples"][0]
    lines = [HEAD.format(description=textwrap.fill(fields["info"]["description"], 100),
                         problem=json.dumps(problem, indent=1))]
    lines += ["## What the statuses mean", "", "| status | meaning |", "|---|---|"]
    lines += [f"| {status} | {words} |" for status, words in meanings(fields)] + [""]
    for tag in fields["tags"]:
        lines += [f"## {tag['name']}", "", tag["description"], ""]
        found = [rest for name, *rest in document.operations() if name == tag["name"]]
        if tag["name"] in OWN_PAGES:
            lines += [OWN_PAGES[tag["name"]], "", "| endpoint | what it does |", "|---|---|"]
            lines += [f"| `{methods[0].upper()} {path}` | {operation['summary']} |"
                      for methods, path, operation in found] + [""]
            continue
        for methods, path, operation in found:
            lines += section(document, methods, path, operation)
    return "\n".join(lines).rstrip() + "\n"


def meanings(fields):
    found = {status: answer["description"] for item in fields["paths"].values()
             for operation in item.values() for status, answer in operation["responses"].items()
             if int(status) >= 400}
    return sorted(found.items())


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))
