"""The page of the documentation that shows the claim ledger: one table a document."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.ledger.ledger import Claim, claims

__all__ = ["refreshed", "table"]

_HEAD = ("Lines", "Where", "What it says", "Rule", "Tests")
_MARKED = re.compile(r"(<!-- claims: (?P<document>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(document: str) -> str:
    """Every claim of a document, its rules and its tests."""
    rows = [_cells(claim) for claim in claims() if claim.document == document]
    lines = [_HEAD, ["---"] * len(_HEAD), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def refreshed(page: str) -> str:
    """The text of a page with each of its tables written anew."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{table(found['document'])}\n\n{found[3]}", page)


def _cells(claim: Claim) -> list[str]:
    lines = dict.fromkeys(place.partition(" ")[0] for place in claim.at)
    rules = (f"`{rule.partition(':')[2]}`" for rule in claim.rules)
    waits = [f"waits for {claim.waits_for}"] if claim.waits_for else []
    return [
        ", ".join(lines),
        claim.section,
        claim.says,
        _joined([*rules, *waits]),
        _joined(map(_sentence, claim.tests)),
    ]


def _sentence(test: str) -> str:
    """A test as its name reads, and where it is."""
    path, _, name = test.partition("::test_")
    return f"{name.replace('_', ' ')} (`{path.removeprefix('tests/')}`)"


def _joined(parts: Iterable[str]) -> str:
    return "<br>".join(parts)
