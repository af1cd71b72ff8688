"""Stripe's published description as the judge of every call to the simulator and of its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema_rs import Draft202012Validator, ValidationError, is_valid
from werkzeug.wrappers import Request

Json = dict[str, Any]
Pairs = Iterable[tuple[str, str]]

DATA = Path(__file__).parent / "data" / "stripe-connect-openapi.json"
EVENT_OBJECTS = ("account", "person", "capability", "file", "bank_account")


@cache
def description() -> Json:
    """The description as published."""
    found: Json = json.loads(DATA.read_text())
    return found


def strict(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema, closed: objects have no other keys."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        name: {key: strict(each) for key, each in value.items()}
        if name == "properties"
        else strict(value)
        for name, value in schema.items()
        if name not in ("nullable", "format")
    }
    if found.get("properties") and "additionalProperties" not in found:
        found["additionalProperties"] = False
    if found.pop("x-stripeBypassValidation", False):
        found.pop("enum", None)  # the value is open
    if not schema.get("nullable"):
        return found
    if "type" not in found:
        return {"anyOf": [{"type": "null"}, found]}
    words = {"enum": [*found["enum"], None]} if "enum" in found else {}
    return {**found, **words, "type": [found["type"], "null"]}


@cache
def components() -> Json:
    return {name: strict(each) for name, each in description()["components"]["schemas"].items()}


def validator(schema: Json) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": {"schemas": components()}})


@cache
def of_component(name: str) -> Draft202012Validator:
    return validator({"$ref": f"#/components/schemas/{name}"})


@cache
def of_success(path: str, method: str) -> Draft202012Validator:
    said = description()["paths"][path][method]["responses"]["200"]["content"]
    return validator(strict(said["application/json"]["schema"]))


@cache
def form_schema(path: str, method: str) -> Json:
    content = description()["paths"][path][method]["requestBody"]["content"]
    schema: Json = strict(next(iter(content.values()))["schema"])
    if "external_account" in schema["properties"]:
        # typed as a string, yet an object is legal: the one of `bank_account`, or of the token
        schema["properties"]["external_account"] = {"type": ["string", "object"]}
    return schema


@cache
def query_schema(path: str, method: str) -> Json:
    known = description()["paths"][path][method].get("parameters", ())
    fields = {each["name"]: each["schema"] for each in known if each["in"] == "query"}
    shape: Json = {"type": "object", "properties": fields, "additionalProperties": False}
    return dict(strict(shape))


def template_of(path: str) -> str | None:
    """The path of the description that a path matches; literal segments win."""
    segments = path.split("/")
    for template in sorted(description()["paths"], key=lambda each: each.count("{")):
        parts = template.split("/")
        if len(parts) == len(segments) and all(
            part.startswith("{") or part == segment
            for part, segment in zip(parts, segments, strict=True)
        ):
            return str(template)
    return None


def nested(pairs: Pairs) -> Json:
    """Bracket keys as nested objects; read apart from the way the simulator reads them."""
    found: Json = {}
    for key, value in pairs:
        place: Json = found
        *heads, last = key.replace("]", "").split("[")
        for head in heads:
            place = place.setdefault(head or str(len(place)), {})
        place[last or str(len(place))] = value
    return found


def typed(value: Any, schema: Json) -> Any:
    """A form's value in the type that its schema has; as it is if it has none of them."""
    for option in schema.get("anyOf", ()):
        candidate = typed(value, option)
        if is_valid(option, candidate):
            return candidate
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        inner = schema.get("properties", {})
        return {name: typed(each, inner.get(name, {})) for name, each in value.items()}
    if kind == "array" and isinstance(value, dict):
        return [typed(each, schema["items"]) for each in value.values()]
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
        return float(value) if "." in value else int(value)
    return value


def _cleared(value: Any) -> Any:
    """A form without what it clears: an empty string is legal for every string, also of a word."""
    if not isinstance(value, dict):
        return value
    return {name: _cleared(each) for name, each in value.items() if each != ""}


def of_request(method: str, path: str, query: Pairs, form: Pairs) -> Iterator[str]:
    """What the description forbids in a request: unknown parameters, at any depth, and values."""
    template, method = template_of(path), method.lower()
    if template is None or method not in description()["paths"][template]:
        yield f"{method} {template or path}: not described"
        return
    yield from _misfits(f"{method} {template}, the query", query, query_schema(template, method))
    if method == "post":
        yield from _misfits(f"{method} {template}, the form", form, form_schema(template, method))


def form_of(media: str, body: bytes) -> Pairs:
    """The parameters in a body; a file has its name as its value."""
    if not media.startswith("multipart/form-data"):
        return parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    with closing(Request.from_values(method="POST", data=body, content_type=media)) as parts:
        files = [(name, part.filename or name) for name, part in parts.files.items(multi=True)]
        return [*parts.form.items(multi=True), *files]


def of_answer(method: str, path: str, status: int, body: bytes) -> Iterator[str]:
    """What the description forbids in the answer to a request; a failure is never right."""
    template, method = template_of(path), method.lower()
    name = f"{method} {template}: {status}"
    if status >= 500:
        yield f"{name}: failed"
    shown = json.loads(body)
    if status != 200:
        yield from _found(name, of_component("error"), shown)
        return
    if template is None or method not in description()["paths"][template]:
        yield f"{name}: not described"
        return
    yield from _found(name, of_success(template, method), shown)
    events = {"/v1/events": "data", "/v1/events/{id}": ""}.get(template)
    for event in () if events is None else shown[events] if events else (shown,):
        yield from of_event(event, name)


def of_event(event: Json, name: str = "event") -> Iterator[str]:
    """What the description forbids in an event and in the object that it is about."""
    about = event["data"]["object"]
    yield from _found(name, of_component("event"), event)
    if about["object"] in EVENT_OBJECTS:
        yield from _found(f"{name} {event['type']}", of_component(about["object"]), about)
    else:
        yield f"{name} {event['type']}: about {about['object']}"


def _misfits(name: str, pairs: Pairs, schema: Json) -> Iterator[str]:
    given = _cleared(nested(pairs))
    yield from _found(name, Draft202012Validator(schema), typed(given, schema))


def _found(name: str, judge: Draft202012Validator, value: Any) -> Iterator[str]:
    for error in judge.iter_errors(value):
        deepest = _deepest(error)
        place = "".join(f"/{part}" for part in deepest.instance_path)
        yield f"{name}: {place or '/'}: {deepest.message[-300:]}"


def _deepest(error: ValidationError) -> ValidationError:
    """The error furthest inside the value, of those of the alternatives that failed."""
    ways = getattr(error.kind, "context", ())
    return max([error, *map(_deepest, chain(*ways))], key=lambda each: len(each.instance_path))
