"""The clerk of the desk: accounts, and the checks of their people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from onboarding_simulators.shared import Row
from onboarding_simulators.shared.desk import (
    Action,
    Badge,
    Fact,
    Group,
    Input,
    Link,
    Listener,
    Page,
    Paper,
    Person,
    Sent,
)

from . import files, links, verifying
from .calls import ACCOUNTS, FILES, PERSONS, dig, persons_of
from .events import ENDPOINTS
from .portraits import actions, badge, flat
from .sending import DELIVERIES
from .standing import standing_of
from .verifying import ADDRESS_DOCUMENT, DOCUMENT, IDENTITY, TAX_ID
from .views import account_view

if TYPE_CHECKING:
    from .app import StripeSimulator

_CODES = {
    IDENTITY: ("verification_failed_keyed_identity", "verification_failed_id_number_match"),
    DOCUMENT: (
        "verification_document_not_readable",
        "verification_document_expired",
        "verification_document_name_mismatch",
        "verification_document_fraudulent",
    ),
    ADDRESS_DOCUMENT: ("verification_document_address_mismatch",),
    TAX_ID: ("verification_failed_tax_id_match",),
}


@frozen
class People:
    """Answers the desk; the caller holds the simulator's lock, except for `deliver`."""

    sim: StripeSimulator

    @property
    def provider(self) -> str:
        return "Stripe"

    def count_people(self) -> int:
        return len(self.sim.tables.all(ACCOUNTS))

    def people(self, skip: int, limit: int) -> list[Person]:
        rows = self.sim.tables.all(ACCOUNTS)[::-1]
        return [self._short(row) for row in rows[skip : skip + limit]]

    def find(self, words: str) -> list[Person]:
        row = self.sim.tables.get(ACCOUNTS, words)
        return [] if row is None else [self._short(row)]

    def person(self, id: str) -> Person | None:
        row = self.sim.tables.get(ACCOUNTS, id)
        if row is None:
            return None
        short = self._short(row)
        subjects = (row, *persons_of(self.sim, row))
        return Person(
            id=short.id,
            name=short.name,
            kind=short.kind,
            badges=short.badges,
            created=short.created,
            groups=[Group("Fields in the API", flat(account_view(self.sim, row)))],
            awaited=[
                Fact("Account link", Link(links.address(self.sim, link), "Open"))
                for link in self.sim.tables.owned(links.LINKS, id)
                if not link["session"] and link["expires_at"] > self.sim.clock()
            ],
            papers=[
                self._paper(subject, topic, id)
                for subject in subjects
                for topic in subject["checks"]
            ],
            actions=actions(row),
        )

    def count_papers(self) -> int:
        return len(self._papers())

    def papers(self, skip: int, limit: int) -> list[Paper]:
        return self._papers()[skip : skip + limit]

    def paper(self, id: str) -> Paper | None:
        found = self._found(id)
        if found is None:
            return None
        subject, topic = found
        return self._paper(subject, topic, str(subject.get("account", subject["id"])))

    def file(self, paper_id: str, number: int) -> bytes | None:
        found = self._found(paper_id)
        sides = [] if found is None else _sides(*found)
        return files.bytes_of(self.sim, sides[number - 1]) if number <= len(sides) else None

    def act_on_person(self, id: str, action: str, given: Mapping[str, str]) -> None:
        match action:
            case "complete":
                self.sim.complete_onboarding(id)
            case "threshold":
                self.sim.reach_threshold(id)
            case "demand":
                days = float(given["days"]) if given["days"] else None
                self.sim.demand(id, given["path"], days)
            case "pause":
                self.sim.pause(id, given["reason"] or None)
            case _:
                raise LookupError("there is no such action")

    def act_on_paper(self, id: str, action: str, given: Mapping[str, str]) -> None:
        found = self._found(id)
        if found is None or action not in ("accept", "refuse"):
            raise LookupError("there is no such action")
        subject, topic = found
        code = given["code"] if action == "refuse" else None
        self.sim.end_check(subject["id"], topic, code)

    @property
    def notifies(self) -> bool:
        return True

    def listeners(self) -> list[Listener]:
        return [
            Listener(event=word, url=row["url"], status=badge(row["status"]))
            for row in self.sim.tables.all(ENDPOINTS)
            for word in row["enabled_events"]
        ]

    def count_sent(self) -> int:
        return self.sim.tables.count(DELIVERIES)

    def sent(self, skip: int, limit: int) -> list[Sent]:
        return [
            Sent(
                event=row["type"],
                subject=row["event"],
                url=row["url"],
                at=row["made"],
                attempt=row["attempt"],
                status=row["status"],
            )
            for row in self.sim.tables.page(DELIVERIES, skip, limit, newest_first=True)
        ]

    def deliver(self) -> int:
        return self.sim.deliver_events()

    def _short(self, row: Row) -> Person:
        standing = standing_of(self.sim, row)
        badges = [badge(status, name) for name, status in standing.statuses.items()]
        if standing.disabled:
            badges.append(Badge(standing.disabled, "bad"))
        return Person(
            id=row["id"],
            name=self._name(row),
            kind=str(row["given"].get("business_type") or "Account").capitalize(),
            badges=badges,
            created=row["created"],
        )

    def _name(self, row: Row) -> str:
        company = dig(row["given"], "company.name")
        person = self.sim.tables.get(PERSONS, row["person"] or "")
        given: Row = {} if person is None else person["given"]
        names = [given.get(name) for name in ("first_name", "last_name")]
        return str(company or " ".join(str(name) for name in names if name))

    def _papers(self) -> list[Paper]:
        found = [
            self._paper(subject, topic, subject["account"])
            for subject in self.sim.tables.all(PERSONS)
            for topic in subject["checks"]
        ]
        return found[::-1]

    def _found(self, id: str) -> tuple[Row, str] | None:
        subject_id, _, topic = id.partition("-")
        tables = self.sim.tables
        subject = tables.get(PERSONS, subject_id) or tables.get(ACCOUNTS, subject_id)
        return (subject, topic) if subject is not None and topic in subject["checks"] else None

    def _paper(self, subject: Row, topic: str, account_id: str) -> Paper:
        sizes = [self.sim.tables.get(FILES, file) for file in _sides(subject, topic)]
        status = verifying.result_of(subject, topic) or "pending"
        codes = [(code, code) for code in _CODES[topic]]
        choice = Input(name="code", label="Code", kind="choice", choices=codes, required=True)
        return Paper(
            id=f"{subject['id']}-{topic}",
            title=topic.replace("_", " ").capitalize(),
            user_id=account_id,
            status=badge(status),
            created=subject["created"],
            pages=[
                Page(number=number, size=file["size"])
                for number, file in enumerate(sizes, 1)
                if file is not None
            ],
            actions=[
                Action(name="accept", label="Accept", tone="main"),
                Action(name="refuse", label="Refuse", tone="danger", inputs=[choice]),
            ],
        )


def _sides(subject: Row, topic: str) -> list[str]:
    pages: Row = dig(subject["given"], f"verification.{topic}") or {}
    return [pages[side] for side in ("front", "back") if pages.get(side)]
