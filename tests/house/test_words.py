"""Retired names and phrases stay out of the code, the command line and the documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from onboarding.cli.app import app

ROOT = Path(__file__).parents[2]
CODE = ("onboarding", "adapters/onboarding_mangopay", "adapters/onboarding_paysera")
MODULES = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

# Each with the name that took its place: docs/reference/glossary.md.
NAMES = {
    "ActionNeeded": "ActionRequired",
    "AlreadySent": "OutcomeUnknown",
    "Ask": "RequirementRule",
    "AsyncWatch": "AsyncPoller",
    "Bar": "Disallowed",
    "Batch": "BulkRun",
    "Datum": "MappedField",
    "Finding": "Requirement",
    "HalfDone": "PartialFailure",
    "NOT_SHOWN": "WRITE_ONLY",
    "NOT_THERE": "NOT_RETURNED",
    "Pace": "PollPolicy",
    "Trial": "Runner",
    "Watch": "Poller",
    "Wish": "TokenRequest",
    "_Life": "_ProcessState",
    "barred": "disallowed",
    "but": "replace",
    "carried_users": "supported_users",
    "datum": "mapped",
    "goes_along": "always_send",
    "level_words": "provider_levels",
    "met_by": "satisfied_by",
    "native": "provider_fields",
    "native_levels": "default_level_policy",
    "residue": "unmapped",
    "seen_at": "retrieved_at",
    "standing": "status",
}
PHRASES = (
    r"\bcarried, never shown\b",
    r"\bdat(um|um's)\b",
    r"\bin no call\b",
    r"\bno place for\b",
    r"\bresidue\b",
    r"\bshown, not taken\b",
    r"\btold by another\b",
)


def names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.alias(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case _:
                pass


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_has_no_retired_name_or_phrase(path: Path) -> None:
    text = path.read_text("utf-8")

    assert set(names(ast.parse(text))) & NAMES.keys() == set()
    assert [phrase for phrase in PHRASES if re.search(phrase, text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_has_no_retired_phrase(page: Path) -> None:
    text = page.read_text("utf-8")

    assert [phrase for phrase in PHRASES if re.search(phrase, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", sorted(app.commands))
def test_a_help_has_no_retired_phrase(name: str) -> None:
    told = str(
        app.commands[name].to_info_dict(
            app.make_context("onboarding", [name, "--help"], resilient_parsing=True)
        )
    )

    assert [phrase for phrase in PHRASES if re.search(phrase, told, re.IGNORECASE)] == []
