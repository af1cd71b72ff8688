"""Pages of a list, as the framework behind Paysera returns them."""

# Source: lib-serializer, FilterNormalizer and ResultMetadataNormalizer.

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .answers import ApiError
from .body import Faults
from .calls import Call

DEFAULT_LIMIT = 20
MAXIMUM_LIMIT = 200
_NUMBER = re.compile(r"[0-9]{1,9}")


def page(
    call: Call, name: str, rows: Sequence[Mapping[str, Any]], orders: Sequence[str]
) -> dict[str, Any]:
    """Returns the requested page, under this name, with its metadata.

    Rows come oldest first; their `id` is their cursor. `orders` are the fields to order by.
    """
    faults = Faults()
    limit = _number(call, "limit", faults, DEFAULT_LIMIT)
    offset = _number(call, "offset", faults, 0)
    order = call.asked("order_by")
    direction = (call.asked("order_direction") or "asc").lower()
    if limit > MAXIMUM_LIMIT:
        faults.add("limit", "too_high")
    if order is not None and order not in orders:
        faults.add("order_by", "no_such_choice")
    if direction not in ("asc", "desc"):
        faults.add("order_direction", "no_such_choice")
    given = [key for key in ("offset", "after", "before") if call.asked(key) is not None]
    for key in given[1:]:
        faults.add(key, "no_such_choice")  # exactly one of the three
    faults.raise_any()
    ordered = sorted(rows, key=lambda row: row[order]) if order else list(rows)
    if direction == "desc":
        ordered.reverse()
    start, stop = _cut(call, [str(row["id"]) for row in ordered], limit, offset)
    shown = ordered[start:stop]
    metadata: dict[str, Any] = {"total": len(ordered), "limit": limit}
    if "offset" in given or not given:  # omitted with a cursor
        metadata["offset"] = offset
    metadata["has_next"] = stop < len(ordered)
    metadata["has_previous"] = start > 0
    if shown:
        ends = {"after": str(shown[-1]["id"]), "before": str(shown[0]["id"])}
        metadata["cursors"] = ends
    return {name: shown, "_metadata": metadata}


def _number(call: Call, name: str, faults: Faults, default: int) -> int:
    given = call.asked(name)
    if given is None:
        return default
    if not _NUMBER.fullmatch(given):
        faults.add(name, "invalid_type")
        return default
    return int(given)


def _cut(call: Call, ids: Sequence[str], limit: int, offset: int) -> tuple[int, int]:
    """Returns the start and the end of the page, by a cursor or else by the offset."""
    after, before = call.asked("after"), call.asked("before")
    cursor = after or before
    if cursor is None:
        return offset, offset + limit
    if cursor not in ids:
        raise ApiError("invalid_cursor", "There is no such cursor.")
    at = ids.index(cursor)
    return (at + 1, at + 1 + limit) if after else (max(0, at - limit), at)
