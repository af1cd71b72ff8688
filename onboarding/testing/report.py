"""Renders a conformance report as Markdown tables: laws, claims and concepts by provider.

`python -m onboarding.testing.report FILE` prints the tables of a report that pytest wrote.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from onboarding.testing.proof import CLAIMS, LAWS

__all__ = [
    "broken_laws",
    "claims_table",
    "concepts_table",
    "exempt_laws",
    "law_table",
    "laws_table",
    "refreshed",
]

Providers: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The part of a report for each provider, by name."""

_KINDS = {
    "operation": "Operations",
    "written": "Data written",
    "hidden": "Data hidden by a condition",
    "required": "Data required",
    "level": "Words for levels",
    "error": "Codes of errors",
}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def law_table(providers: Providers) -> str:
    """Returns a table of the laws, with the result for each provider."""
    laws = {law.name: law.says for law in LAWS} | {CLAIMS: "every claim is exercised"}
    rows = (
        [says, *(_verdict(of, name) for of in providers.values())] for name, says in laws.items()
    )
    return _table(("Law", *providers), rows)


def _verdict(provider: Mapping[str, Any], law: str) -> str:
    found = provider["laws"].get(law)
    if found is None:
        return "not claimed" if law in provider["not_claimed"] else "not run"
    if found.get("exempt"):
        return "exempt"
    return "holds" if found["holds"] else "**broken**"


def broken_laws(providers: Providers) -> str:
    """Returns the reasons of broken laws, one per line; empty if every law holds."""
    return "\n".join(
        f"- {provider}, `{name}`: {found.get('reason', 'no reason given')}"
        for provider, of in providers.items()
        for name, found in of["laws"].items()
        if not found["holds"] and not found.get("exempt")
    )


def exempt_laws(providers: Providers) -> str:
    """Returns the exempt laws with their reasons, one per line; empty if there is none."""
    return "\n".join(
        f"- {provider}, `{name}` is exempt: {found['exempt']}"
        f"{' (but it holds)' if found['holds'] else ''}"
        for provider, of in providers.items()
        for name, found in of["laws"].items()
        if found.get("exempt")
    )


def concepts_table(providers: Providers) -> str:
    """Returns a table of the concepts of the core, with what each adapter has of them."""
    names = dict.fromkeys(name for of in providers.values() for name in of.get("concepts", {}))
    rows = (
        [name, *(of.get("concepts", {}).get(name, "not run") for of in providers.values())]
        for name in names
    )
    return _table(("Concept", *providers), rows)


def claims_table(providers: Providers) -> str:
    """Returns a table of the exercised claims by kind, and by operation for written fields."""
    kinds = {
        (claim[0], claim[2]): None
        for kind in _KINDS
        for of in providers.values()
        for claim in of["claims"]
        if claim[0] == kind
    }
    rows = (
        [
            f"{_KINDS[kind]}{f' by `{by}`' if by else ''}",
            *(_count(of, kind, by) for of in providers.values()),
        ]
        for kind, by in kinds
    )
    return _table(("Claim", *providers), rows)


def _count(provider: Mapping[str, Any], kind: str, by: str) -> str:
    claimed = {tuple(claim) for claim in provider["claims"] if (claim[0], claim[2]) == (kind, by)}
    seen = claimed & {tuple(claim) for claim in provider["exercised"]}
    return f"{len(seen)} of {len(claimed)}" if claimed else "none"


def laws_table() -> str:
    """Returns a table of the laws: the test, the text, and whether it checks claims or examples."""
    rows = (
        [f"`test_{law.name}`", law.says, "claims" if law.exhaustive else "examples"] for law in LAWS
    )
    return _table(("Test", "Law", "Checks"), rows)


_BLOCK = re.compile(r"(<!-- (laws told|laws|claims|concepts) -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(page: str, providers: Providers) -> str:
    """Returns the text of a page with its tables of laws and claims replaced."""
    tables = {
        "laws": lambda: "\n\n".join(filter(None, (law_table(providers), exempt_laws(providers)))),
        "claims": lambda: claims_table(providers),
        "concepts": lambda: concepts_table(providers),
        "laws told": laws_table,
    }
    return _BLOCK.sub(lambda found: f"{found[1]}\n{tables[found[2]]()}\n\n{found[3]}", page)


def main(path: str) -> None:
    """Prints the tables of a report file."""
    providers: Providers = json.loads(Path(path).read_text("utf-8"))["providers"]
    laws = (law_table(providers), exempt_laws(providers), broken_laws(providers))
    parts = (*laws, claims_table(providers), concepts_table(providers))
    sys.stdout.write("\n\n".join(filter(None, parts)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
