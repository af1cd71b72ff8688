"""Users as the API shows them, and the calls that read them."""

from __future__ import annotations

from .calls import Call, Handler, Reply, World, find_user
from .kinds import ADDRESS_LINES, Kind
from .paging import paged
from .state import User

# docs: list-users, one row
SUMMARY = (
    "Id", "Tag", "CreationDate", "PersonType", "Email", "KYCLevel", "TermsAndConditionsAccepted",
    "TermsAndConditionsAcceptedDate", "UserCategory", "UserStatus",
)  # fmt: skip
_PERSON = (
    "FirstName", "LastName", "Birthday", "Nationality", "CountryOfResidence", "Occupation",
    "IncomeRange", "ProofOfIdentity", "ProofOfAddress", "Capacity", "PhoneNumber",
    "PhoneNumberCountry",
)  # fmt: skip
_PROOFS = ("ProofOfRegistration", "ShareholderDeclaration", "Statute")
_ADDRESSES = ("HeadquartersAddress", "LegalRepresentativeAddress")
_REPRESENTATIVE = (
    "FirstName", "LastName", "ProofOfIdentity", "Birthday", "Nationality", "CountryOfResidence",
    "Email", "PhoneNumber", "PhoneNumberCountry",
)  # fmt: skip
_FLAT_REPRESENTATIVE = (
    "LegalRepresentativeFirstName", "LegalRepresentativeLastName", "LegalRepresentativeEmail",
    "LegalRepresentativeBirthday", "LegalRepresentativeNationality",
    "LegalRepresentativeCountryOfResidence",
)  # fmt: skip

# docs: create-natural-user-sca, create-legal-user-sca
SCA_KEYS = {
    "NATURAL": (*_PERSON, "Address", "PendingUserAction", *SUMMARY),
    "LEGAL": (
        "Name", "LegalPersonType", "LegalRepresentative", *_PROOFS, "CompanyNumber",
        "PendingUserAction", *_ADDRESSES, *SUMMARY,
    ),
}  # fmt: skip
# docs: create-natural-user, create-legal-user
LEGACY_KEYS = {
    "NATURAL": ("Address", *_PERSON, *SUMMARY),
    "LEGAL": (
        *_ADDRESSES, "Name", "LegalPersonType", *_FLAT_REPRESENTATIVE, *_PROOFS,
        "LegalRepresentativeProofOfIdentity", "CompanyNumber", *SUMMARY,
    ),
}  # fmt: skip

_FLAT = {f"LegalRepresentative{name}": f"LegalRepresentative.{name}" for name in _REPRESENTATIVE}
_OBJECTS = {
    **dict.fromkeys(("Address", *_ADDRESSES), ADDRESS_LINES),
    "LegalRepresentative": _REPRESENTATIVE,
}


def sca_view(user: User, redirect: str | None = None) -> dict[str, object]:
    """Returns the full object; only the answer to the write that caused a redirect has it."""
    shown = _record(user, user.status)
    shown["PendingUserAction"] = pending_action(redirect) if redirect else None
    return _pick(SCA_KEYS[user.person_type], shown, user)


def legacy_view(user: User) -> dict[str, object]:
    """Returns the object of the deprecated endpoints.

    Their pages list two statuses only, so a pending user is shown as active (docs:
    natural-user-object).
    """
    status = "CLOSED" if user.status == "CLOSED" else "ACTIVE"
    return _pick(LEGACY_KEYS[user.person_type], _record(user, status), user)


def summary(user: User) -> dict[str, object]:
    """Returns one row of the list of users."""
    return _pick(SUMMARY, _record(user, user.status), user)


def pending_action(redirect: str) -> dict[str, object]:
    """Returns the object with the address that the user must be sent to."""
    return {"RedirectUrl": redirect}


def _record(user: User, status: str) -> dict[str, object]:
    """Returns the fields that the provider decides."""
    return {
        "Id": user.id,
        "CreationDate": user.created,
        "PersonType": user.person_type,
        "KYCLevel": user.kyc_level,
        "TermsAndConditionsAccepted": user.terms,
        # docs: natural-user-object: null for a PAYER
        "TermsAndConditionsAcceptedDate": None if user.category == "PAYER" else user.terms_date,
        "UserCategory": user.category,
        "UserStatus": status,
        "Capacity": "NORMAL",
    }


def _pick(keys: tuple[str, ...], shown: dict[str, object], user: User) -> dict[str, object]:
    return {key: shown[key] if key in shown else _fact(key, user) for key in keys}


def _fact(key: str, user: User) -> object:
    """Returns a fact; objects are always present, with null for unknown values."""
    inner = _OBJECTS.get(key)
    if inner is not None:
        return {name: user.facts.get(f"{key}.{name}") for name in inner}
    return user.facts.get(_FLAT.get(key, key))


def viewing(kind: Kind | None, *, with_sca: bool) -> Handler:
    """Returns the handler that shows one user, without a redirect (docs: view-user-sca)."""

    def view(world: World, call: Call) -> Reply:
        user = find_user(world, call.params["id"], kind)
        return Reply(body=sca_view(user) if with_sca else legacy_view(user))

    return view


def list_users(world: World, call: Call) -> Reply:
    """Lists users in short form, oldest first (docs: list-users)."""

    def fetch(skip: int, limit: int, newest_first: bool) -> list[dict[str, object]]:
        users = world.store.users(skip, limit, newest_first=newest_first)
        return [summary(user) for user in users]

    return paged(call, world.store.count_users(), fetch)
