"""Declarations of beneficial owners: create, add owners, submit, decide."""

from __future__ import annotations

from attrs import evolve

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_open_user, find_row, find_user, json_object, no_body
from .errors import RefusedError, invalid_action, param_error
from .events import emit
from .levels import DECLARATIONS, WITH_OWNERS, kind_of, raise_level
from .paging import listing
from .shapes import Group, Need, address, field, nested, read_shape
from .state import User, ulid
from .values import boolean, country, integer, nationality, one_of, text

OWNERS = "ubos"
MOST = 15
IN_PROGRESS = ("CREATED", "VALIDATION_ASKED", "INCOMPLETE")
EDITABLE = ("CREATED", "INCOMPLETE")
# docs: how-to/test-ubo-verification: the sandbox decides by the first owner's FirstName; the guide
# and the endpoint's page spell the refusal differently
OUTCOMES = {
    "AcceptUBO": "VALIDATED",
    "RefuseUBO": "REFUSED",
    "RefusedUBO": "REFUSED",
    "IncompleteUBO": "INCOMPLETE",
}
STATUSES = ("VALIDATED", "REFUSED", "INCOMPLETE")
# docs: view-ubo-declaration, property Reason
REASONS = (
    "MISSING_UBO",
    "DECLARATION_DO_NOT_MATCH_UBO_INFORMATION",
    "WRONG_UBO_INFORMATION",
    "UBO_IDENTITY_NEEDED",
    "SHAREHOLDERS_DECLARATION_NEEDED",
    "ORGANIZATION_CHART_NEEDED",
    "DOCUMENTS_NEEDED",
    "SPECIFIC_CASE",
)

ALL = Need.EVERYBODY
# docs: create-ubo
_UBO = (
    field("FirstName", text(100, 1), ALL),
    field("LastName", text(100, 1), ALL),
    evolve(address("Address", ALL), region_path="Region"),
    field("Nationality", nationality, ALL),
    field("Birthday", integer, ALL),
    Group(
        name="Birthplace",
        need=ALL,
        fields=(field("City", text(255, 1), ALL), field("Country", country, ALL)),
    ),
    field("IsActive", boolean),
    field("isActive", boolean, store="IsActive"),
)


def create(world: World, call: Call) -> Reply:
    """Creates a declaration (docs: create-ubo-declaration)."""
    user = find_open_user(world, call.params["user"])
    no_body(call.request, strict=world.strict)
    _want_declarant(user)
    declared = world.tables.owned(DECLARATIONS, user.id)
    if any(row["Status"] in IN_PROGRESS for row in declared):
        raise _no(
            "You can not create a declaration because you already have a declaration in progress"
        )
    now = world.clock()
    row: Row = {
        "UserId": user.id,
        "CreationDate": int(now),
        "ProcessedDate": None,
        "Status": "CREATED",
        "Reason": None,
        "Message": None,
        "Id": ulid("ubodec_m_", now, world.entropy),
    }
    world.tables.save(DECLARATIONS, row["Id"], row, user.id)
    emit(world, "UBO_DECLARATION_CREATED", row["Id"])
    return Reply(body=_shown(world, row))


def view(world: World, call: Call) -> Reply:
    """Shows a declaration (docs: view-ubo-declaration); the path may also name its user."""
    return Reply(body=_shown(world, _declaration(world, call)))


def list_of_user(world: World, call: Call) -> Reply:
    """Lists the declarations of a user (docs: list-ubo-declarations)."""
    user = find_user(world, call.params["user"])
    rows = world.tables.owned(DECLARATIONS, user.id)
    return listing(call, rows, words=("Status",), show=lambda row: _shown(world, row))


def submit(world: World, call: Call) -> Reply:
    """Submits a declaration (docs: submit-ubo-declaration)."""
    find_open_user(world, call.params["user"])
    row = _declaration(world, call)
    shape = (field("Status", one_of("VALIDATION_ASKED"), ALL),)
    reading = read_shape(shape, json_object(call.request), lambda need: need is ALL)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    _want_editable(row)
    owners = world.tables.owned(OWNERS, row["Id"])
    if not owners:
        raise _no("You can not request validation for a declaration which has no ubo")
    row |= {"Status": "VALIDATION_ASKED", "Reason": None, "Message": None}
    world.tables.save(DECLARATIONS, row["Id"], row)
    emit(world, "UBO_DECLARATION_VALIDATION_ASKED", row["Id"])
    shown = _shown(world, row)
    outcome = OUTCOMES.get(owners[0]["FirstName"])
    if outcome is not None:
        decide(world, row["Id"], outcome)
    return Reply(body=shown)


def decide(
    world: World,
    declaration_id: str,
    status: str,
    reason: str | None = None,
    message: str | None = None,
) -> None:
    """Decides on a submitted declaration; an incomplete one can be edited and submitted again."""
    if status not in STATUSES:
        raise ValueError(f"status: expected one of {', '.join(STATUSES)}")
    row = world.tables.get(DECLARATIONS, declaration_id)
    if row is None or row["Status"] != "VALIDATION_ASKED":
        raise LookupError("no submitted declaration has this id")
    decided = {
        **row,
        "Status": status,
        "ProcessedDate": int(world.clock()),
        "Reason": reason,
        "Message": message,
    }
    world.tables.save(DECLARATIONS, declaration_id, decided)
    emit(world, f"UBO_DECLARATION_{status}", declaration_id)
    user = world.store.user(row["UserId"])
    if status == "VALIDATED" and user is not None and user.status != "CLOSED":
        world.store.save_user(raise_level(world, user))


def create_owner(world: World, call: Call) -> Reply:
    """Adds an owner to a declaration (docs: create-ubo)."""
    find_open_user(world, call.params["user"])
    declaration = _declaration(world, call)
    row = _read_owner(call, Need.EVERYBODY)
    _want_editable(declaration)
    if len(world.tables.owned(OWNERS, declaration["Id"])) >= MOST:
        raise _no(f"You can not create more than {MOST} UBO for a declaration")
    now = world.clock()
    made: Row = {
        **row,
        "Id": ulid("ubo_m_", now, world.entropy),
        "CreationDate": int(now),
        "IsActive": True,
        "UserId": declaration["UserId"],
        "Declaration": declaration["Id"],
    }
    world.tables.save(OWNERS, made["Id"], made, declaration["Id"])
    return Reply(body=_owner_shown(made))


def update_owner(world: World, call: Call) -> Reply:
    """Updates an owner (docs: update-ubo); an inactive owner cannot be updated."""
    find_open_user(world, call.params["user"])
    declaration = _declaration(world, call)
    row = _owner(world, call)
    changed = _read_owner(call, None)
    _want_editable(declaration)
    if not row["IsActive"]:
        raise _no("You can not update an UBO that is inactive")
    birthplace: Row = {**row["Birthplace"], **changed.get("Birthplace", {})}
    row |= {**changed, "Birthplace": birthplace}
    world.tables.save(OWNERS, row["Id"], row)
    return Reply(body=_owner_shown(row))


def view_owner(world: World, call: Call) -> Reply:
    """Shows an owner (docs: view-ubo)."""
    return Reply(body=_owner_shown(_owner(world, call)))


def _declaration(world: World, call: Call) -> Row:
    user_id = call.params.get("user")
    return find_row(world, DECLARATIONS, "UboDeclaration", call.params["id"], user_id)


def _owner(world: World, call: Call) -> Row:
    return find_row(world, OWNERS, "Ubo", call.params["ubo"], call.params["user"])


def _want_declarant(user: User) -> None:
    kind = kind_of(user)
    if kind not in WITH_OWNERS:
        # printed for a SOLETRADER; the answer for a natural user is not documented
        raise _no(f"Cannot create an UBO for a LegalUser of type {kind}")
    if user.category != "OWNER":
        raise _no(f"User belonging to category {user.category} can't create UBO declarations")


def _want_editable(row: Row) -> None:
    if row["Status"] not in EDITABLE:
        # the refusal is documented, its text is ours
        raise _no("You can not change a declaration that was submitted")


def _read_owner(call: Call, need: Need | None) -> Row:
    """Returns the fields of an owner as they are stored: nested as on the wire."""
    reading = read_shape(_UBO, json_object(call.request), lambda each: each is need)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    return nested(reading.values)


def _shown(world: World, row: Row) -> Row:
    owners = [_owner_shown(owner) for owner in world.tables.owned(OWNERS, row["Id"])]
    return {**row, "Ubos": owners}


def _owner_shown(row: Row) -> Row:
    keys = ("FirstName", "LastName", "Address", "Nationality", "Birthday", "Birthplace")
    return {key: row[key] for key in (*keys, "IsActive", "Id", "CreationDate")}


def _no(text: str) -> RefusedError:
    return RefusedError(invalid_action(text))
