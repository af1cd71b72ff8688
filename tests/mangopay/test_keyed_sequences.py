"""Any sequence of keyed calls: no result is another call's, and no retry makes a second object."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from typing import Any, Literal
from unicodedata import normalize

from attrs import evolve, field, frozen, mutable
from hypothesis import given, settings
from hypothesis import strategies as st
from onboarding import (
    DocumentPurpose,
    IdempotencyConflict,
    InvalidInput,
    OnboardingError,
    PartialFailure,
    User,
)
from onboarding.banking import IbanAccount
from onboarding.spi import Flow
from onboarding.testing.paper import PaperGateway

from onboarding_mangopay import MangoPay, NewRecipient
from onboarding_simulators.mangopay import MangoPaySimulator

from .broken import FAULTS, SPENDING, Line, gateway, simulator
from .people import HOME, OWNER, PDF, PNG, paper

SEQUENCES = {"ci": 1_000, "full": 1_000, "laws": 1_000}.get(settings.get_current_profile_name(), 60)

KEYS = ("order", "order/1", "order/page/0", "ORDER")
IBANS = ("FR7630004000031234567890143", "DE89370400440532013000")
NAMES = ("Zoé", "Bén")
PAGES = (PNG[:1500], PDF[:1500])
FAULTED = (*FAULTS, *SPENDING)


@frozen
class Step:
    """One call: what it does for whom, with which content, how that is spelled, what breaks."""

    operation: str
    subject: int
    content: int
    form: Literal["NFC", "NFD"]
    key: str
    fault: str = ""
    at: int = 0
    process: int = 0

    @property
    def named(self) -> tuple[str, int, str]:
        """What its key names."""
        return self.operation, 0 if self.operation == "create_user" else self.subject, self.key

    def flow(self, adapter: MangoPay, user_id: str, prefix: str) -> Flow[Any]:
        key = prefix + self.key
        name = normalize(self.form, NAMES[self.content])
        if self.operation == "create_user":
            return adapter.create_user(person(name, self.form), idempotency_key=key)
        if self.operation == "add_bank_account":
            account = IbanAccount(owner_name=name, owner_address=HOME, iban=IBANS[self.content])
            return adapter.add_bank_account(user_id, account, idempotency_key=key)
        if self.operation == "create_recipient":
            new = NewRecipient(
                display_name="One", currency="EUR", details={"IBAN": IBANS[self.content]},
                given_name=name, family_name="Smith", address=HOME,
            )  # fmt: skip
            return adapter.create_recipient(user_id, new, idempotency_key=key)
        # a first page of its own, or the same one and a second
        pages = PAGES[: self.content + 1] if self.form == "NFC" else PAGES[self.content :]
        return adapter.submit_document(
            user_id, paper(DocumentPurpose.ADDRESS, *pages), idempotency_key=key
        )


def person(name: str, form: str) -> User:
    email = "zoe@example.com" if form == "NFC" else "Zoe@Example.com"
    return OWNER.replace({"identity.given_name": name, "email": email})


steps = st.builds(
    Step,
    operation=st.sampled_from(
        ["create_user", "submit_document", "add_bank_account", "create_recipient"]
    ),
    subject=st.integers(0, 1),
    content=st.sampled_from([0, 0, 0, 1]),
    form=st.sampled_from(["NFC", "NFC", "NFD"]),
    key=st.sampled_from(KEYS),
    fault=st.sampled_from(["", "", *FAULTED]),
    at=st.integers(0, 3),
    process=st.integers(0, 1),
)
retries = steps.flatmap(
    lambda step: st.lists(
        st.builds(
            lambda fault, at, process: evolve(step, fault=fault, at=at, process=process),
            st.sampled_from(["", *FAULTED]), st.integers(0, 4), st.integers(0, 1),
        ),
        min_size=1,
        max_size=3,
    )
)  # fmt: skip
sequences = st.lists(steps.map(lambda step: [step]) | retries, min_size=2, max_size=4).map(
    lambda groups: [step for group in groups for step in group]
)


@mutable
class World:
    """A provider with two users, and two processes that call it under keys of their own."""

    sim: MangoPaySimulator = field(factory=simulator)
    processes: list[PaperGateway[MangoPay]] = field(init=False)
    users: list[str] = field(init=False)
    prefixes: Iterator[int] = field(factory=count)

    def __attrs_post_init__(self) -> None:
        self.processes = [gateway(self.sim), gateway(self.sim)]
        one = self.processes[0]
        self.users = [one.run(one.adapter.create_user(OWNER)).id for _ in range(2)]

    def run(self, step: Step, prefix: str) -> Any:
        process = self.processes[step.process]
        process.answer = Line(self.sim, step.fault, step.at if step.fault else -1)
        user_id = self.users[step.subject]
        return process.run(step.flow(process.adapter, user_id, prefix))

    def outcome(self, step: Step, prefix: str) -> tuple[Any, str] | None:
        """The result or the error that names an object, and its id; None for any other error."""
        try:
            result = self.run(step, prefix)
        except IdempotencyConflict as error:
            return (error, error.id) if error.id else None
        except PartialFailure as error:
            return error, str(error.partial.id)
        except InvalidInput:
            raise
        except OnboardingError:
            return None
        return result, result.id

    def made(self, step: Step) -> int:
        """How many objects of the step's kind there are."""
        if step.operation == "create_user":
            return self.sim.store.count_users()
        table = {
            "submit_document": "documents",
            "add_bank_account": "accounts",
            "create_recipient": "recipients",
        }[step.operation]
        return len(self.sim.tables.owned(table, self.users[step.subject]))


WORLD = World()


@settings(max_examples=SEQUENCES)
@given(sequences)
def test_a_key_names_one_operation_on_one_subject_with_one_content(calls: list[Step]) -> None:
    prefix = f"{next(WORLD.prefixes)}:"
    ids: dict[tuple[str, int, str], str] = {}
    before = {step.named: WORLD.made(step) for step in calls}
    for step in calls:
        found = WORLD.outcome(step, prefix)
        if found is None:
            continue
        kind, id = found
        assert id == ids.setdefault(step.named, id), "another call's result"
        if isinstance(kind, IdempotencyConflict):
            assert kind.operation == step.operation
        elif not isinstance(kind, PartialFailure):
            assert shown(step, kind) == given_by(step), "another content's result"
    assert len(set(ids.values())) == len(ids), "two calls have one result"
    for step in calls:
        names = {one.named for one in calls if one.named[:2] == step.named[:2]}
        assert WORLD.made(step) - before[step.named] <= len(names), "a retry made a second object"


def shown(step: Step, result: Any) -> object:
    """What a result says that was registered, and for whom."""
    if step.operation == "create_user":
        user = result.user
        return normalize("NFC", user.identity.given_name), user.email.lower()
    if step.operation == "add_bank_account":
        account = result.account
        return result.user_id, normalize("NFC", account.owner_name), account.iban
    if step.operation == "create_recipient":
        return result.user_id, normalize("NFC", result.given_name), result.details["IBAN"]
    pages = WORLD.sim.tables.owned("pages", result.id)
    return result.user_id, [page["File"] for page in pages]


def given_by(step: Step) -> object:
    name, user_id = NAMES[step.content], WORLD.users[step.subject]
    if step.operation == "create_user":
        return name, "zoe@example.com"
    if step.operation in ("add_bank_account", "create_recipient"):
        return user_id, *(name, IBANS[step.content])
    pages = PAGES[: step.content + 1] if step.form == "NFC" else PAGES[step.content :]
    return user_id, [b64encode(page).decode() for page in pages]
