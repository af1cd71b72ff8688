"""The claim ledger: what the providers' documents claim, the rule that obeys, the test that tells.

One file a document lies in `claims/`; `hits.csv` lists every line that a claim must be made of.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cattrs
from attrs import frozen
from tests.ledger.hits import DOCUMENTS, Hit

__all__ = ["Claim", "claims", "hits", "named_tests"]

HERE = Path(__file__).parent


@frozen(kw_only=True)
class Claim:
    """One thing that a document says must be so.

    - `at`: where it says so: lines and the phrase that was hit there (`49 max length`,
      `147-152 bracket`), or lines without a phrase that go with it (`50-53`);
    - `says`: what, in our words;
    - `rules`: where the code obeys, see `rules.py`; none where the operation is not there yet;
    - `tests`: node ids without parameters;
    - `waits_for`: the operation that a claim without a rule belongs to.
    """

    id: str
    document: str
    section: str
    at: tuple[str, ...]
    says: str
    rules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    waits_for: str = ""

    def covers(self) -> Iterator[tuple[int, str]]:
        """Each line and phrase that this claim is made of; no phrase is an empty one."""
        for place in self.at:
            lines, _, phrase = place.partition(" ")
            first, _, last = lines.partition("-")
            yield from ((line, phrase) for line in range(int(first), int(last or first) + 1))


@cache
def claims() -> tuple[Claim, ...]:
    """Every row of the ledger, document by document, in the order of the lines."""
    found: list[Claim] = []
    converter = cattrs.Converter(forbid_extra_keys=True)
    for name in DOCUMENTS:
        path = HERE / "claims" / f"{name.replace('/', '-')}.toml"
        table = tomllib.loads(path.read_text("utf-8"))
        if (table["document"], table["sha256"]) != (name, DOCUMENTS[name]):
            raise ValueError(f"{path.name} is about another text of {name}")
        rows = [{**row, "document": name} for row in table["claim"]]
        found += converter.structure(rows, list[Claim])
    return tuple(found)


@cache
def hits() -> tuple[Hit, ...]:
    """The committed list of hits."""
    with (HERE / "hits.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            (row["document"], int(row["line"]), row["phrase"], row["hash"])
            for row in csv.DictReader(lines)
        )


def named_tests() -> frozenset[str]:
    """Every test that a claim names, or a row of the table of MangoPay's operations."""
    from tests.mangopay.operations import OPERATIONS  # it imports a simulator

    rows = frozenset(test for row in OPERATIONS for test in row.tests)
    return rows | {test for claim in claims() for test in claim.tests}
