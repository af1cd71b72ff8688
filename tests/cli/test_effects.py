"""`onboarding effects` says what a change of a stored record costs, and shows no value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result
from onboarding import (
    Address,
    Identity,
    KYCLevel,
    Terms,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.cli.app import app

CANARY = "Zxqcanary"

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:KEY"
"""


@frozen
class Desk:
    """A folder with a configuration and a record."""

    folder: Path

    def effects(self, changes: Any, *more: str) -> Result:
        place = self.folder / "changes.json"
        place.write_text(changes if isinstance(changes, str) else json.dumps(changes), "utf-8")
        files = [str(self.folder / "record.json"), str(place)]
        arguments = ["effects", *files, "--config", str(self.folder / "onboarding.toml"), *more]
        return CliRunner().invoke(app, arguments, env={"COLUMNS": "80"})

    def store(self, record: UserRecord) -> None:
        (self.folder / "record.json").write_text(record.to_json(), "utf-8")


def record(category: UserCategory = UserCategory.OWNER, gateway: str = "fr") -> UserRecord:
    user = User(
        identity=Identity(given_name=CANARY, family_name=CANARY, nationality="LT"),
        address=Address(line1=CANARY, city=CANARY, postal_code="1", country="LT"),
        email=f"{CANARY}@example.com",
        category=category,
        terms=Terms(accepted=True),
    )
    return UserRecord(
        provider="mangopay",
        gateway=gateway,
        id="7",
        user=user,
        kyc_level=KYCLevel.REGULAR,
        provider_fields={"ProofOfIdentity": "kyc_1"},
    )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("KEY", "k")
    (tmp_path / "onboarding.toml").write_text(CONFIG, "utf-8")
    made = Desk(tmp_path)
    made.store(record())
    return made


def test_a_level_that_falls_is_shown_with_its_cause(desk: Desk) -> None:
    done = desk.effects({"identity": {"family_name": f"New{CANARY}"}, "phone": "+37066612345"})

    assert done.exit_code == 1
    for words in (
        "REGULAR falls to LIGHT",
        "identity.family_name",
        "accepted documents go out of date: identity",
        "an OWNER must enrol again",
        "phone",
        "docs: guides/users/verification/downgrade",
    ):
        assert words in done.stdout
    assert CANARY not in done.output
    assert "37066612345" not in done.output


def test_effects_are_printed_as_json(desk: Desk) -> None:
    done = desk.effects({"identity": {"family_name": "Novak"}}, "--json")

    told = json.loads(done.stdout)
    assert told["changed"] == ["identity.family_name"]
    assert [effect["kind"] for effect in told["effects"]] == ["lowers_level", "outdates"]
    assert told["effects"][1]["documents"] == ["proof_of_identity"]
    assert told["not_sent"] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"occupation": "baker"}, "no effects besides the change itself"),
        ({"identity": {"given_name": CANARY}}, "nothing changes"),
        ({}, "nothing changes"),
    ],
)
def test_a_change_that_costs_nothing_is_exit_code_0(
    desk: Desk, changes: dict[str, Any], words: str
) -> None:
    done = desk.effects(changes)

    assert done.exit_code == 0
    assert words in done.stdout


def test_a_step_that_cannot_be_undone_is_shown(desk: Desk) -> None:
    desk.store(record(UserCategory.PAYER))

    done = desk.effects({"category": "OWNER"})

    assert "an OWNER never becomes a PAYER again" in done.stdout
    assert "this call cannot change it; categorise_user can" in " ".join(
        done.stdout.replace("│", " ").split()
    )


def test_fields_that_cannot_be_cleared_are_shown(desk: Desk) -> None:
    done = desk.effects({"address": None, "tag": None})

    assert done.exit_code == 1
    assert "refused: the provider documents no way to clear it" in done.stdout
    assert "address.postal_code" in done.stdout
    assert "tag" not in done.stdout


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone": CANARY}, "phone: expected one phone number"),
        ({"nope": 1}, "nope: there is no such field"),
        ("[]", "is not a JSON object"),
        ("{", "cannot be read as JSON"),
        ('{"tag": "a", "tag": "b"}', "tag: is given more than once"),
        ('{"extras": {"mangopay": ' + "[" * 900 + "]" * 900 + "}}", "is nested too deep"),
    ],
)
def test_invalid_changes_are_exit_code_2(desk: Desk, changes: Any, words: str) -> None:
    done = desk.effects(changes)

    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
    assert CANARY not in done.output


def test_a_record_of_a_gateway_that_is_not_configured_is_exit_code_2(desk: Desk) -> None:
    desk.store(record(gateway="lt"))

    done = desk.effects({"occupation": "baker"})

    assert done.exit_code == 2
    assert "no such gateway" in done.stderr


def test_a_file_that_is_no_record_is_exit_code_2(desk: Desk) -> None:
    (desk.folder / "record.json").write_text('{"id": "7"}', "utf-8")

    done = desk.effects({})

    assert done.exit_code == 2
    assert "expected user_record/1" in done.stderr
