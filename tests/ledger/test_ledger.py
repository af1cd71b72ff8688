"""Every claim of the documents has a rule that obeys it and a test that tells.

That the named tests were executed and passed is asked at the end of a run of all tests, by
`watch.py`.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from tests.ledger.hits import DOCUMENTS, documents_in, hits_in
from tests.ledger.ledger import Claim, claims, hits, named_tests
from tests.ledger.page import refreshed
from tests.ledger.rules import BrokenRuleError, follow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "claims.md"
UPDATE = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"
SOURCES = "ONBOARDING_SOURCE_DOCUMENTS"

# What no adapter does yet, and the claims that wait for it: no others may be without a rule.
WAITING: dict[str, set[str]] = {}

RULES = sorted({rule for claim in claims() for rule in claim.rules})
HERE = [pytest.param(claim, id=claim.id) for claim in claims()]


def phrased() -> set[tuple[str, int, str]]:
    """What the claims are made of: document, line, phrase."""
    return {
        (claim.document, line, phrase)
        for claim in claims()
        for line, phrase in claim.covers()
        if phrase
    }


def test_every_hit_is_covered_by_a_claim() -> None:
    uncovered = {hit[:3] for hit in hits()} - phrased()

    assert uncovered == set()


def test_no_claim_names_a_phrase_that_is_not_there() -> None:
    assert phrased() - {hit[:3] for hit in hits()} == set()


def test_every_claim_has_a_name_of_its_own() -> None:
    assert [
        name for name, count in Counter(claim.id for claim in claims()).items() if count > 1
    ] == []


@pytest.mark.parametrize("claim", HERE)
def test_a_claim_has_a_rule_and_a_test_or_waits_for_an_operation(claim: Claim) -> None:
    assert claim.at
    assert claim.says
    assert bool(claim.rules) == bool(claim.tests) == (not claim.waits_for)


def test_only_the_claims_listed_here_wait() -> None:
    waiting: dict[str, set[str]] = {}
    for claim in claims():
        if claim.waits_for:
            waiting.setdefault(claim.waits_for, set()).add(claim.id)

    assert waiting == WAITING


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_leads_somewhere(rule: str) -> None:
    follow(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "onboarding_mangopay.wire.natural:NaturalUser.FirstName#hidden",
        "onboarding_mangopay.wire.natural:NaturalUser.FirstNames#max",
        "onboarding_mangopay.wire.natural:NaturalUser.FirstName#colour",
        "onboarding_mangopay.wire.natural:NaturalUser.Tag#min",
        "onboarding_mangopay.wire.natural:NaturalUser.Tag#kept",
        "onboarding_mangopay.wire.natural:NoUser.Tag#max",
        "onboarding_mangopay.errors:_TYPES[no_such_type]",
        "onboarding_mangopay.errors:_TEXTS[no_such_code]",
        "onboarding_mangopay.wire.vocabulary:CATEGORY[BANKER]",
        "onboarding_mangopay.wire.vocabulary:LEVELS[SUPER]",
        "onboarding_mangopay.adapter:MangoPay.fly",
        "onboarding_mangopay.nowhere:MangoPay",
        "onboarding.model.user:Identity.gender#shape",
        "onboarding.model.user:Identity.nationality#max",
        "whatever",
    ],
)
def test_a_rule_that_leads_nowhere_is_found_out(rule: str) -> None:
    with pytest.raises(BrokenRuleError):
        follow(rule)


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("test", sorted(named_tests()))
def test_a_named_test_is_there(test: str) -> None:
    path, _, name = test.partition("::")

    assert (ROOT / path).is_file()
    assert name.startswith("test_")
    assert name in functions(ROOT / path)


def test_the_page_shows_the_ledger() -> None:
    text = PAGE.read_text("utf-8")

    fresh = refreshed(text)

    if UPDATE:
        PAGE.write_text(fresh, "utf-8")
    else:
        assert text == fresh
    assert [text.count(f"<!-- claims: {name} -->") for name in DOCUMENTS] == [1] * len(DOCUMENTS)


def test_the_list_of_hits_is_that_of_the_documents() -> None:
    folder = os.environ.get(SOURCES)
    if folder is None:
        pytest.skip(f"{SOURCES} names no folder with the documents: the list is taken as it is")

    texts = documents_in(Path(folder))

    assert set(texts) == set(DOCUMENTS)
    assert [hit for name in DOCUMENTS for hit in hits_in(name, texts[name])] == list(hits())
