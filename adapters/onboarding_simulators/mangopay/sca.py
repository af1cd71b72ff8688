"""Strong customer authentication: links to hosted pages, enrolment, consent, access."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qs, urlsplit

from attrs import evolve

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_open_user, find_user
from .errors import (
    PAYER_NOT_ALLOWED,
    PROXY_MISSING,
    DemandedError,
    RefusedError,
    not_found,
    param_error,
    sca_demand,
)
from .events import emit
from .kinds import KINDS, NO_EMAIL
from .state import User, new_token
from .views import pending_action

LINKS = "links"
ENROLMENT, CONSENT, ACCESS, RECIPIENT = "enrolment", "consent", "access", "recipient"
LINK_LIFE = 10 * 60


def fresh_link(world: World, purpose: str, user_id: str, resource_id: str = "") -> str:
    """Returns a new link; earlier links stay valid until they expire."""
    token = new_token(world.entropy)
    row = {
        "Token": token,
        "Purpose": purpose,
        "UserId": user_id,
        "ResourceId": resource_id,
        "Expires": world.clock() + LINK_LIFE,
        "Ended": False,
    }
    world.tables.save(LINKS, token, row, user_id)
    return link_address(world, token)


def link_address(world: World, token: str) -> str:
    """Returns the address of the page with that token."""
    return f"{world.hosted_origin}/?token={token}"


def find_link(world: World, token: str) -> Row:
    """Returns the row of a link, expired or not. Raises LookupError for an unknown token."""
    row = world.tables.get(LINKS, token)
    if row is None:
        raise LookupError("no page has this link")
    return row


def is_link_open(row: Row, now: float) -> bool:
    """Whether a page can be completed: once, before it expires."""
    return row["Expires"] > now and not row["Ended"]


def open_link(world: World, link: str) -> Row:
    """Returns the row of a link. Raises LookupError if it is unknown, expired or completed."""
    row = find_link(world, "".join(parse_qs(urlsplit(link).query).get("token", ())))
    if not is_link_open(row, world.clock()):
        raise LookupError("no open page has this link")
    return row


def end_link(world: World, row: Row) -> None:
    """Marks a page as completed."""
    world.tables.save(LINKS, row["Token"], {**row, "Ended": True})


BYPASS = "accept"
"""An e-mail address that contains it needs no SCA (docs: release-notes/api/2026-02-16)."""
ACCESS_LASTS = 180 * 24 * 60 * 60

# docs: view-user-sca-status; each scope with its name in event types
SCOPES = {
    "ContactInformationUpdate": "CONTACT_INFORMATION_UPDATE",
    "RecipientRegistration": "RECIPIENT_REGISTRATION",
    "Transfer": "TRANSFER",
    "ViewAccountInformation": "VIEW_ACCOUNT_INFORMATION",
}


def enrol(world: World, user: User) -> User:
    """Returns the user after a successful SCA (docs: guides/sca/users)."""
    now = int(world.clock())
    emit(world, "USER_ACCOUNT_ACTIVATED", user.id)
    emit(world, "SCA_ENROLLMENT_SUCCEEDED", user.id)
    return evolve(
        user,
        status="ACTIVE",
        enrolled=True,
        last_enrolment=now,
        last_access=now,
        sca_triggered=True,
    )


def ask(world: World, user: User) -> tuple[User, str | None]:
    """Returns the user who must now pass SCA, with the link, or the user who is exempt."""
    email = user.facts.get(KINDS[user.person_type].person + "Email")
    if isinstance(email, str) and BYPASS in email:
        return enrol(world, user), None
    emit(world, "USER_ACCOUNT_VALIDATION_ASKED", user.id)
    pending = evolve(user, status="PENDING_USER_ACTION", enrolled=False, sca_triggered=True)
    return pending, fresh_link(world, ENROLMENT, user.id)


def on_new_owner(world: World, user: User, *, present: bool) -> tuple[User, str | None]:
    """Makes a new OWNER enrol, unless the platform is allowed to postpone it and asks to.

    The answer without that permission is not documented; here it is that of a missing proxy (docs:
    guides/sca/proxy-management).
    """
    if present:
        return ask(world, user)
    if not world.enrolment_waived:
        raise RefusedError(PROXY_MISSING)
    return evolve(user, status="ACTIVE"), None


def on_change(
    world: World, user: User, changed: Collection[str], *, present: bool
) -> tuple[User, str | None]:
    """Makes an OWNER with changed contact data enrol again (docs: update-*-sca)."""
    triggers = KINDS[user.person_type].contact
    if user.category != "OWNER" or triggers.isdisjoint(changed):
        return user, None
    if not present:
        want_proxy(world, user, "ContactInformationUpdate")
        return user, None
    return ask(world, user)


def want_proxy(world: World, user: User, scope: str) -> None:
    """Refuses to act for an absent user without consent (docs: guides/sca/proxy-management)."""
    if not world.proxy or scope not in user.consents:
        raise RefusedError(PROXY_MISSING)


def want_access(world: World, user: User, context: str | None) -> None:
    """Refuses to show accounts unless the OWNER recently passed SCA (docs: guides/sca/wallets).

    A user who never passed SCA is only asked if the query says that the user is present: the test
    suites of the official SDKs read the wallets of such users without SCA.
    """
    if user.category != "OWNER" or (context is None and not user.sca_triggered):
        return
    if context == "USER_NOT_PRESENT":
        want_proxy(world, user, "ViewAccountInformation")
    elif user.last_access is None or world.clock() - user.last_access >= ACCESS_LASTS:
        raise DemandedError(sca_demand(fresh_link(world, ACCESS, user.id)))


def enrolment(world: World, call: Call) -> Reply:
    """Returns a new enrolment link; the user's status does not change (docs: enroll-user)."""
    user = find_open_user(world, call.params["id"])
    if user.category != "OWNER":
        raise RefusedError(PAYER_NOT_ALLOWED)
    path = KINDS[user.person_type].person + "Email"
    if not user.facts.get(path):
        # the failure is documented, the text is that of the create endpoint
        raise RefusedError(param_error({path: NO_EMAIL}))
    world.store.save_user(evolve(user, sca_triggered=True))
    link = fresh_link(world, ENROLMENT, user.id)
    return Reply(body={"PendingUserAction": pending_action(link)})


def consent(world: World, call: Call) -> Reply:
    """Returns a link to give or revoke consent (docs: manage-user-consent)."""
    user = find_open_user(world, call.params["id"])
    if not world.proxy:
        text = "Consent cannot be given when no proxy is required by the client."
        raise RefusedError(param_error({"Invalid SCA request": text}))
    return Reply(body={"PendingUserAction": pending_action(fresh_link(world, CONSENT, user.id))})


def agree(world: World, user: User, scopes: Collection[str]) -> User:
    """Returns the user with consent to exactly these scopes."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise ValueError(f"scopes: expected some of {', '.join(SCOPES)}")
    for scope, word in SCOPES.items():
        if (scope in scopes) != (scope in user.consents):
            verb = "GIVEN" if scope in scopes else "REVOKED"
            emit(world, f"SCA_{word}_CONSENT_{verb}", user.id)  # docs: release-notes 2026-01-08
    given = tuple(scope for scope in SCOPES if scope in scopes)
    return evolve(user, consents=given, last_consent=int(world.clock()))


def status(world: World, call: Call) -> Reply:
    """Shows the SCA status of a user; 404 if no enrolment was ever triggered."""
    user = find_user(world, call.params["id"])
    if not user.sca_triggered:
        raise RefusedError(not_found("User", user.id))
    # the word for a scope with consent is not documented; INACTIVE is
    scopes = {scope: "ACTIVE" if scope in user.consents else "INACTIVE" for scope in SCOPES}
    return Reply(
        body={
            "UserStatus": user.status,
            "IsEnrolled": user.enrolled,
            "LastEnrollmentDate": user.last_enrolment,
            "LastConsentCollectionDate": user.last_consent,
            "ConsentScope": scopes,
        }
    )
