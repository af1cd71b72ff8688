"""A small fault in the code, as a patch, with the test that must fail because of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

__all__ = ["PATCHES", "ROOT", "Edit", "Mutation", "StaleError", "mutations"]

ROOT = Path(__file__).parents[2]
PATCHES = Path(__file__).parent / "patches"


class StaleError(Exception):
    """A patch that does not fit the code any more."""


@frozen
class Edit:
    """One hunk: the lines that are in a file of the code, and those that take their place."""

    path: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The text with the edit. Raises `StaleError` unless its place is found exactly once."""
        count = text.count(self.old)
        if count != 1:
            first = self.old.strip().partition("\n")[0]
            raise StaleError(f"{self.path}: {count} places like {first!r}, and 1 is wanted")
        return text.replace(self.old, self.new)


@frozen
class Mutation:
    """A patch: the promise that it breaks, and the test that must notice."""

    name: str
    promise: str
    test: str
    edits: tuple[Edit, ...]

    def files(self, root: Path) -> dict[Path, str]:
        """The files of a tree as the patch leaves them. Raises `StaleError`."""
        found: dict[Path, str] = {}
        for edit in self.edits:
            place = root / edit.path
            if not place.is_file():
                raise StaleError(f"{edit.path}: there is no such file")
            text = found.get(place) or place.read_text("utf-8")
            found[place] = edit.applied(text)
        return found

    def check(self, root: Path) -> None:
        """Raises `StaleError` if the patch does not fit a tree, or its test is not there."""
        self.files(root)
        module, _, function = self.test.partition("::")
        place, name = root / module, function.rpartition("::")[2].partition("[")[0]
        text = place.read_text("utf-8") if place.is_file() else ""
        if not re.search(rf"^ *(async )?def {re.escape(name)}\(", text, re.MULTILINE):
            raise StaleError(f"there is no test {self.test}")


def mutations(folder: Path = PATCHES) -> list[Mutation]:
    """Every patch of a folder, by name."""
    return [_read(place) for place in sorted(folder.glob("*.patch"))]


def _read(place: Path) -> Mutation:
    """A patch: lines `Promise:` and `Test:`, then a unified diff, whose line numbers do not count:
    a hunk is found by its lines."""
    head, mark, diff = place.read_text("utf-8").partition("\n--- a/")
    told = dict(re.findall(r"^(Promise|Test): (.+)$", head, re.MULTILINE))
    edits = tuple(_edits(mark + diff))
    if set(told) != {"Promise", "Test"} or not edits:
        raise ValueError(f"{place.name} has no promise, no test or no diff")
    return Mutation(place.stem, told["Promise"], told["Test"].strip(), edits)


def _edits(diff: str) -> Iterator[Edit]:
    for part in diff.split("\n--- a/")[1:]:
        path, _, hunks = part.partition("\n")
        for hunk in re.split(r"^@@.*\n", hunks, flags=re.MULTILINE)[1:]:
            lines = [line or " " for line in hunk.splitlines()]
            yield Edit(
                path=path.strip(),
                old="".join(f"{line[1:]}\n" for line in lines if line[0] in " -"),
                new="".join(f"{line[1:]}\n" for line in lines if line[0] in " +"),
            )
