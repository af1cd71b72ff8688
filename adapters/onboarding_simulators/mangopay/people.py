"""The clerk of the desk for people: users and documents of this simulator."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from onboarding_simulators.shared import Row
from onboarding_simulators.shared.desk import Fact, Group, Link, Listener, Page, Paper, Person, Sent

from . import actions, events, sca
from .documents import PAGES
from .events import HOOKS
from .levels import DECLARATIONS, DOCUMENTS
from .owners import OWNERS
from .persons import SESSIONS
from .portraits import badge, badges, facts, flat, name_of, row_of, standing
from .state import User

if TYPE_CHECKING:
    from .app import MangoPaySimulator

PURPOSES = {
    sca.ENROLMENT: "Enrolment page",
    sca.CONSENT: "Consent page",
    sca.ACCESS: "Page to view accounts",
    sca.RECIPIENT: "Page to register a recipient",
}
TITLES = {DECLARATIONS: "UBO_DECLARATION", SESSIONS: "IDENTITY_VERIFICATION"}
REVIEWED = (DOCUMENTS, DECLARATIONS, SESSIONS)


@frozen
class People:
    """Answers the desk; the caller holds the simulator's lock, except for `deliver`."""

    sim: MangoPaySimulator

    @property
    def provider(self) -> str:
        return "MangoPay"

    def count_people(self) -> int:
        return self.sim.store.count_users()

    def people(self, skip: int, limit: int) -> list[Person]:
        return [row_of(user) for user in self.sim.store.users(skip, limit, newest_first=True)]

    def find(self, words: str) -> list[Person]:
        user = self.sim.store.user(words)
        return [] if user is None else [row_of(user)]

    def person(self, id: str) -> Person | None:
        user = self.sim.store.user(id)
        if user is None:
            return None
        return Person(
            id=user.id,
            name=name_of(user),
            kind=user.person_type.capitalize(),
            badges=badges(user),
            created=user.created,
            groups=[standing(user), *facts(user)],
            awaited=self._awaited(user),
            papers=[
                self._short(kind, row)
                for kind in REVIEWED
                for row in self.sim.tables.owned(kind, user.id)
            ],
            actions=actions.of_user(user),
        )

    def count_papers(self) -> int:
        return self.sim.tables.count(DOCUMENTS)

    def papers(self, skip: int, limit: int) -> list[Paper]:
        rows = self.sim.tables.page(DOCUMENTS, skip, limit, newest_first=True)
        return [self._short(DOCUMENTS, row) for row in rows]

    def paper(self, id: str) -> Paper | None:
        found = self._paper(id)
        if found is None:
            return None
        kind, row = found
        return Paper(
            id=id,
            title=_title(kind, row),
            user_id=row["UserId"],
            status=badge(row["Status"]),
            created=row["CreationDate"],
            groups=[Group("Fields in the API", flat(row)), *self._owners(kind, row)],
            pages=self._pages(row),
            actions=actions.of_paper(kind, row),
        )

    def file(self, paper_id: str, number: int) -> bytes | None:
        page = self.sim.tables.get(PAGES, f"{paper_id}/{number}")
        return None if page is None else base64.b64decode(page["File"])

    def act_on_person(self, id: str, action: str, given: Mapping[str, str]) -> None:
        actions.act_on_user(self.sim, id, action, given)

    def act_on_paper(self, id: str, action: str, given: Mapping[str, str]) -> None:
        actions.act_on_paper(self.sim, id, action, given)

    @property
    def notifies(self) -> bool:
        return True

    def listeners(self) -> list[Listener]:
        return [
            Listener(event=row["EventType"], url=row["Url"], status=badge(_state(row)))
            for row in self.sim.tables.all(HOOKS)
        ]

    def count_sent(self) -> int:
        return self.sim.tables.count(events.DELIVERIES)

    def sent(self, skip: int, limit: int) -> list[Sent]:
        return [
            Sent(
                event=row["event_type"],
                subject=row["resource_id"],
                url=row["url"],
                at=row["made"],
                attempt=row["attempt"],
                status=row["status"],
            )
            for row in self.sim.tables.page(events.DELIVERIES, skip, limit, newest_first=True)
        ]

    def deliver(self) -> int:
        return self.sim.deliver_hooks()

    def _paper(self, id: str) -> tuple[str, Row] | None:
        found = ((kind, self.sim.tables.get(kind, id)) for kind in REVIEWED)
        return next(((kind, row) for kind, row in found if row is not None), None)

    def _short(self, kind: str, row: Row) -> Paper:
        return Paper(
            id=row["Id"],
            title=_title(kind, row),
            user_id=row["UserId"],
            status=badge(row["Status"]),
            created=row["CreationDate"],
            pages=self._pages(row),
        )

    def _pages(self, row: Row) -> list[Page]:
        pages = self.sim.tables.owned(PAGES, row["Id"])
        return [
            Page(number=number, size=len(page["File"]) * 3 // 4)
            for number, page in enumerate(pages, 1)
        ]

    def _owners(self, kind: str, row: Row) -> list[Group]:
        owners = self.sim.tables.owned(OWNERS, row["Id"]) if kind == DECLARATIONS else ()
        return [Group(f"{each['FirstName']} {each['LastName']}", flat(each)) for each in owners]

    def _awaited(self, user: User) -> list[Fact]:
        now = self.sim.clock()
        return [
            Fact(PURPOSES[row["Purpose"]], Link(sca.link_address(self.sim, row["Token"]), "Open"))
            for row in self.sim.tables.owned(sca.LINKS, user.id)
            if sca.is_link_open(row, now)
            and not (row["Purpose"] == sca.ENROLMENT and user.enrolled)
        ] + [
            Fact("Identity verification page", Link(row["HostedUrl"], "Open"))
            for row in self.sim.tables.owned(SESSIONS, user.id)
            if row["Status"] == "PENDING"
        ]


def _title(kind: str, row: Row) -> str:
    return TITLES.get(kind) or str(row["Type"])


def _state(hook: Row) -> str:
    return str(hook["Validity"] if hook["Validity"] != "VALID" else hook["Status"])
