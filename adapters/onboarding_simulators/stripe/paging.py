"""Lists: newest first, a page after or before an object (docs: api/pagination)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, islice
from typing import Any

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World
from .errors import invalid

LIMIT, CHUNK = 10, 100
_BOUNDS: Mapping[str, Callable[[int, int], bool]] = {
    "gt": lambda at, bound: at > bound,
    "gte": lambda at, bound: at >= bound,
    "lt": lambda at, bound: at < bound,
    "lte": lambda at, bound: at <= bound,
}


def listing(
    call: Call, newest: Iterable[Row], show: Callable[[Row], Mapping[str, Any]], *, url: str = ""
) -> Reply:
    """Returns a page of rows, which come newest first; no more are read than the page needs."""
    limit = int(call.given.get("limit", LIMIT))
    after, before = call.given.get("starting_after"), call.given.get("ending_before")
    if after and before:
        raise invalid("ending_before", "You cannot set both starting_after and ending_before")
    rows = (row for row in newest if _is_within(row, call.given.get("created")))
    if before:
        above = list(_until(rows, before, "ending_before"))
        page, has_more = above[-limit:], len(above) > limit
    else:
        if after:
            for _ in _until(rows, after, "starting_after"):
                pass
        found = list(islice(rows, limit + 1))
        page, has_more = found[:limit], len(found) > limit
    return Reply(body=wrapped(map(show, page), url or call.request.path, has_more))


def newest_first(world: World, kind: str) -> Iterator[Row]:
    """Yields the rows of a kind of which none are dropped, as they are needed."""
    for skip in count(0, CHUNK):
        rows = world.tables.page(kind, skip, CHUNK, newest_first=True)
        yield from rows
        if len(rows) < CHUNK:
            return


def wrapped(items: Iterable[Mapping[str, Any]], url: str, has_more: bool = False) -> Row:
    """Returns a list object."""
    return {"object": "list", "data": list(items), "has_more": has_more, "url": url}


def _until(rows: Iterable[Row], id: str, param: str) -> Iterator[Row]:
    for row in rows:
        if row["id"] == id:
            return
        yield row
    raise invalid(param, "No such object", "resource_missing")


def _is_within(row: Row, created: Any) -> bool:
    if created is None:
        return True
    if isinstance(created, int):
        return bool(row["created"] == created)
    return all(_BOUNDS[name](row["created"], bound) for name, bound in created.items())
