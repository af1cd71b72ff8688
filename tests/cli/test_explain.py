"""`onboarding explain` tells how each field goes to each provider, as the mapping declares it."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding import User
from onboarding.cli.app import app
from onboarding.mapping.paths import leaves
from onboarding.registry import Registry
from onboarding.spi import Adapter

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

PATHS = list(leaves(User))
OBJECTS = sorted({path.rpartition(".")[0] for path in PATHS} - {""})


def explain(*arguments: str, columns: int = 80) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments], env={"COLUMNS": str(columns)})


def told(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(explain(*arguments, "--json").stdout)["explanations"]
    return found


def test_a_field_is_explained_for_each_provider() -> None:
    done = explain("identity.birthdate")

    assert done.exit_code == 0
    for words in (
        "Birthday",
        "Unix time of midnight UTC",
        "category is OWNER",
        "null if category is PAYER",
        "REGULAR falls to LIGHT",
        "docs: api-reference/users/natural-user-object-sca",
        "dob",
        "yyyy-mm-dd",
        "read-only at paysera: no API call can set it",
    ):
        assert words in done.stdout


@pytest.mark.parametrize("path", PATHS)
def test_every_core_path_is_explained_by_every_provider(path: str) -> None:
    found = told(path)

    assert {one["provider"] for one in found} == {"mangopay", "paysera", "stripe"}
    assert {one["core_path"].partition("[")[0] for one in found} == {path}  # people by role
    assert all(one["wire_path"] or one["loss"] or one["form"] for one in found)
    assert all(one["sources"] for one in found)


def test_classes_with_equal_explanations_are_shown_once() -> None:
    found = [one["wire_classes"] for one in told("identity.birthdate")]

    # MangoPay's legacy endpoints have a last day, and so are told apart
    assert found == [
        ["NaturalUser"],
        ["LegacyNaturalUser"],
        ["PayseraUser", "AddressedUser"],
        ["IndividualAccount"],
    ]


def test_a_similar_class_is_shown_by_its_differences() -> None:
    done = explain("address.line1", "--provider", "mangopay")

    assert "LegacyNaturalUser: as NaturalUser, except" in done.stdout
    assert done.stdout.count("at most 255 characters") == 1


@pytest.mark.parametrize("path", OBJECTS)
def test_an_object_is_explained_field_by_field(path: str) -> None:
    below = [leaf for leaf in PATHS if leaf.startswith(f"{path}.")]

    found = [one["core_path"] for one in told(path)]

    assert list(dict.fromkeys(found)) == below
    assert told(f"{path}.*") == told(path)


def test_the_extras_of_one_provider_are_explained_by_it_alone() -> None:
    found = told("extras.mangopay")

    assert {one["provider"] for one in found} == {"mangopay"}
    assert "extras.mangopay.sca_context" in {one["core_path"] for one in found}


def test_a_field_of_another_class_than_users_is_explained_by_the_name_of_the_class() -> None:
    iban, _ = sorted(told("IbanAccount.iban"), key=lambda one: str(one["provider"]))
    titles = {one["provider"]: one["wire_path"] for one in told("Document.title")}

    assert (iban["provider"], iban["wire_path"], iban["required"]) == ("mangopay", "IBAN", "always")
    assert iban["limits"] == ["1 to 34 characters"]
    assert iban["written_on"] == ["create"]
    assert titles == {"mangopay": "Tag", "paysera": "title"}


def test_a_class_that_is_only_read_is_explained_by_the_fields_that_it_reads() -> None:
    cards = {one["core_path"]: one for one in told("Card")}

    assert cards["Card.alias"]["wire_path"] == "Alias"
    assert {(one["loss"], *one["written_on"]) for one in cards.values()} == {(None,)}
    assert "Card.raw" not in cards


def test_a_field_that_another_request_sends_is_explained_so() -> None:
    forms = {one["provider"]: one["form"] for one in told("Document.pages")}

    assert forms == dict.fromkeys(("mangopay", "paysera"), "sent by another request of the call")


def test_only_a_named_provider_is_explained() -> None:
    found = told("email", "--provider", "paysera")

    assert {one["provider"] for one in found} == {"paysera"}


def test_a_part_of_an_object_is_required_only_once_the_object_is_there() -> None:
    by_path = {one.core_path: one for one in MangoPay.explain("address")}
    headquarters = MangoPay.explain("company.headquarters.city")[1]

    assert by_path["address.city"].required == ""  # of a legal user, who has no such address
    assert MangoPay.explain("address.city")[0].required == "if address is given"
    assert headquarters.required == "if company.headquarters is given or category is OWNER"


def test_what_no_call_writes_is_required_by_none() -> None:
    shown, sent = Paysera.explain("address.city")

    assert (shown.required, shown.written_on) == ("", ())
    assert (sent.required, sent.written_on) == ("if address is given", ("create", "update"))


def test_a_wire_class_that_adds_to_another_cites_only_what_it_adds() -> None:
    found = {one.wire_class: one.source for one in Paysera.explain("phone")}

    assert found["AddressedUser"] == found["PayseraUser"] == "docs: user-resource"


def test_a_value_that_a_form_cannot_hold_is_said_to_lose() -> None:
    done = explain("locale", "--provider", "paysera")

    assert "inexact values: not applicable" in done.stdout


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("IbanAccount.bicc", "did you mean IbanAccount.bic?"),
        ("identity.birthdat", "did you mean identity.birthdate?"),
        ("brithdate", "did you mean identity.birthdate or"),
        ("city", "did you mean identity.birthplace.city or"),
        ("dob", "paysera uses that name for identity.birthdate"),
        ("companynumber", "mangopay uses that name for company.registration_number"),
        ("documents.0", "did you mean documents?"),
    ],
)
def test_a_wrong_path_is_reported_with_a_suggestion(path: str, hint: str) -> None:
    done = explain(path)

    assert done.exit_code == 2
    assert f"{path}: the core has no such path; {hint}" in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_a_wrong_path_is_reported_in_json() -> None:
    done = explain("xyz", "--json")

    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["problems"][0]["path"] == "xyz"


def test_an_unknown_provider_is_reported_with_a_hint() -> None:
    done = explain("email", "--provider", "mangopy")

    assert done.exit_code == 2
    assert "did you mean mangopay?" in done.stderr


class Bare(Adapter):
    """An adapter that declares no mapping."""

    provider = "bare"


def test_an_adapter_without_a_mapping_has_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(entry_points=[])
    registry.register(Bare)
    monkeypatch.setattr("onboarding.cli.input.installed", lambda: registry)

    done = explain("email")

    assert done.exit_code == 2
    assert "no adapter declares a mapping" in done.stderr


def test_a_broken_adapter_is_reported_beside_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [
        EntryPoint("broken", "no_such_module_anywhere", "onboarding"),
        EntryPoint("paysera", "onboarding_paysera", "onboarding"),
    ]
    registry = Registry(entry_points=points)
    monkeypatch.setattr("onboarding.cli.input.installed", lambda: registry)

    done = explain("email", "--json")

    assert done.exit_code == 0
    assert {one["provider"] for one in json.loads(done.stdout)["explanations"]} == {"paysera"}
    assert "broken is left out" in done.stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_cut(columns: int) -> None:
    for path in ("identity", "address", "company", "email", "credentials"):
        done = explain(path, columns=columns)

        assert max(map(len, done.stdout.splitlines())) <= columns
        said = " ".join(done.stdout.split())
        for one in told(path):
            assert one["core_path"] in said
            assert one["wire_path"] in said
            assert all(source in said for source in one["sources"])
