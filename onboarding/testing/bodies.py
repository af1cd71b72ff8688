"""Wire objects as the laws look at them: what arrives, what is on file, where a field lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from onboarding.http import json_body
from onboarding.mapping.translation import Translation

__all__ = ["NOTHING", "at_path", "merged", "on_wire", "wire_paths"]

Json = dict[str, Any]


def on_wire(body: Json) -> Json:
    """The body as the provider receives it."""
    return cast("Json", json.loads(json_body(body)))


NOTHING = object()
"""What a body says at a path that it does not have."""


def at_path(body: object, wire: str) -> object:
    """What a body says at a wire path; an explicit null is something."""
    for name in wire.split("."):
        found = cast("Json", body) if isinstance(body, dict) else {}
        body = found.get(name, NOTHING)
    return body


def wire_paths(translation: Translation, body: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The wire paths of the data in a body."""
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
    """What a provider has on file after an update: objects merge, but for those replaced."""
    whole = {mapped.replaced for mapped in translation.plan.fields if mapped.replaced}
    result = dict(there)
    for name, value in body.items():
        path = prefix + name
        old = there.get(name)
        if isinstance(value, dict) and isinstance(old, dict) and path not in whole:
            result[name] = merged(translation, cast("Json", old), cast("Json", value), f"{path}.")
        else:
            result[name] = value
    return result
