"""Where an account stands: what it owes, what is checked, which capabilities are on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

from onboarding_simulators.shared import Row

from . import verifying
from .calls import World, banks_of, dig, persons_of
from .owed import Fault, Owed, faults_of
from .rules import (
    PROVIDED,
    account_paths,
    later_paths,
    opens_payments,
    role_paths,
)
from .verifying import ADDRESS_DOCUMENT, DOCUMENT, IDENTITY, PASSED, TAX_ID
from .words import INDIVIDUAL

PENDING = "pending"
MONTH = 30 * 24 * 60 * 60


@frozen(kw_only=True)
class Standing:
    """Where an account stands; capabilities are those that were ever requested."""

    owed: Owed
    future: Owed
    by_capability: dict[str, Owed] = field(repr=False)
    statuses: dict[str, str]
    disabled: str | None
    charges: bool
    payouts: bool


def standing_of(world: World, account: Row) -> Standing:
    """Returns where an account stands now."""
    return _Reading(world, account).standing()


class _Reading:
    """An account with its people and bank accounts, read once."""

    def __init__(self, world: World, account: Row) -> None:
        self.world, self.account = world, account
        self.now = world.now()
        self.given = account["given"]
        self.persons = persons_of(world, account)
        self.banks = banks_of(world, account)
        self.is_individual = self.given.get("business_type") == INDIVIDUAL

    def standing(self) -> Standing:
        requested = [n for n, it in self.account["capabilities"].items() if it["requested"]]
        demanded = self._demands()
        faults, pending = self._faults(), self._pending()
        each = {name: self._owed([name], demanded, faults, pending) for name in requested}
        owed = self._owed(requested, demanded, faults, pending)
        disabled = self._disabled(requested, owed)
        statuses: dict[str, str] = {}
        for name, asked in self.account["capabilities"].items():
            status = self._status(each.get(name), disabled)
            statuses[name] = asked.get("forced") or status
        active = [name for name, status in statuses.items() if status == "active"]
        return Standing(
            owed=owed,
            future=self._future(),
            by_capability=each,
            statuses=statuses,
            disabled=disabled,
            charges=opens_payments(active),
            payouts=bool(active) and bool(self.banks),
        )

    def _owed(
        self,
        capabilities: Sequence[str],
        demanded: dict[str, int | None],
        faults: Sequence[Fault],
        pending: Iterable[str],
    ) -> Owed:
        if not capabilities:
            return Owed()
        kind, country = self.given.get("business_type"), self.account["country"]
        paths: set[str] = set()
        for name in capabilities:
            paths |= account_paths(country, kind, name)
        if kind not in (None, INDIVIDUAL):
            paths |= self._people_paths()
        missing = {self._named(path) for path in paths if not self._is_given(path)}
        later = {self._named(p) for p in later_paths(country, kind) if not self._is_given(p)}
        failed = {fault.requirement for fault in faults}
        open_demands = {
            path: at for path, at in demanded.items() if path in failed or not self._is_given(path)
        }
        late = {path for path, at in open_demands.items() if at is not None and at <= self.now}
        verified = self._verified()
        spared = {it for it in failed & open_demands.keys() if it.partition(".")[0] in verified}
        blocking = missing | (failed - spared) | late
        deadlines = [at for path, at in open_demands.items() if at is not None and path not in late]
        return Owed(
            currently=frozenset(blocking | open_demands.keys()),
            eventually=frozenset(blocking | open_demands.keys() | later),
            past=frozenset(blocking if self.world.past_due_at_once else late),
            pending=frozenset(pending),
            faults=tuple(faults),
            deadline=min(deadlines, default=None),
            off=bool(blocking),
        )

    def _people_paths(self) -> set[str]:
        """Returns the paths of the people of a company; a missing one is named by the role."""
        country = self.account["country"]
        found: set[str] = set()
        for person in self.persons:
            for role in ("representative", *PROVIDED):
                if dig(person["given"], f"relationship.{role}"):
                    found |= {f"{person['id']}.{path}" for path in role_paths(role, country)}
        if self._representative() is None:
            found |= {f"representative.{path}" for path in role_paths("representative", country)}
        return found

    def _representative(self) -> Row | None:
        for person in self.persons:
            if dig(person["given"], "relationship.representative"):
                return person
        return None

    def _named(self, path: str) -> str:
        """Returns a path with the id of the representative, if there is one."""
        head, _, rest = path.partition(".")
        person = self._representative() if head == "representative" else None
        return path if person is None else f"{person['id']}.{rest}"

    def _is_given(self, path: str) -> bool:
        head, _, rest = path.partition(".")
        if head == "external_account":
            return bool(self.banks)
        if head == "relationship":
            if rest in PROVIDED and self._is_given(PROVIDED[rest]):
                return True
            return any(dig(person["given"], path) for person in self.persons)
        person = self._person(head)
        if person is not None:
            return _has(person["given"], rest)
        if head in ("individual", "representative"):
            return False
        return _has(self.given, path)

    def _person(self, head: str) -> Row | None:
        if head == "representative":
            return self._representative()
        if head == "individual":
            return next((it for it in self.persons if it["id"] == self.account["person"]), None)
        return next((it for it in self.persons if it["id"] == head), None)

    def _prefix(self, person: Row) -> str:
        return "individual" if person["id"] == self.account["person"] else str(person["id"])

    def _checked(self) -> list[Row]:
        """Returns the people whose checks count: of an individual account only the individual."""
        if self.is_individual:
            return [it for it in self.persons if it["id"] == self.account["person"]]
        return self.persons

    def _faults(self) -> list[Fault]:
        found: list[Fault] = []
        for person in self._checked():
            found += faults_of(person, self._prefix(person))
        if self.is_individual:
            return found
        document = verifying.result_of(self.account, DOCUMENT)
        if code := verifying.failure_of(self.account, DOCUMENT):
            found.append(Fault(requirement="company.verification.document", code=code))
        code = verifying.failure_of(self.account, TAX_ID)
        if code and document not in (PASSED, PENDING):
            found.append(Fault(requirement="company.tax_id", code=code))
        return found

    def _pending(self) -> list[str]:
        found: list[str] = []
        for person in self._checked():
            has_number = bool(person["given"].get("id_number"))
            paths = {
                IDENTITY: "id_number" if has_number else "verification.document",
                DOCUMENT: "verification.document",
                ADDRESS_DOCUMENT: "verification.additional_document",
            }
            found += [
                f"{self._prefix(person)}.{path}"
                for topic, path in paths.items()
                if verifying.result_of(person, topic) == PENDING
            ]
        if not self.is_individual:
            company = {TAX_ID: "company.tax_id", DOCUMENT: "company.verification.document"}
            pending = [t for t in company if verifying.result_of(self.account, t) == PENDING]
            found += [company[topic] for topic in pending]
        return found

    def _announced(self) -> dict[str, int | None]:
        common = dict.fromkeys(self.world.future_requirements, self.world.future_deadline)
        return {**common, **self.account["announced"]}

    def _enforces(self) -> bool:
        person = self._person("individual")
        emails = (self.given.get("email"), dig(person, "given.email"))
        return any("+enforce_future_requirements" in str(email) for email in emails)

    def _demands(self) -> dict[str, int | None]:
        """Returns what is demanded besides the rules, with its deadline.

        An announced path becomes current at its deadline; the month that follows is ours.
        """
        found: dict[str, int | None] = dict(self.account["demanded"])
        for path, at in self._announced().items():
            if self._enforces():
                found.setdefault(path, None)
            elif at is not None and at <= self.now:
                found.setdefault(path, at + MONTH)
        return found

    def _future(self) -> Owed:
        demanded = self._demands()
        coming = {
            path: at
            for path, at in self._announced().items()
            if path not in demanded and not self._is_given(path)
        }
        return Owed(
            currently=frozenset(coming),
            eventually=frozenset(coming),
            deadline=min((at for at in coming.values() if at is not None), default=None),
        )

    def _disabled(self, requested: Sequence[str], owed: Owed) -> str | None:
        if self.account["rejected"]:
            return f"rejected.{self.account['rejected']}"
        if self.account["paused"]:
            return str(self.account["paused"])
        if any(verifying.is_listed(person) for person in self._checked()):
            return "listed"
        if not requested:
            return "action_required.requested_capabilities"
        if owed.off:
            return "requirements.past_due"
        return "requirements.pending_verification" if self._waits(owed) else None

    def _waits(self, owed: Owed) -> bool:
        """Whether a check keeps capabilities off: not one that only adds to a verified subject."""
        verified = self._verified()
        return any(path.partition(".")[0] not in verified for path in owed.pending)

    def _verified(self) -> set[str]:
        """Returns the verified people, and `company` if it is, as the first parts of paths.

        What is demanded of them besides, also after a refusal, keeps nothing off until its
        deadline.
        """
        people = [it for it in self._checked() if verifying.status_of(it) == "verified"]
        found = {self._prefix(it) for it in people}
        results = [verifying.result_of(self.account, topic) for topic in (TAX_ID, DOCUMENT)]
        return found | {"company"} if PASSED in results and not self.is_individual else found

    def _status(self, owed: Owed | None, disabled: str | None) -> str:
        if owed is None or owed.off or (disabled and not disabled.startswith("requirements.")):
            return "inactive"
        return "pending" if self._waits(owed) else "active"


def _has(given: Row, path: str) -> bool:
    if path == "ssn_last_4" and given.get("id_number"):
        return True
    value: Any = dig(given, path)
    if path.endswith("document"):
        return bool(dig(value, "front"))
    if path in PROVIDED.values():
        return value is True
    return value not in (None, "", [], {})
