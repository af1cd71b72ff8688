"""Strong customer authentication of users: who must enrol, when again, with which link."""

from __future__ import annotations

from collections.abc import Collection

from attrs import evolve

from . import ids
from .errors import PAYER_NOT_ALLOWED, PROXY_MISSING, RefusedError, not_found, param_error
from .kinds import KINDS, NO_EMAIL
from .lookup import find, find_open
from .state import User
from .views import pending_action
from .world import Call, Reply, World

BYPASS = "accept"
"""In an e-mail address it spares the sandbox user SCA (docs: release-notes/api/2026-02-16)."""

# docs: view-user-sca-status; nobody can consent here, so every scope is inactive
CONSENT_SCOPES = (
    "ContactInformationUpdate",
    "RecipientRegistration",
    "Transfer",
    "ViewAccountInformation",
)


def fresh_link(world: World) -> str:
    """Gives the link of a fresh hosted page."""
    return f"{world.sca_origin}/?token={ids.token(world.entropy)}"


def enrol(world: World, user: User) -> User:
    """Gives the user after a passed SCA."""
    now = int(world.clock())
    return evolve(user, status="ACTIVE", enrolled=True, last_enrolment=now, sca_triggered=True)


def ask(world: World, user: User) -> tuple[User, str | None]:
    """Gives the user who must pass SCA now with a link, or the one who is spared it."""
    email = user.facts.get(KINDS[user.person_type].person + "Email")
    if isinstance(email, str) and BYPASS in email:
        return enrol(world, user), None
    pending = evolve(user, status="PENDING_USER_ACTION", enrolled=False, sca_triggered=True)
    return pending, fresh_link(world)


def on_new_owner(world: World, user: User, *, present: bool) -> tuple[User, str | None]:
    """Asks a new OWNER to enrol, unless the platform may postpone that and asks to.

    Without the permission the answer is not documented; the one for a missing proxy is given
    (docs: guides/sca/proxy-management).
    """
    if present:
        return ask(world, user)
    if not world.enrolment_waived:
        raise RefusedError(PROXY_MISSING)
    return evolve(user, status="ACTIVE"), None


def on_change(
    world: World, user: User, changed: Collection[str], *, present: bool
) -> tuple[User, str | None]:
    """Asks an OWNER whose contact data changed to enrol again (docs: update-*-sca)."""
    triggers = KINDS[user.person_type].contact
    if user.category != "OWNER" or triggers.isdisjoint(changed):
        return user, None
    if not present:
        raise RefusedError(PROXY_MISSING)
    return ask(world, user)


def enrolment(world: World, call: Call) -> Reply:
    """Answers with a new link; the status of the user stays (docs: enroll-user)."""
    user = find_open(world, call.params["id"])
    if user.category != "OWNER":
        raise RefusedError(PAYER_NOT_ALLOWED)
    path = KINDS[user.person_type].person + "Email"
    if not user.facts.get(path):
        # that it fails is documented, the text is the one of the create endpoint
        raise RefusedError(param_error({path: NO_EMAIL}))
    world.store.save_user(evolve(user, sca_triggered=True))
    return Reply(body={"PendingUserAction": pending_action(fresh_link(world))})


def status(world: World, call: Call) -> Reply:
    """Answers where a user stands; 404 if no enrolment was ever triggered."""
    user = find(world, call.params["id"])
    if not user.sca_triggered:
        raise RefusedError(not_found("User", user.id))
    return Reply(
        body={
            "UserStatus": user.status,
            "IsEnrolled": user.enrolled,
            "LastEnrollmentDate": user.last_enrolment,
            "LastConsentCollectionDate": None,
            "ConsentScope": dict.fromkeys(CONSENT_SCOPES, "INACTIVE"),
        }
    )
