"""Each field of the model has a meaning and an example, and the example is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
from onboarding.serialization import parse
from onboarding.values.base import Model
from tests.house.meanings import Meaning, meanings

PAGES = sorted((Path(__file__).parents[2] / "docs/reference/model").glob("*.md"))
TABLE = re.compile(r"<!-- table: (?:fields|words) ([\w.]+):(\w+) -->")


def documented() -> Iterator[type]:
    for page in PAGES:
        for module, name in TABLE.findall(page.read_text("utf-8")):
            yield getattr(import_module(module), name)


CLASSES = [cls for cls in documented() if attrs.has(cls)]
NESTED = {cls.__name__ for cls in CLASSES} | {"MappedField"}
WITHOUT_EXAMPLE = {"raw"}  # the answer of a provider, whole


def fields(cls: type) -> list[attrs.Attribute[Any]]:
    return [field for field in attrs.fields(cls) if field.init]


def is_nested(field: attrs.Attribute[Any]) -> bool:
    return bool(set(re.findall(r"\w+", str(field.type))) & NESTED)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_field_of_the_model_has_a_meaning_and_an_example(cls: type) -> None:
    told = meanings(cls)

    assert [f.name for f in fields(cls) if not told.get(f.name, Meaning()).words] == []
    plain = [f for f in fields(cls) if not is_nested(f) and f.name not in WITHOUT_EXAMPLE]
    assert [f.name for f in plain if not told[f.name].example] == []


@pytest.mark.parametrize(
    "cls", [cls for cls in CLASSES if issubclass(cls, Model)], ids=lambda cls: cls.__name__
)
def test_every_example_of_the_model_is_accepted_in_plain_data(cls: type[Model]) -> None:
    told = {name: meaning.example for name, meaning in meanings(cls).items() if meaning.example}
    given = {f.name: plain(told[f.name], f.type) for f in fields(cls) if f.name in told}

    found = parse({**empty(cls), **given}, cls)

    assert all(getattr(found, name) not in (None, "") for name in given)


def empty(cls: type) -> dict[str, Any]:
    """A nested value that is required: an empty object, or a person with what a person needs."""
    person = {"ref": "ada", "roles": ["beneficial_owner"]}
    return {
        field.name: person if field.name == "owner" else {}
        for field in fields(cls)
        if field.default is attrs.NOTHING
    }


def plain(example: str, kind: object) -> Any:
    """The plain data of an example of a field of this type."""
    is_json = example[0] in "[{" or str(kind).startswith(("int", "bool", "Percent"))
    return json.loads(example) if is_json else example
