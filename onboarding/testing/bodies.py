"""Reads, changes and merges wire objects by wire path."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, cast

from onboarding.http import json_body
from onboarding.mapping.plan import wire_value
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation

__all__ = ["NOTHING", "at_path", "merged", "on_wire", "put", "wire_paths", "without"]

Json = dict[str, Any]


def on_wire(body: Json) -> Json:
    """Returns the body as the provider parses it."""
    return cast("Json", json.loads(json_body(body)))


NOTHING = object()
"""The value at a path that a body does not have."""


def at_path(body: object, wire: str) -> object:
    """Returns the value at a wire path; `NOTHING` if there is no key, None for a null."""
    for name in wire.split("."):
        found = cast("Json", body) if isinstance(body, dict) else {}
        body = found.get(name, NOTHING)
    return body


def wire_paths(translation: Translation, body: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Returns the wire paths of the fields in a body."""
    objects = {
        ".".join(row.wire for row in mapped.parents[: depth + 1])
        for mapped in translation.plan.fields
        for depth in range(len(mapped.parents))
    }
    found: list[str] = []
    for name, value in body.items():
        path = prefix + name
        found += wire_paths(translation, value, f"{path}.") if path in objects else [path]
    return found


def merged(translation: Translation, there: Json, body: Json, prefix: str = "") -> Json:
    """Returns what a provider has after an update: objects are merged, except those replaced."""
    plan = translation.plan
    whole = {mapped.replaced for mapped in plan.fields}
    result = dict(there)
    if body and not prefix and plan.about.replaces:  # what no update writes stays
        written = {d.wire.partition(".")[0] for d in plan.fields if d.on & On.UPDATE}
        written |= {wire for d in plan.fields if d.on & On.UPDATE for wire in d.wires}
        return {name: there[name] for name in there.keys() & plan.known[""] - written} | body
    for name, value in body.items():
        path = prefix + name
        old = there.get(name)
        if isinstance(value, dict) and isinstance(old, dict) and path not in whole:
            result[name] = merged(translation, cast("Json", old), cast("Json", value), f"{path}.")
        else:
            result[name] = value
    return result


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
