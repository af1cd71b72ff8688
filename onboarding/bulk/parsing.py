"""Parses the lines of a results file: fast those that a journal writes, strictly all others."""

from __future__ import annotations

import re
from typing import Any, cast

from onboarding.errors import InvalidInput
from onboarding.serialization import read_json
from onboarding.values.json_values import SENT

__all__ = ["parse_line"]

_START = re.compile(
    rb'\{"ref":"([^"\\\x00-\x1f\x80-\xff]*)","line":(null|[0-9]{1,18}),'
    rb'"state":"(intent|created)",'
).match
_END_OF_INTENT = re.compile(rb'(?:"digest":"([0-9a-f]*)",)?"at":"([0-9T:+.-]+)"\}\n').fullmatch
_END_OF_CREATED = re.compile(
    rb',"request_id":null(?:,"digest":"([0-9a-f]*)")?,"at":"([0-9T:+.-]+)"\}\n'
).fullmatch


def parse_line(raw: bytes) -> dict[str, Any] | None:
    """Returns the object in a line; None if it is not one, as in a line that was cut off.

    A results file can have millions of lines, and parsing them strictly takes many times as long.
    An intent, and the result of a created user, are therefore recognised by their two ends, as a
    journal writes them; only the fields that a journal reads again are returned.
    """
    start = _START(raw)
    if start is not None:
        ref, line, state = start.groups()
        if state == b"intent":
            end = _END_OF_INTENT(raw, start.end())
        elif raw.isascii() and b"\0" not in raw:
            end = _END_OF_CREATED(raw, raw.rfind(b',"request_id":'))
        else:
            end = None
        if end is not None:
            digest, at = end.groups()
            return {
                "ref": ref.decode("ascii"),
                "line": None if line == b"null" else int(line),
                "state": state.decode("ascii"),
                "digest": None if digest is None else digest.decode("ascii"),
                "at": at.decode("ascii"),
            }
    return _strictly(raw)


def _strictly(raw: bytes) -> dict[str, Any] | None:
    try:
        data = read_json(raw, SENT)  # it contains words of the provider
    except InvalidInput:
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None
