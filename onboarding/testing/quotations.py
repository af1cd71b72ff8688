"""Quotations of a provider's documents kept as JSON files, read for the laws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import onboarding
from onboarding.testing.subject import QuotedError, Sample

__all__ = ["errors_in", "samples_in"]


def samples_in(path: Path, variant: str = "") -> tuple[Sample, ...]:
    """The objects in a file of `{"requests": {name: object}, "answers": {name: object}}`."""
    told = json.loads(path.read_text("utf-8"))
    return tuple(
        Sample(payload=payload, answer=kind == "answers", variant=variant, name=f"{kind}: {name}")
        for kind in ("requests", "answers")
        for name, payload in told.get(kind, {}).items()
    )


def errors_in(path: Path) -> tuple[QuotedError, ...]:
    """The errors in a file: a list of objects with the fields of a `QuotedError`.

    `kind` is the name of an error of the library; a body that is no JSON is given as `text`.
    """
    return tuple(_error(entry) for entry in json.loads(path.read_text("utf-8")))


def _error(entry: dict[str, Any]) -> QuotedError:
    told = dict(entry)
    kind = getattr(onboarding, told.pop("kind"))
    if "text" in told:
        told["body"] = told.pop("text").encode()
    if "paths" in told:
        told["paths"] = tuple(told["paths"])
    return QuotedError(kind=kind, **told)
