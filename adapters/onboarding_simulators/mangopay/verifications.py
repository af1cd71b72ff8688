"""Hosted identity verification: sessions, which the user completes on a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve

from onboarding_simulators.shared import Row

from . import persons
from .calls import Call, Reply, World, find_row, json_object
from .errors import FEATURE_OFF, USER_CLOSED, RefusedError, invalid_action, not_found, param_error
from .events import emit
from .kinds import KINDS
from .levels import kind_of, set_level
from .paging import listing
from .persons import SESSIONS
from .shapes import Need, field, read_shape
from .state import User, ulid
from .values import Value, text

# docs: guides/users/verification/hosted: the event of each status; the spellings differ
EVENTS = {
    "VALIDATED": "VALIDATED",
    "REFUSED": "FAILED",
    "REVIEW": "INCONCLUSIVE",
    "OUT_OF_DATE": "OUTDATED",
    "TIMEOUT": "TIMEOUT",
    "EXPIRED": "EXPIRED",
}
_NEW_ROW = ("Id", "Tag", "CreationDate", "HostedUrl", "Status", "ReturnUrl")
_SHORT_ROW = ("Id", "Status", "CreationDate")
_NEW = (field("ReturnUrl", text(500, 1), Need.EVERYBODY), field("Tag", text(255)))


def create(world: World, call: Call) -> Reply:
    """Opens a session (docs: create-idv-session)."""
    _want_feature(world)
    user = world.store.user(call.params["user"])
    if user is None:
        text = "Missing or incorrect required parameter"
        raise RefusedError(evolve(param_error({"UserId": "UserId is not valid"}), message=text))
    if user.status == "CLOSED":  # docs: release-notes/api/2025-04-14
        raise RefusedError(USER_CLOSED)
    reading = read_shape(_NEW, json_object(call.request), lambda need: need is Need.EVERYBODY)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    _want_supported(user)
    now = world.clock()
    id = ulid("idnver_", now, world.entropy)
    row: Row = {
        "Id": id,
        "Tag": reading.values.get("Tag"),
        "CreationDate": int(now),
        "HostedUrl": f"{world.hosted_origin}/identity-verification?session={id}",
        "Status": "PENDING",
        "ReturnUrl": reading.values["ReturnUrl"],
        "UserId": user.id,
        "LastUpdate": int(now),
        "Checks": [],
        "PSCs": [],
    }
    world.tables.save(SESSIONS, id, row, user.id)
    emit(world, "IDENTITY_VERIFICATION_PENDING", id)
    return Reply(body={key: row[key] for key in _NEW_ROW})


def view(world: World, call: Call) -> Reply:
    """Shows a session with its checks (docs: view-idv-session)."""
    _want_feature(world)
    return Reply(body=find_row(world, SESSIONS, "IdentityVerification", call.params["id"]))


def list_of_user(world: World, call: Call) -> Reply:
    """Lists the sessions of a user, in short form (docs: list-idv-sessions-user)."""
    _want_feature(world)
    user_id = call.params["user"]
    if world.store.user(user_id) is None:
        raise RefusedError(not_found("User", user_id))
    rows = world.tables.owned(SESSIONS, user_id)
    return listing(call, rows, words=("Status",), show=_short)


def complete(
    world: World,
    session_id: str,
    status: str,
    verified: Mapping[str, Value] | None = None,
    reasons: Sequence[Mapping[str, str]] = (),
    invited: Sequence[Mapping[str, str]] = (),
) -> None:
    """Ends a session; VALIDATED makes the user REGULAR and stores the verified facts.

    `verified` are facts by their dotted SCA path, `reasons` objects with `Type` and `Value`. Each
    of the `invited` persons, given with the fields of a retry, gets a session.
    """
    if status not in EVENTS:
        raise ValueError(f"status: expected one of {', '.join(EVENTS)}")
    row = world.tables.get(SESSIONS, session_id)
    if row is None or (status == "OUT_OF_DATE") != (row["Status"] == "VALIDATED"):
        raise LookupError("no session with this id can get this status")
    now = int(world.clock())
    natural = _user_of(world, row).person_type == "NATURAL"
    check: Row = {
        "CheckId": ulid("idnchc_", now, world.entropy),
        "Type": "IDENTITY_DOCUMENT_VERIFICATION" if natural else "BUSINESS_VERIFICATION",
        "CheckStatus": status,
        "Reasons": [dict(each) for each in reasons],
        "CreationDate": row["CreationDate"],
        "LastUpdate": now,
        "Data": [{"Type": path, "Value": str(value)} for path, value in (verified or {}).items()],
    }
    done = {**row, "Status": status, "LastUpdate": now, "Checks": [*row["Checks"], check]}
    emit(world, f"IDENTITY_VERIFICATION_{EVENTS[status]}", session_id)
    if status == "VALIDATED":
        done = persons.invite(world, done, invited)
    world.tables.save(SESSIONS, session_id, done)
    user = _user_of(world, row)
    if status == "VALIDATED":
        user = evolve(user, facts={**user.facts, **(verified or {})})
        world.store.save_user(set_level(world, user, "REGULAR"))
    elif status == "OUT_OF_DATE":
        world.store.save_user(set_level(world, user, "LIGHT"))


def outdate_for(world: World, user: User, changed: Collection[str]) -> None:
    """Sets sessions to OUT_OF_DATE whose verified facts changed."""
    if KINDS[user.person_type].identity.isdisjoint(changed):
        return
    for row in world.tables.owned(SESSIONS, user.id):
        if row["Status"] == "VALIDATED":
            world.tables.save(SESSIONS, row["Id"], {**row, "Status": "OUT_OF_DATE"})
            emit(world, "IDENTITY_VERIFICATION_OUTDATED", row["Id"])


def _user_of(world: World, row: Row) -> User:
    user = world.store.user(row["UserId"])
    if user is None or user.status == "CLOSED" or user.category != "OWNER":
        raise LookupError("the user of this session is closed or not an OWNER")
    return user


def _want_feature(world: World) -> None:
    if not world.hosted_verification:
        raise RefusedError(FEATURE_OFF)


def _want_supported(user: User) -> None:
    if user.category != "OWNER":
        raise RefusedError(
            invalid_action("This feature is only available for users categorised as Owner.")
        )
    if kind_of(user) == "PARTNERSHIP":
        raise RefusedError(
            invalid_action(
                "The LegalUserType PARTNERSHIP is not currently supported in the identity "
                "verification process."
            )
        )


def _short(row: Row) -> Row:
    """Returns the short form of a session; in the example, a pending one has no last update."""
    updated = None if row["Status"] == "PENDING" else row["LastUpdate"]
    return {**{key: row[key] for key in _SHORT_ROW}, "LastUpdate": updated}
