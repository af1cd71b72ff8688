"""What Stripe asks of one account: its lists of paths, as requirements of the core.

docs: api/accounts/object, requirements, future_requirements; connect/handling-api-verification
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from attrs import evolve, frozen
from onboarding import DocumentPurpose, Person
from onboarding.spi import (
    Actor,
    Refusal,
    Requirement,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
    Translation,
    as_list,
    as_object,
    document,
    moment,
    step,
    trust,
    user_field,
)

from onboarding_stripe.wire.person import PROVIDED, RELATIONS
from onboarding_stripe.wire.vocabulary import CAPABILITIES, reason_of

__all__ = ["BANK_ACCOUNT", "CHECKS", "HOSTED", "Naming", "requirements"]

_SOURCE = "docs: api/accounts/object, requirements"
_MISSING, _UPCOMING = RequirementStatus.MISSING, RequirementStatus.UPCOMING
_CHECKING = RequirementStatus.PROVIDER_DECIDES
_RANKS = (_UPCOMING, _CHECKING, _MISSING)

BANK_ACCOUNT = step("register a bank account", Actor.PLATFORM)
HOSTED = step("answer on Stripe's page", Actor.USER, link=True)
CHECKS = step("Stripe checks what was given", Actor.PROVIDER)

# docs: connect/handling-api-verification. A person of a company is named by its id, or by its role
# while there is none.
_SINGULAR = {flag: role for role, flag in RELATIONS.items()}
_ROLES = _SINGULAR | {f"{flag}s": _SINGULAR[flag] for flag in ("owner", "director", "executive")}
_ASKED = {f"relationship.{flag}": role for flag, role in _ROLES.items()} | {
    f"company.{flag}": role for role, flag in PROVIDED.items()
}
"""The paths that ask for the people of a role."""
_PROOFS = {
    "verification.document": DocumentPurpose.IDENTITY,
    "verification.additional_document": DocumentPurpose.ADDRESS,
    "documents.passport": DocumentPurpose.IDENTITY,
}
"""The documents of a person."""
_COMPANY_PROOFS = {
    "company.verification.document": DocumentPurpose.REGISTRATION,
    "documents.company_memorandum_of_association": DocumentPurpose.ARTICLES,
    "documents.company_registration_verification": DocumentPurpose.REGISTRATION,
    "documents.proof_of_address": DocumentPurpose.ADDRESS,
    "documents.proof_of_registration": DocumentPurpose.REGISTRATION,
    "documents.proof_of_ultimate_beneficial_ownership": DocumentPurpose.SHAREHOLDERS,
}
_PAGES = (".files", ".front", ".back")
_LIVENESS = "verification.proof_of_liveness"

# docs: api/accounts/object, requirements.disabled_reason; what the lists say is not said again
_LISTED = (None, "requirements.past_due", "requirements.pending_verification")
_SUPPORT = step("ask Stripe's support", Actor.PLATFORM)
_DISABLED = {
    "action_required.requested_capabilities": (
        "capability", _MISSING, step("request a capability", Actor.PLATFORM),
    ),
    "listed": ("review", _CHECKING, CHECKS),
    "under_review": ("review", _CHECKING, CHECKS),
    "platform_paused": ("no_block", _MISSING, step("end the platform's pause", Actor.PLATFORM)),
}  # fmt: skip


@frozen
class Naming:
    """How an account's paths are named in the core: by wire classes, and by the refs of people."""

    account: Translation
    person: Translation[Person]
    people: Mapping[str, str]
    """The path of each person, such as `people[ada]`, by its id at Stripe."""

    def option(self, path: str) -> tuple[str, str, RequirementOption]:
        """Returns the name, the subject and the option of a path; its own name if it is unknown."""
        head, _, rest = path.partition(".")
        if head == "external_account":
            return "bank_account", "bank_account", BANK_ACCOUNT
        if role := _ASKED.get(path):
            whose = f"people[{role}]"
            words = f"add a person with the role {role}"
            if role in PROVIDED:
                words += f", or declare {whose} absent"
            return whose, whose, user_field(f"{whose}.identity.family_name", words)
        whose = self._person(head)
        own = bool(whose) or head == "individual"
        place = _without_page(rest if own else path)
        purpose = (_PROOFS if own else _COMPANY_PROOFS).get(place)
        wire = self.person if whose else self.account
        core = _core(wire, rest if whose else path)
        if purpose is not None:
            option = document(purpose, person=whose)
        elif core:
            option = user_field(f"{whose}.{core}".lstrip("."), f"give {core}")
        elif place == _LIVENESS:
            option = HOSTED
        else:
            actor = Actor.USER if head.startswith("interv_") else Actor.PLATFORM
            option = step(f"answer what Stripe calls {path}", actor)
        return option.name or path, whose, option

    def _person(self, head: str) -> str:
        """Returns the path of the person that a wire path starts with; empty for no person."""
        if head.startswith("person_"):
            return self.people.get(head, f"people[{head}]")
        return f"people[{_ROLES[head]}]" if head in _ROLES else ""


def requirements(
    shown: Mapping[str, Any], naming: Naming, capabilities: Mapping[str, Mapping[str, Any]] = {}
) -> tuple[Requirement, ...]:
    """Returns what an account owes, one requirement for each name.

    `capabilities` are the capability objects of the account by name. Without them it is not known
    what a requirement stops. Where payouts are off, or a deadline runs, it stops them too (docs:
    api/accounts/object, payouts_enabled).
    """
    found: dict[str, Requirement] = {}
    for one in _each(shown, naming, capabilities):
        found[one.name] = _joined(found[one.name], one) if one.name in found else one
    paid_out = shown.get("payouts_enabled") is True
    return tuple(
        evolve(one, blocks=(*one.blocks, "pay_out"))
        if one.blocks
        and one.status is _MISSING
        and (not paid_out or one.past_due or one.deadline is not None)
        else one
        for one in found.values()
    )


def _each(
    shown: Mapping[str, Any], naming: Naming, capabilities: Mapping[str, Mapping[str, Any]]
) -> Iterator[Requirement]:
    hosted = as_object(shown.get("controller")).get("requirement_collection") == "stripe"
    for name, one in {"": shown, **capabilities}.items():
        blocks = (str(CAPABILITIES.get(name) or name),) if name else ()
        for key, future in (("requirements", False), ("future_requirements", True)):
            yield from _of_lists(as_object(one.get(key)), naming, blocks, hosted, future)
    yield from _of_account(as_object(shown.get("requirements")).get("disabled_reason"))


def _of_lists(
    owed: Mapping[str, Any], naming: Naming, blocks: tuple[str, ...], hosted: bool, future: bool
) -> Iterator[Requirement]:
    past = _paths(owed.get("past_due"))
    pending = _paths(owed.get("pending_verification"))
    errors = [as_object(one) for one in as_list(owed.get("errors"))]
    refused = [path for one in errors if isinstance(path := one.get("requirement"), str)]
    due = {*past, *_paths(owed.get("currently_due")), *refused}
    deadline = moment(owed.get("current_deadline"))
    for path in dict.fromkeys([*sorted(due), *pending, *_paths(owed.get("eventually_due"))]):
        if path in due and (not future or deadline is not None):
            status, reason = _MISSING, "is due"
        elif path in pending and not future:
            status, reason = _CHECKING, "is being checked"
        else:
            status, reason = _UPCOMING, "will be due"
        facts = {
            "status": status,
            "reason": reason,
            "source": _SOURCE,
            "wire_path": path,
            "blocks": blocks,
            "deadline": deadline if status is _MISSING and path not in past else None,
            "past_due": path in past,
            "refusal": _refusal(one for one in errors if one.get("requirement") == path),
            "origin": RequirementOrigin.PROVIDER,
        }
        for ways in _alternatives(path, owed):
            told = [naming.option(way) for way in ways]
            step = CHECKS if status is _CHECKING else HOSTED if hosted else None
            about = {
                "name": " or ".join(dict.fromkeys(name for name, *_ in told)),
                "subject": told[0][1],
                "options": tuple(dict.fromkeys(step or option for *_, option in told)),
            }
            yield trust(Requirement, {**facts, **about})


def _alternatives(path: str, owed: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """Returns the choices of paths that a path stands for, all of which must be met.

    Where all of `x` and `y` may be given in its place, these are `path or x` and `path or y`.
    """
    offered = [as_object(one) for one in as_list(owed.get("alternatives"))]
    instead = [
        others
        for one in offered
        if path in _paths(one.get("original_fields_due"))
        and (others := _paths(one.get("alternative_fields_due")))
    ]
    return ((path, *ways) for ways in product(*instead))


def _of_account(word: object) -> Iterator[Requirement]:
    """Yields what a disabled account asks for beside its lists; a word that is unknown, support."""
    if word in _LISTED:
        return
    code = str(word)
    name, status, option = _DISABLED.get(code, ("no_block", _MISSING, _SUPPORT))
    facts = {
        "name": name,
        "status": status,
        "options": (option,),
        "reason": option.words,
        "source": _SOURCE,
        "wire_path": "requirements.disabled_reason",
        "refusal": trust(Refusal, {"reason": reason_of(code), "provider_code": code}),
        "origin": RequirementOrigin.PROVIDER,
    }
    yield trust(Requirement, facts)


def _refusal(errors: Iterable[Mapping[str, Any]]) -> Refusal | None:
    """Returns why a value was refused: the first error; the codes of the others are flags."""
    first, *others = [*errors] or [{}]
    if not first:
        return None
    code, text = str(first.get("code")), first.get("reason")
    facts = {
        "reason": reason_of(code),
        "provider_code": code,
        "text": text if isinstance(text, str) else None,
        "flags": tuple(str(one.get("code")) for one in others),
    }
    return trust(Refusal, facts)


def _joined(one: Requirement, other: Requirement) -> Requirement:
    """Returns two requirements of one name as one, with the worse status."""
    worse, better = sorted((one, other), key=lambda it: _RANKS.index(it.status), reverse=True)
    wires = dict.fromkeys(f"{worse.wire_path}, {better.wire_path}".split(", "))
    deadlines = [it for it in (one.deadline, other.deadline) if it is not None]
    facts = {
        "wire_path": ", ".join(wires),
        "blocks": tuple(dict.fromkeys((*one.blocks, *other.blocks))),
        "deadline": min(deadlines, default=None),
        "past_due": one.past_due or other.past_due,
        "refusal": worse.refusal or better.refusal,
    }
    return trust(Requirement, {**vars(worse), **facts})


def _core(wire: Translation[Any], path: str) -> str:
    """Returns the core path of a path, or of the field that it is a part of: `dob.day`."""
    path = path.replace("ssn_last_4", "id_number")  # its last digits have no field of the core
    if path.removeprefix("relationship.") in _SINGULAR:
        return "roles"
    while path and path not in wire.plan.by_wire:
        path = path.rpartition(".")[0]
    return wire.plan.by_wire[path].core if path else ""


def _without_page(path: str) -> str:
    return next((path.removesuffix(page) for page in _PAGES if path.endswith(page)), path)


def _paths(value: object) -> tuple[str, ...]:
    return tuple(path for path in as_list(value) if isinstance(path, str) and path)
