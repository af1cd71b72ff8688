"""People in the columns of a CSV, and in the lines of a JSON file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from onboarding import InvalidInput, Person, PersonRole, User
from onboarding.bulk import UserFile
from onboarding.bulk.headings import path_of


def read(cells: dict[str, str]) -> User:
    text = io.StringIO()
    csv.writer(text).writerows([["ref", *cells], ["acme", *cells.values()]])
    (line,) = UserFile(io.BytesIO(text.getvalue().encode()), is_csv=True)
    data: Any = line.data
    assert line.ref == "acme"
    return User.parse(data)


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("people.ada.identity.given_name", "people.ada.identity.given_name"),
        ("people[ada].identity.given_name", "people.ada.identity.given_name"),
        ("People Representative E-mail", "people.representative.email"),
        ("company.representative.email", "people.representative.email"),
        ("people.ada.roles", "people.ada.roles"),
        ("people.ada.ownership_percent", "people.ada.ownership_percent"),
        ("people.ada.ref", None),
        ("people.ada", None),
        ("people.ada.nothing", None),
        ("people.a b.email", None),
        ("company.beneficial_owners", None),
    ],
)
def test_a_heading_names_a_person_by_ref(heading: str, path: str | None) -> None:
    assert path_of(heading) == path


def test_a_row_has_several_people_with_several_roles() -> None:
    user = read(
        {
            "people.ada.roles": "beneficial_owner; director",
            "people.ada.ownership_percent": "25.5",
            "people.representative.email": "rep@example.com",
            "people.eve.email": "",
            "people.eve.roles": "",
        }
    )

    owns, directs = PersonRole.BENEFICIAL_OWNER, PersonRole.DIRECTOR
    acts = (PersonRole.REPRESENTATIVE,)
    assert user.people == (
        Person(ref="ada", roles=(owns, directs), ownership_percent=25.5),
        Person(ref="representative", roles=acts, email="rep@example.com"),
    )


def test_a_wrong_cell_is_named_by_the_path_of_the_person() -> None:
    with pytest.raises(InvalidInput) as raised:
        read(
            {
                "people.ada.identity.birthdate": "yesterday",
                "people.bob.roles": "boss",
                "people.bob.ownership_percent": "a quarter",
            }
        )

    assert set(raised.value.paths) == {
        "people[ada].roles",
        "people[ada].identity.birthdate",
        "people[bob].roles.0",
        "people[bob].ownership_percent",
    }
