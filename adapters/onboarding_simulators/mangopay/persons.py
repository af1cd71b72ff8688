"""Persons of significant control, each verified in a session of their own.

docs: idv-sessions/retry-psc-session, list-psc-sessions-user, release-notes/api/2026-08-18
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_row, json_object
from .errors import RefusedError, invalid_action, not_found, param_error
from .events import emit
from .paging import listing
from .shapes import field, read_shape
from .state import ulid
from .values import email, nationality, open_country, text

SESSIONS = "verifications"
# the format of the date and the values of the type are not documented
DETAILS = (
    field("FirstName", text(100)),
    field("LastName", text(100)),
    field("Email", email),
    field("DateOfBirth", text(255)),
    field("Country", open_country),
    field("Nationality", nationality),
    field("PscType", text(255)),
)
OUTCOMES = ("VALIDATED", "REJECTED", "ABANDONED")


def invite(world: World, session: Row, persons: Iterable[Mapping[str, object]]) -> Row:
    """Returns a validated session with a session for each invited person."""
    made = [_new(world, session, person) for person in persons]
    for person in made:
        emit(world, "IDENTITY_VERIFICATION_PSC_PENDING", person["Id"])
    return {**session, "PSCs": [*session["PSCs"], *made]}


def finish(world: World, person_id: str, status: str) -> None:
    """Ends the session of a person."""
    if status not in OUTCOMES:
        raise ValueError(f"status: expected one of {', '.join(OUTCOMES)}")
    for session in world.tables.all(SESSIONS):
        for person in _persons(session):
            if person["Id"] == person_id and person["Status"] == "PENDING_VALIDATION":
                _keep(world, session, {**person, "Status": status})
                emit(world, f"IDENTITY_VERIFICATION_PSC_{status}", person_id)
                return
    raise LookupError("no pending session of a person has this id")


def retry(world: World, call: Call) -> Reply:
    """Returns the existing link of a pending session, or a new one for an ended session."""
    session = find_row(world, SESSIONS, "IdentityVerification", call.params["id"])
    found = [each for each in _persons(session) if each["Id"] == call.params["person"]]
    if not found:
        raise RefusedError(not_found("Psc", call.params["person"]))
    (person,) = found
    reading = read_shape(DETAILS, json_object(call.request), lambda need: False)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    if person["Status"] == "ABANDONED":  # the text is not documented
        raise RefusedError(invalid_action("This PSC Session was abandoned and cannot be retried."))
    if person["Status"] != "PENDING_VALIDATION":
        person = {**person, "Status": "PENDING_VALIDATION", **_link(world)}
    person = {**person, **reading.values}
    _keep(world, session, person)
    return Reply(body=person)


def list_of_user(world: World, call: Call) -> Reply:
    """Lists the sessions of persons across all sessions of a user."""
    user_id = call.params["user"]
    if world.store.user(user_id) is None:
        raise RefusedError(not_found("User", user_id))
    sessions = world.tables.owned(SESSIONS, user_id)
    return listing(call, [person for each in sessions for person in _persons(each)])


def _new(world: World, session: Row, person: Mapping[str, object]) -> Row:
    now = world.clock()
    return {
        "Id": ulid("psc_", now, world.entropy),
        "Status": "PENDING_VALIDATION",
        **{each.name: person.get(each.name) for each in DETAILS},
        "Data": [],
        "MainSessionId": session["Id"],
        "CreationDate": int(now),
        **_link(world),
    }


def _link(world: World) -> Row:
    """Returns the fields of a new link; how MangoPay derives them is not documented."""
    now = world.clock()
    id = ulid("idnver_", now, world.entropy)
    url = f"{world.hosted_origin}/identity-verification?session={id}"
    return {"SessionId": id, "HostedUrl": url, "LastUpdate": int(now)}


def _persons(session: Row) -> list[Row]:
    return cast("list[Row]", session["PSCs"])


def _keep(world: World, session: Row, person: Row) -> None:
    persons = [person if each["Id"] == person["Id"] else each for each in _persons(session)]
    world.tables.save(SESSIONS, session["Id"], {**session, "PSCs": persons})
