"""`onboarding translate` turns one provider's user into another's and owns up to every loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding.cli.app import app

# docs.mangopay.com, api-reference/users/natural-user-object-sca, shortened
MANGOPAY = {
    "Id": "user_m_01HQK25M6KVHKDV0S36JY9NRKR",
    "PersonType": "NATURAL",
    "FirstName": "Alex",
    "LastName": "Smith",
    "Birthday": -7862400,
    "Nationality": "FR",
    "Email": "alex@example.com",
    "PhoneNumber": "+33611111111",
    "KYCLevel": "LIGHT",
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
    "PendingUserAction": None,
}

# developers.paysera.com, user-resource, shortened
PAYSERA = {
    "id": 221,
    "email": "email@example.com",
    "phone": "37066612345",
    "dob": "1990-01-02",
    "identity": {"name": "John", "surname": "Smith", "nationality": "lt", "code": "31001010000"},
    "identification_level": "identified",
}


def translate(source: str, target: str, payload: Any, *more: str) -> Result:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    arguments = ["translate", "--from", source, "--to", target, "-", *more]
    return CliRunner().invoke(app, arguments, input=text)


def losses(done: Result) -> dict[tuple[str, str], str]:
    found = json.loads(done.stderr)["losses"]
    return {(loss["path"], loss["wire_path"]): loss["kind"] for loss in found}


def test_mangopay_to_paysera() -> None:
    done = translate("mangopay", "paysera", MANGOPAY, "--json")

    assert json.loads(done.stdout) == {
        "email": "alex@example.com",
        "phone": "33611111111",
        "identity": {"name": "Alex", "surname": "Smith", "nationality": "fr"},
    }
    assert losses(done)["identity.birthdate", "dob"] == "dropped"
    assert losses(done)["", "Id"] == "not_applicable"
    assert done.exit_code == 1


def test_paysera_to_mangopay() -> None:
    done = translate("paysera", "mangopay", PAYSERA, "--json")

    told = json.loads(done.stdout)
    assert told["FirstName"] == "John"
    assert told["Nationality"] == "LT"
    assert told["Birthday"] == 631238400
    assert told["PhoneNumber"] == "+37066612345"
    assert losses(done)["identity.national_id.code", ""] == "dropped"
    assert done.exit_code == 1


def test_nothing_dropped_is_exit_code_0() -> None:
    small = {"id": 221, "identity": {"name": "John", "surname": "Smith"}, "email": "a@example.com"}

    done = translate("paysera", "mangopay", small)

    assert done.exit_code == 0
    assert json.loads(done.stdout)["LastName"] == "Smith"


def test_there_and_back_is_the_same() -> None:
    done = translate("mangopay", "mangopay", MANGOPAY)

    written = json.loads(done.stdout)
    facts = {"Id", "PersonType", "KYCLevel", "PendingUserAction"}
    assert written == {name: value for name, value in MANGOPAY.items() if name not in facts}


def test_an_unknown_key_and_a_time_of_day_are_losses() -> None:
    done = translate("mangopay", "mangopay", {**MANGOPAY, "Birthday": 1, "New": 1}, "--json")

    assert losses(done)["", "New"] == "dropped"
    assert losses(done)["identity.birthdate", "Birthday"] == "coarsened"
    assert done.exit_code == 1


def test_paysera_does_not_support_a_company() -> None:
    company = {"PersonType": "LEGAL", "Name": "Acme", "PendingUserAction": None}

    done = translate("mangopay", "paysera", company)

    assert done.exit_code == 1
    assert done.stdout == ""
    assert "company" in done.stderr


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_half_a_surrogate_pair_is_written_as_it_was_read(more: list[str]) -> None:
    small = '{"id": 221, "email": "a@example.com", "identity": {"name": "\\ud83d"}}'

    done = translate("paysera", "mangopay", small, *more)

    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.exit_code in (0, 1)
    assert json.loads(done.stdout)["FirstName"] == "\ud83d"


def test_with_json_losses_are_a_document_of_their_own_on_standard_error() -> None:
    done = translate("mangopay", "paysera", MANGOPAY, "--json")

    assert set(json.loads(done.stderr)) == {"losses"}
    assert "losses" not in json.loads(done.stdout)


@pytest.mark.parametrize(
    "payload",
    [
        '{"id": 1, "email": "a@example.com", "email": "b@example.com"}',
        '{"A": NaN}',
        "[",
        "[]",
        "[" * 100_000,
    ],
)
def test_an_object_that_is_not_a_user_is_exit_code_2(payload: str) -> None:
    done = translate("paysera", "mangopay", payload)

    assert done.exit_code == 2
    assert done.stdout == ""


def test_a_field_of_another_type_is_reported_and_the_rest_translated() -> None:
    shown = {"id": 5, "email": 5, "identity": "x", "phone": "37061234567"}

    done = translate("paysera", "mangopay", json.dumps(shown), "--json")

    losses = {loss["wire_path"]: loss["path"] for loss in json.loads(done.stderr)["losses"]}
    assert losses["email"] == "email"
    assert losses["identity"] == "identity"
    assert json.loads(done.stdout)["PhoneNumber"] == "+37061234567"


def test_an_unknown_provider_is_exit_code_2_with_a_hint() -> None:
    done = translate("mangopy", "paysera", MANGOPAY)

    assert done.exit_code == 2
    assert "did you mean mangopay?" in done.stderr


def test_a_file_is_read(tmp_path: Path) -> None:
    place = tmp_path / "user.json"
    place.write_text(json.dumps(PAYSERA), "utf-8")

    done = CliRunner().invoke(
        app, ["translate", "--from", "paysera", "--to", "mangopay", str(place)]
    )

    assert json.loads(done.stdout)["Email"] == "email@example.com"
    assert "national" in done.stderr
