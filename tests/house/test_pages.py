"""No page of the documentation is over about eight screens, and the API pages name every name."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from onboarding.operations import Operations

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"
SCREENS = 8
SCREEN = 45  # lines of text
LINE = 100  # characters
SEARCHED = {"changelog.md", "reference/claims.md"}  # not read from end to end
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "pictures" not in page.parts]
DIRECTIVE = re.compile(r"^\.\. auto(class|function|data):: ([\w.]+)((?:\n   :[\w-]+:.*)*)", re.M)
PUBLIC = (
    "onboarding",
    "onboarding.spi",
    "onboarding.mapping",
    "onboarding.testing",
    "onboarding.banking",
    "onboarding.checks",
    "onboarding.concurrency",
    "onboarding.directory",
    "onboarding.errors",
    "onboarding.levels",
    "onboarding.migration",
    "onboarding.opentelemetry",
    "onboarding.policies",
    "onboarding.polling",
    "onboarding.reconciliation",
    "onboarding.registry",
    "onboarding.requirements",
    "onboarding.routing",
    "onboarding.service",
    "onboarding.verified_claims",
    "onboarding.workers",
    "onboarding.workers.celery",
)


def directives() -> Iterator[tuple[Path, str, str]]:
    """Each page of the API with the names that it documents, and their options."""
    for page in sorted((DOCS / "reference/api").glob("*.md")):
        for _, name, options in DIRECTIVE.findall(page.read_text("utf-8")):
            yield page, name, options


def lines_of(name: str, *, inherited: bool) -> int:
    """About the lines of text that the documentation of a name has."""
    module, _, word = name.rpartition(".")
    found: Any = getattr(import_module(module), word)
    if not isinstance(found, type):
        return 2 + (inspect.getdoc(found) or "").count("\n")
    bases = found.__mro__[:-1] if inherited else (found,)
    members = {
        key: member
        for base in reversed(bases)
        for key, member in {**inspect.get_annotations(base), **vars(base)}.items()
        if not key.startswith("_")
    }
    told = [inspect.getdoc(member) or "" for member in members.values() if callable(member)]
    told = [*told, inspect.getdoc(found) or ""]
    return 2 * (1 + len(members)) + sum(text.count("\n") for text in told)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_no_page_is_over_eight_screens(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    length = sum(max(1, ceil(len(line) / LINE)) for line in lines)
    for place, name, options in directives():
        if place == page:
            length += lines_of(name, inherited="inherited-members" in options)

    assert length <= SCREENS * SCREEN or page.relative_to(DOCS).as_posix() in SEARCHED


def named(name: str) -> Any:
    module, _, word = name.rpartition(".")
    return getattr(import_module(module), word)


def test_every_public_name_has_one_place_in_the_reference() -> None:
    documented = {id(named(name)): name for _, name, _ in directives()}
    public = [f"{module}.{name}" for module in PUBLIC for name in import_module(module).__all__]

    assert [name for name in public if id(named(name)) not in documented] == []
    found = Counter(id(named(name)) for _, name, _ in directives())
    assert [documented[key] for key, count in found.items() if count > 1] == []
    wanted = {id(named(name)) for name in public} | {id(Operations)}
    assert [name for key, name in documented.items() if key not in wanted] == []


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as MyST makes them."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.M | re.S)
    broken: list[str] = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            place = (page.parent / path).resolve() if path else page
            if not place.exists() or (anchor and anchor not in anchors(place)):
                broken.append(target)

    assert broken == []


def test_every_link_of_llms_txt_leads_to_a_page() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", (DOCS / "llms.txt").read_text("utf-8"))

    assert len(targets) > 20
    assert [target for target in targets if DOCS / target not in PAGES] == []
