"""A conformance report as a page: which laws hold for which provider, and what was seen at work.

`python -m onboarding.testing.report FILE` prints the tables of a report that pytest wrote.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from onboarding.testing.catalogue import LAWS
from onboarding.testing.proof import CLAIMS

__all__ = ["claims_table", "law_table", "laws_told", "reasons_told", "refreshed"]

Providers: TypeAlias = Mapping[str, Mapping[str, Any]]
"""What a report says of each provider, by its name."""

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
    """Which laws hold for which provider."""
    told = {law.name: law.says for law in LAWS} | {CLAIMS: "every claim is seen at work"}
    rows = (
        [says, *(_verdict(of, name) for of in providers.values())] for name, says in told.items()
    )
    return _table(("Law", *providers), rows)


def _verdict(provider: Mapping[str, Any], law: str) -> str:
    found = provider["laws"].get(law)
    if found is None:
        return "not claimed" if law in provider["not_claimed"] else "not run"
    return "holds" if found["holds"] else "**broken**"


def reasons_told(providers: Providers) -> str:
    """Why each broken law is broken, a line each; empty where every law holds."""
    return "\n".join(
        f"- {provider}, `{name}`: {found.get('reason', 'not said')}"
        for provider, of in providers.items()
        for name, found in of["laws"].items()
        if not found["holds"]
    )


def claims_table(providers: Providers) -> str:
    """How many claims of each kind were seen at work, of how many, by call where one is meant."""
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


def laws_told() -> str:
    """Every law: its test, what it says, and whether it goes through claims or by examples."""
    rows = (
        [f"`test_{law.name}`", law.says, "claims" if law.exhaustive else "examples"] for law in LAWS
    )
    return _table(("Test", "Law", "Goes by"), rows)


_BLOCK = re.compile(r"(<!-- (laws told|laws|claims) -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(page: str, providers: Providers) -> str:
    """The text of a page with its tables of laws and claims written anew."""
    tables = {
        "laws": lambda: law_table(providers),
        "claims": lambda: claims_table(providers),
        "laws told": laws_told,
    }
    return _BLOCK.sub(lambda found: f"{found[1]}\n{tables[found[2]]()}\n\n{found[3]}", page)


def main(path: str) -> None:
    """Prints the tables of a report."""
    providers: Providers = json.loads(Path(path).read_text("utf-8"))["providers"]
    told = (law_table(providers), reasons_told(providers), claims_table(providers))
    sys.stdout.write("\n\n".join(filter(None, told)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
