"""Maps the headings of a CSV to core paths."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from attrs import field, frozen

from onboarding.bulk.flat import REF, cell_kinds, is_column
from onboarding.errors import InvalidInput, Problem
from onboarding.serialization.aliases import PATHS, alias_key, meanings_of
from onboarding.serialization.leaves import without_blanks

__all__ = ["Columns", "columns_of", "is_header", "path_of"]

_LONGEST_HEADING = 64
_REF = re.compile(r"^people\[([^\]]*)\]")


@frozen(kw_only=True)
class Columns:
    """The core path of each column; None for one without a heading.

    The last column has a heading. `renamed` maps each heading that is an alias to its path.
    """

    paths: tuple[str | None, ...]
    renamed: Mapping[str, str] = field(factory=dict[str, str])


def path_of(heading: str) -> str | None:
    """Returns the core path of a heading, or `ref`; None if the heading is unknown.

    Case, spaces, dashes, underscores and dots do not matter. A misspelt heading is not guessed.
    `people[ada].email`, as in errors, is `people.ada.email`.
    """
    heading = _REF.sub(r"people.\1", heading)
    return heading if is_column(heading) else _known().get(alias_key(heading))


@cache
def _known() -> Mapping[str, str]:
    """Returns the path of each alias, by the alias without case and punctuation."""
    aliases = {key: path for key, path in PATHS.items() if is_column(path)}
    own = {alias_key(path): path for path in (REF, *cell_kinds())}
    earlier = {
        alias_key(path.replace("people.", "company.", 1)): path
        for path in cell_kinds()
        if path.startswith("people.representative.")
    }
    return aliases | earlier | own


def is_header(cells: Iterable[str]) -> bool:
    """Returns whether cells are headings rather than values: one core path, or two aliases."""
    headings = [without_blanks(cell) for cell in cells]
    known = sum(path_of(heading) is not None for heading in headings)
    return known > 1 or any(map(is_column, headings))


def columns_of(cells: Sequence[str]) -> Columns:
    """Returns the columns of a header.

    Raises `InvalidInput` by column. The message quotes an unknown heading only if the line is
    recognised as a header: in a file without one, the cells are values of a user.
    """
    headings = [without_blanks(cell) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    shown = is_header(headings)
    first: dict[str, int] = {}
    paths: list[str | None] = []
    problems: list[Problem] = []
    for index, heading in enumerate(headings):
        path = path_of(heading) if heading else None
        paths.append(path)
        at = f"column {index + 1}"
        if not heading:
            continue
        if path is None:
            problems.append(Problem(at, "unknown", _unknown(heading, shown=shown)))
        elif path in first:
            text = _twice(path, headings[first[path]], first[path] + 1, heading)
            problems.append(Problem(at, "conflict", text))
        else:
            first[path] = index
    if problems:
        raise InvalidInput(problems)
    renamed = {h: p for h, p in zip(headings, paths, strict=True) if p is not None and h != p}
    return Columns(paths=tuple(paths), renamed=renamed)


def _twice(path: str, one: str, number: int, other: str) -> str:
    if one == other:
        return f"is a second {path} (the first is column {number})"
    return f"{other} and {one} (column {number}) both mean {path}; keep one of them"


def _unknown(heading: str, *, shown: bool) -> str:
    quoted = heading.isprintable() and len(heading) <= _LONGEST_HEADING and shown
    subject = f'the heading "{heading}"' if quoted else "the heading"
    found = meanings_of(heading)
    if found == ():
        return f"{subject} has no field in the core; leave the column out"
    if found is None:
        text = f"{subject} is not a core path that a cell can hold"
        return f"{text}{_spelled_like(heading) or '; rename the column or leave it out'}"
    paths = [cell for path in found for cell in (REF, *cell_kinds()) if _within(cell, path)]
    if len(paths) == 1:
        return f"{subject} may mean {paths[0]}; if so, name the column {paths[0]}"
    return f"{subject} can mean more than one thing; name the column {' or '.join(paths)}"


def _within(cell: str, path: str) -> bool:
    return cell == path or cell.startswith(f"{path}.")


def _spelled_like(heading: str) -> str:
    """Returns a suggestion, or an empty text."""
    if len(heading) > _LONGEST_HEADING:
        return ""
    found = difflib.get_close_matches(alias_key(heading), _known(), n=1, cutoff=0.75)
    return f"; did you mean {_known()[found[0]]}?" if found else ""
