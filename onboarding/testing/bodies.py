"""Reads, changes and merges wire objects by wire path."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from onboarding.bodies import json_body
from onboarding.mapping.paths import wire_value
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation

__all__ = [
    "NOTHING",
    "at_path",
    "combined",
    "merged",
    "of_form",
    "on_wire",
    "put",
    "typed",
    "wire_paths",
    "without",
]

Json = dict[str, Any]


def on_wire(body: Json) -> Json:
    """Returns the body as the provider parses it."""
    return cast("Json", json.loads(json_body(body)))


NOTHING = object()
"""The value at a path that a body does not have."""


def of_form(body: bytes) -> Json:
    """Returns the object in a form with brackets, as a provider reads it: texts alone."""
    found: Json = {}
    for name, text in parse_qsl(body.decode(), keep_blank_values=True):
        *around, last = name.replace("]", "").split("[")
        place = found
        for step in around:
            place = place.setdefault(step, {})
        place[last] = text
    return found


_FLAGS = {"true": True, "false": False}


def typed(plan: Plan, body: Json) -> Json:
    """Returns an object of texts with the JSON types that the codecs of a class declare.

    A form has only texts, and the provider's answers have numbers and truth values.
    """
    for mapped in plan.fields:
        codec = mapped.row.codec
        for wire in mapped.wires if codec is not None and codec.wire != "string" else ():
            text = at_path(body, wire)
            any_text = codec is not None and codec.wire == "any" and isinstance(text, str)
            if text is not NOTHING and not any_text:
                body = put(body, wire, _typed(text))
    return body


def _typed(text: Any) -> Any:
    """Returns the number or the flag in a text, also of each text in an object."""
    if isinstance(text, dict):
        return {name: _typed(one) for name, one in cast("Json", text).items()}
    if isinstance(text, str) and _NUMBER(text):
        return json.loads(text)
    return _FLAGS.get(text, text) if isinstance(text, str) else text


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?").fullmatch


def at_path(body: object, wire: str) -> object:
    """Returns the value at a wire path; `NOTHING` if there is no key, None for a null."""
    for name in wire.split("."):
        found = cast("Json", body) if isinstance(body, dict) else {}
        body = found.get(name, NOTHING)
    return body


def wire_paths(
    translation: Translation[Any], body: Mapping[str, Any], prefix: str = ""
) -> list[str]:
    """Returns the wire paths of the fields in a body."""
    found: list[str] = []
    for name, value in body.items():
        path = prefix + name
        is_object = path in translation.plan.known and isinstance(value, Mapping)
        inner = cast("Mapping[str, Any]", value)
        found += wire_paths(translation, inner, f"{path}.") if is_object else [path]
    return found


def merged(translation: Translation[Any], there: Json, body: Json, prefix: str = "") -> Json:
    """Returns what a provider has after an update: objects are merged, except those replaced.

    An empty text that clears a field, as declared, leaves it without a value.
    """
    plan = translation.plan
    whole = {mapped.replaced for mapped in plan.fields}
    result = dict(there)
    if body and not prefix and plan.about.replaces:  # what no update writes stays
        written = {d.wire.partition(".")[0] for d in plan.fields if d.on & On.UPDATE}
        written |= {wire for d in plan.fields if d.on & On.UPDATE for wire in d.wires}
        return {name: there[name] for name in there.keys() & plan.known[""] - written} | body
    for name, value in body.items():
        path = prefix + name
        old, mapped = there.get(name), plan.by_wire.get(path)
        if mapped is not None and value == "" == mapped.row.clear_with:
            result.pop(name, None)
            continue
        if isinstance(value, dict) and isinstance(old, dict) and path not in whole:
            result[name] = merged(translation, cast("Json", old), cast("Json", value), f"{path}.")
        else:
            result[name] = value
    return result


def combined(one: Json, other: Json) -> Json:
    """Returns an object with the fields of both; at every level those of the other win."""
    found = dict(one)
    for name, value in other.items():
        mine = found.get(name)
        both = isinstance(mine, dict) and isinstance(value, dict)
        found[name] = combined(cast("Json", mine), cast("Json", value)) if both else value
    return found


def put(payload: Json, path: str, value: Any) -> Json:
    """Returns the object with another value at a wire path."""
    made = copy.deepcopy(payload)
    *around, name = path.split(".")
    place = made
    for step in around:
        if not isinstance(place.get(step), dict):
            place[step] = {}
        place = place[step]
    place[name] = value
    return made


def without(payload: Json, path: str) -> Json:
    """Returns the object without the key at a wire path."""
    made = copy.deepcopy(payload)
    above, _, name = path.rpartition(".")
    around = wire_value(made, above) if above else made
    del around[name]
    return made
