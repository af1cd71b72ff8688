"""Writes on users: create, update, categorise, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from attrs import evolve

from . import levels, regulatory, sca, verifications
from .calls import Call, Handler, Reply, World, find_open_user, find_user, json_object
from .errors import (
    CLOSURE_FAILED,
    FORBIDDEN,
    OWNER_NOT_ALLOWED,
    WALLETS_NOT_EMPTY,
    RefusedError,
    param_error,
)
from .events import emit
from .intent import Intent, category_on_create, check_terms, read_intent, want_terms
from .kinds import Kind
from .money import WALLETS
from .shapes import Need, Reading, Shape, read_by_pages, read_shape
from .state import User, ulid
from .values import Value, required
from .views import legacy_view, sca_view

Facts = Mapping[str, Value]


def creating(kind: Kind, *, with_sca: bool) -> Handler:
    """Returns the handler that creates a user (docs: create-*-user, create-*-user-sca)."""
    shape = kind.sca if with_sca else kind.legacy

    def create(world: World, call: Call) -> Reply:
        _open_door(world, with_sca)
        body = json_object(call.request)
        intent = read_intent(body)
        category = category_on_create(world, intent)
        needs = {Need.EVERYBODY, *([Need.OWNER] if category == "OWNER" else [])}
        reading = _read(world, shape, body, needs.__contains__)
        want_terms(world, intent, category, with_sca=with_sca)
        _check(kind, category, reading.values, {**intent.errors, **reading.errors})
        check_terms(intent, category, accepted=False)
        user = _new_user(world, kind, category, intent, reading.values)
        redirect = None
        if with_sca and category == "OWNER":
            user, redirect = sca.on_new_owner(world, user, present=intent.present)
        world.store.save_user(user)
        return _shown(user, redirect, with_sca)

    return create


def updating(kind: Kind, *, with_sca: bool) -> Handler:
    """Returns the handler that updates the fields in a body (docs: update-natural-user-sca)."""
    shape = kind.sca if with_sca else kind.legacy

    def update(world: World, call: Call) -> Reply:
        _open_door(world, with_sca)
        user = find_open_user(world, call.params["id"], kind)
        body = json_object(call.request)
        intent = read_intent(body)
        category = _category_on_update(world, user, intent, with_sca)
        reading = _read(world, shape, body, lambda need: False)
        want_terms(world, intent, category, with_sca=with_sca)
        merged = {**user.facts, **reading.values}
        errors = {**intent.errors, **reading.errors}
        if category != user.category:
            errors.update(_missing_of_owner(kind, merged, errors))
        _check(kind, category, merged, errors)
        check_terms(intent, category, accepted=user.terms)
        changed = _changed(user, _kept(kind, category, reading.values))
        if category != user.category:
            emit(world, "USER_CATEGORY_UPDATED_TO_OWNER", user.id)
        user = _accept(world, evolve(user, category=category), intent)
        user = evolve(user, facts={**user.facts, **changed})
        user = levels.on_change(world, user, changed)
        verifications.outdate_for(world, user, changed)
        redirect = None
        if with_sca:
            user, redirect = sca.on_change(world, user, changed, present=intent.present)
        world.store.save_user(user)
        return _shown(user, redirect, with_sca)

    return update


def categorising(kind: Kind) -> Handler:
    """Returns the handler that makes a PAYER an OWNER (docs: categorize-natural-user)."""

    def categorise(world: World, call: Call) -> Reply:
        user = find_open_user(world, call.params["id"], kind)
        body = json_object(call.request)
        if user.category == "OWNER":
            raise RefusedError(OWNER_NOT_ALLOWED)
        intent = read_intent(body)
        reading = _read(world, kind.categorise, body, {Need.EVERYBODY}.__contains__)
        merged = {**user.facts, **reading.values}
        errors = {**intent.errors, **reading.errors}
        if intent.category is None:
            errors.setdefault("UserCategory", required("UserCategory"))
        elif intent.category != "OWNER":
            # only OWNER is allowed here; the text is not documented
            errors["UserCategory"] = "The requested value is not valid for UserCategory."
        _check(kind, "OWNER", merged, errors)
        check_terms(intent, "OWNER", accepted=user.terms)
        user = _accept(world, evolve(user, category="OWNER", facts=merged), intent)
        emit(world, "USER_CATEGORY_UPDATED_TO_OWNER", user.id)
        user, redirect = sca.on_new_owner(world, user, present=intent.present)
        world.store.save_user(user)
        return _shown(user, redirect, True)

    return categorise


def closing(kind: Kind) -> Handler:
    """Returns the handler that closes a user permanently (docs: close-natural-user)."""

    def close(world: World, call: Call) -> Reply:
        user = find_user(world, call.params["id"], kind)
        if user.status == "CLOSED":
            raise RefusedError(CLOSURE_FAILED)
        wallets = world.tables.owned(WALLETS, user.id)
        if any(wallet["Balance"]["Amount"] for wallet in wallets):
            raise RefusedError(WALLETS_NOT_EMPTY)
        # docs: release-notes/api/2025-04-14
        emit(world, "USER_ACCOUNT_CLOSED", user.id)
        code = user.action_code
        user = regulatory.block(world, user, inflows=True, outflows=True, code=code)
        world.store.save_user(evolve(user, status="CLOSED"))
        return Reply(status=204)

    return close


def _read(
    world: World, shape: Shape, body: Mapping[str, object], demand: Callable[[Need], bool]
) -> Reading:
    """Reads a body; a strict simulator follows the endpoints' pages where guides are laxer."""
    return (read_by_pages if world.strict else read_shape)(shape, body, demand)


def _open_door(world: World, with_sca: bool) -> None:
    """Refuses writes to deprecated endpoints after their end (docs: natural-user-object)."""
    if with_sca:
        return
    today = datetime.fromtimestamp(world.clock(), UTC).date()
    if not world.legacy or (world.legacy_until and today.isoformat() > world.legacy_until):
        raise RefusedError(FORBIDDEN)


def _shown(user: User, redirect: str | None, with_sca: bool) -> Reply:
    return Reply(body=sca_view(user, redirect) if with_sca else legacy_view(user))


def _new_user(world: World, kind: Kind, category: str, intent: Intent, values: Facts) -> User:
    now = world.clock()
    return User(
        id=ulid("user_m_", now, world.entropy),
        person_type=kind.person_type,
        category=category,
        status="ACTIVE",
        created=int(now),
        terms=bool(intent.terms),
        terms_date=int(now) if intent.terms else None,
        facts=_kept(kind, category, values),
    )


def _kept(kind: Kind, category: str, values: Facts) -> dict[str, Value]:
    """Drops the fields that a PAYER does not have; categorising requires them again."""
    if category != "PAYER":
        return dict(values)
    return {path: value for path, value in values.items() if path not in kind.hidden}


def _check(kind: Kind, category: str, facts: Facts, errors: dict[str, str]) -> None:
    """Adds the errors of rules across fields, then refuses if there are any errors."""
    number, country = f"{kind.person}PhoneNumber", f"{kind.person}PhoneNumberCountry"
    local = not str(facts.get(number) or "+").startswith("+")
    if local and not facts.get(country):
        # docs: snippets/p-body/PhoneNumberCountry
        errors.setdefault(country, required("PhoneNumberCountry"))
    business = category == "OWNER" and facts.get("LegalPersonType") == "BUSINESS"
    if business and not facts.get("CompanyNumber"):
        # docs: create-legal-user-sca
        errors.setdefault("CompanyNumber", required("CompanyNumber"))
    if errors:
        raise RefusedError(param_error(errors))


def _category_on_update(world: World, user: User, intent: Intent, with_sca: bool) -> str:
    """Returns the category after an update; only the legacy endpoint can make a PAYER an OWNER."""
    if intent.category is None:
        if world.strict and not with_sca:
            # docs: update-natural-user requires it
            intent.errors.setdefault("UserCategory", required("UserCategory"))
        return user.category
    if user.category == "OWNER" and intent.category == "PAYER":
        # docs: update-natural-user
        intent.errors["UserCategory"] = "A User OWNER can't be modified to a user PAYER"
    return user.category if with_sca or user.category == "OWNER" else intent.category


def _missing_of_owner(kind: Kind, facts: Facts, errors: Mapping[str, str]) -> dict[str, str]:
    """Returns an error for each field that an OWNER needs and this user would lack."""
    known = {*facts, *(path.partition(".")[0] for path in facts), *errors}
    return {
        part.name: required(part.name)
        for part in kind.legacy
        if part.need is Need.OWNER and part.home() not in known and part.name not in known
    }


def _changed(user: User, values: Facts) -> dict[str, Value]:
    """Returns the values that differ from the stored ones."""
    return {path: value for path, value in values.items() if user.facts.get(path) != value}


def _accept(world: World, user: User, intent: Intent) -> User:
    if user.terms or not intent.terms:
        return user
    return evolve(user, terms=True, terms_date=int(world.clock()))
