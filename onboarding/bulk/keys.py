"""The idempotency key and the digest of one line of a bulk run."""

from __future__ import annotations

import hashlib
import json

from onboarding.bulk.lines import Line, numbered

__all__ = ["digest_of", "is_numbered", "key_of"]

DIGITS = 8
"""The digits of a digest that the journal keeps: enough to show a change, and no more."""


def key_of(gateway: str, journal_id: str, line: Line) -> str:
    """Returns the idempotency key of a user: derived from the ref, never from the content.

    See ADR 26. A `ref` names one user of the gateway in every file; the number of a line names
    one within its results file only.
    """
    scope = (journal_id,) if is_numbered(line) else ()
    parts = ("onboarding.bulk", gateway, *scope, line.ref)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def is_numbered(line: Line) -> bool:
    """Returns whether a line has its number as its ref."""
    return line.ref == numbered(line.number)


def digest_of(line: Line) -> str:
    """Returns the digest of a line, by which a change of it is recognised; empty if it has none."""
    try:
        content = json.dumps(line.data, sort_keys=True, default=str).encode()
    except (TypeError, ValueError, RecursionError):
        return ""  # data that no file can hold
    return hashlib.sha256(content).hexdigest()[:DIGITS]
