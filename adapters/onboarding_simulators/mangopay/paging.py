"""Lists: filtered, sorted and paged (docs: overview/pagination)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from onboarding_simulators.shared import Row

from .calls import Call, Reply

MOST_PER_PAGE = 100
USUAL_PER_PAGE = 10

Fetch = Callable[[int, int, bool], Sequence[object]]
"""Takes the number of rows to skip, the number to return, and whether newest come first."""


def paged(call: Call, total: int, fetch: Fetch, *, usual: str = "date:asc") -> Reply:
    """Answers with one page, in the default order unless the query sets another.

    A page size above the limit counts as the limit, and a page past the end is empty; neither is
    documented.
    """
    query = call.query
    newest_first = query.get("sort", usual).lower().endswith("date:desc")
    page = max(number(query.get("page")) or 1, 1)
    asked = number(query.get("per_page"))
    size = min(max(USUAL_PER_PAGE if asked is None else asked, 1), MOST_PER_PAGE)
    pages = -(-total // size)
    headers = {
        "x-number-of-pages": str(pages),
        "x-number-of-items": str(total),
        "link": _links(call.request.base_url, page, size, pages),
    }
    return Reply(body=list(fetch((page - 1) * size, size, newest_first)), headers=headers)


def listing(
    call: Call,
    rows: Iterable[Row],
    *,
    words: tuple[str, ...] = (),
    date: str = "CreationDate",
    usual: str = "date:asc",
    show: Callable[[Row], object] = lambda row: row,
) -> Reply:
    """Answers with a page of the rows that match the query's filters.

    `words` are the keys that accept a list of values. Other filters are ignored (docs:
    overview/filtering-sorting).
    """
    query = call.query
    before, after = number(query.get("beforedate")), number(query.get("afterdate"))
    kept = [
        row
        for row in rows
        if all(_meets(row.get(word), query.get(word.lower())) for word in words)
        and (before is None or row[date] < before)
        and (after is None or row[date] > after)
    ]

    def fetch(skip: int, limit: int, newest_first: bool) -> list[object]:
        ordered = kept[::-1] if newest_first else kept
        return [show(row) for row in ordered[skip : skip + limit]]

    return paged(call, len(kept), fetch, usual=usual)


def _meets(value: object, wanted: str | None) -> bool:
    """Whether a value is in the list of a filter; booleans have several spellings."""
    if not wanted:
        return True
    if isinstance(value, bool):
        return value == (wanted.lower() in ("true", "1"))
    return str(value) in [word.strip() for word in wanted.split(",")]


def number(text: str | None) -> int | None:
    """Reads a whole number from a query; None if it is invalid."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def _links(url: str, page: int, size: int, pages: int) -> str:
    last = max(pages, 1)
    targets = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    return ", ".join(
        f'<{url}?page={target}&per_page={size}>; rel="{rel}"'
        for rel, target in targets.items()
        if 1 <= target <= last
    )
