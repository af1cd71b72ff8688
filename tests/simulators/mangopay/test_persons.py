"""Persons of significant control at the simulator: each in a session of their own."""

from __future__ import annotations

import pytest
from tests.mangopay.stage import LEGAL, Json, Stage, errors, good, refusal

GUNNER = {"FirstName": "Gunner", "LastName": "Beier", "Email": "gunner@example.com"}


def invited(stage: Stage) -> tuple[str, Json]:
    """Gives the id of a validated session with the one person whom it invited."""
    made = stage.made(
        f"users/{stage.owner(LEGAL)}/identity-verifications", {"ReturnUrl": "https://example.com"}
    )
    stage.sim.complete_verification(made["Id"], invited=[GUNNER])
    (person,) = good(stage.call("GET", f"identity-verifications/{made['Id']}"))["PSCs"]
    return made["Id"], person


def test_a_validated_session_invites_its_persons(stage: Stage) -> None:
    session, person = invited(stage)
    user = good(stage.call("GET", f"identity-verifications/{session}"))["UserId"]

    assert (person["Status"], person["MainSessionId"]) == ("PENDING_VALIDATION", session)
    assert person | GUNNER == person
    assert stage.call("GET", f"users/{user}/pscs").json() == [person]
    assert ("IDENTITY_VERIFICATION_PSC_PENDING", person["Id"]) in stage.events()


def test_a_pending_person_is_given_the_same_link_and_the_new_details(stage: Stage) -> None:
    session, person = invited(stage)
    path = f"identity-verifications/{session}/pscs/{person['Id']}/retry"

    again = good(stage.call("PUT", path, {}))
    changed = good(stage.call("PUT", path, {"LastName": "Meier"}))

    assert again == person
    assert changed == person | {"LastName": "Meier"}


@pytest.mark.parametrize("status", ["VALIDATED", "REJECTED"])
def test_a_person_who_ended_is_given_a_new_link(stage: Stage, status: str) -> None:
    session, person = invited(stage)
    path = f"identity-verifications/{session}/pscs/{person['Id']}/retry"

    stage.sim.finish_person(person["Id"], status)
    again = good(stage.call("PUT", path, {}))

    assert (again["Id"], again["Status"]) == (person["Id"], "PENDING_VALIDATION")
    assert again["HostedUrl"] != person["HostedUrl"]
    assert (f"IDENTITY_VERIFICATION_PSC_{status}", person["Id"]) in stage.events()


def test_an_abandoned_person_cannot_try_again(stage: Stage) -> None:
    session, person = invited(stage)
    path = f"identity-verifications/{session}/pscs/{person['Id']}/retry"
    stage.sim.finish_person(person["Id"], "ABANDONED")

    answer = stage.call("PUT", path, {})

    assert refusal(answer)[:2] == (400, "invalid_action")


def test_details_that_are_wrong_and_persons_who_are_unknown_are_refused(stage: Stage) -> None:
    session, person = invited(stage)
    path = f"identity-verifications/{session}/pscs"

    wrong = stage.call("PUT", f"{path}/{person['Id']}/retry", {"Email": "gunner"})
    unknown = stage.call("PUT", f"{path}/psc_none/retry", {})

    assert list(errors(wrong)) == ["Email"]
    assert unknown.json()["Type"] == "ressource_not_found"


def test_only_a_pending_person_can_end(stage: Stage) -> None:
    _, person = invited(stage)
    stage.sim.finish_person(person["Id"])

    with pytest.raises(LookupError):
        stage.sim.finish_person(person["Id"])
    with pytest.raises(ValueError, match="VALIDATED"):
        stage.sim.finish_person(person["Id"], "GONE")
