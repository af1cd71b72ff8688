"""Every field that the documents name has a place, and the table that says so is right.

`data/document_fields.json` lists the names as the documents spell them. It was taken from the
documents' texts, not from the wire classes, so that the two can disagree.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest
from onboarding import Gateway, NextAction, ProviderError, User, UserRecord
from onboarding.mapping import Translation, translation
from onboarding.mapping.paths import core

from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_paysera import Paysera
from onboarding_paysera.wire.user import PayseraUser

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs" / "reference" / "fields.md"
NAMED: dict[str, list[str]] = json.loads(
    (HERE / "data" / "document_fields.json").read_text("utf-8")
)


def table() -> list[tuple[str, str, str]]:
    """The rows of the page: document, field, place."""
    rows: list[tuple[str, str, str]] = []
    document = ""
    for line in DOCS.read_text("utf-8").splitlines():
        if found := re.match(r"Document `(.+)`\.", line):
            document = found[1]
        elif document and (found := re.fullmatch(r"\| `(.+)` \| `(.+)` \|", line)):
            rows.append((document, found[1], found[2]))
    return rows


ROWS = table()


def wires(document: str) -> list[Translation]:
    """The translations that speak the shape of a document."""
    if document == "user-resource":
        return [translation(PayseraUser, "paysera")]
    return [translation(cls, "mangopay") for cls in (LegacyNaturalUser, NaturalUser)]


def wire_name(field: str) -> str:
    """The provider's name of a field, without the call that it belongs to."""
    return field.rpartition(" ")[2]


def is_core(path: str) -> bool:
    value: Any = core(User)
    try:
        for name in path.split("."):
            value = getattr(value, name)
    except AttributeError:
        return False
    return True


def kept_somewhere(document: str, name: str) -> bool:
    return any(name.partition(".")[0] in wire.plan.kept for wire in wires(document))


def parameters(call: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\w+)\((\w+)\)", call)
    assert found is not None
    return found[1], found[2]


@pytest.mark.parametrize("document", NAMED)
def test_the_table_names_every_field_of_a_document_once(document: str) -> None:
    listed = [field for place, field, _ in ROWS if place == document]

    assert sorted(listed) == sorted(NAMED[document])
    assert len(set(listed)) == len(listed)


def test_the_documents_are_five_and_each_names_its_share() -> None:
    counts = {document: len(fields) for document, fields in NAMED.items()}

    assert set(counts) == {document for document, _, _ in ROWS}
    assert counts == {
        "users-of-the-node-sdk": 65,
        "create-natural-user": 34,
        "update-natural-user": 36,
        "natural-user-object": 27,
        "user-resource": 113,
    }


@pytest.mark.parametrize(
    ("document", "field", "place"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS]
)
def test_a_field_is_where_the_table_says(document: str, field: str, place: str) -> None:
    name = wire_name(field)
    kind, _, rest = place.partition(".")

    if kind == "adapter":
        adapter = Paysera if document == "user-resource" else MangoPay
        call, parameter = parameters(rest)
        assert parameter in inspect.signature(getattr(adapter, call)).parameters
    elif "(" in place:
        call, parameter = parameters(place)
        assert parameter in inspect.signature(getattr(Gateway, call)).parameters
    elif kind == "error":
        assert hasattr(ProviderError, rest)
    elif kind == "setting":
        adapter = Paysera if document == "user-resource" else MangoPay
        assert rest in attrs.fields_dict(adapter)
    elif kind == "action":
        assert rest in attrs.fields_dict(NextAction)
    elif kind == "record" and rest.startswith("provider_fields."):
        assert rest == f"provider_fields.{name.partition('.')[0]}"
        assert kept_somewhere(document, name)
    elif kind == "record":
        assert rest in attrs.fields_dict(UserRecord)
        assert kept_somewhere(document, name)
    elif kind == "extras":
        assert place in data_below(document, name)
    else:
        assert is_core(place)
        assert all(wire.core_path(name) == place for wire in wires(document))


def data_below(document: str, name: str) -> set[str]:
    """The core paths of a wire field or of those inside it, and what they share."""
    found = {
        mapped.core
        for wire in wires(document)
        for mapped in wire.plan.fields
        if mapped.wire == name or mapped.wire.startswith(f"{name}.")
    }
    return found | {path.rpartition(".")[0] for path in found}


def test_every_wire_key_of_the_mappings_can_be_written_or_is_a_fact_of_the_record() -> None:
    for document in NAMED:
        for wire in wires(document):
            names = {row.wire for row in wire.plan.rows}
            told = {mapped.wire.partition(".")[0] for mapped in wire.plan.fields}
            aside = {row.wire for row in wire.plan.rows if not row.core and not row.shown}
            assert names == told | set(wire.plan.kept) | aside
