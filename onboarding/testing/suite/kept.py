"""Laws of what is added to a user: documents, declarations of owners and bank accounts."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from onboarding.banking import BankAccount
from onboarding.errors import OnboardingError
from onboarding.http import Request
from onboarding.model.documents import Document, DocumentPage
from onboarding.model.people import PersonRole
from onboarding.testing.law import law
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject, World, tolerant

__all__ = ["bank_accounts", "declarations", "documents", "plays"]


def plays(*operations: str) -> Any:
    """Returns whether scenarios can call one of these operations of a variant."""

    def needs(subject: Subject) -> bool:
        return bool(subject.scenarios and subject.simulator) and any(
            adapter.supports(name) for adapter in subject.variants.values() for name in operations
        )

    return needs


def kept(world: World, record: Any, fetch: str, listed: str, user_id: str) -> None:
    """Checks that an object that was added is fetched by its id, and listed once."""
    if fetch and world.adapter.supports(fetch):
        seen = world.perform(fetch, record.id, user_id=user_id)
        assert seen.id == record.id, f"{fetch} returns another object"
        for name in ("purpose", "user_id"):
            pair = getattr(seen, name, None), getattr(record, name, None)
            assert None in pair or pair[0] == pair[1], f"{fetch} returns another {name}"
    if world.adapter.supports(listed):
        ids = [one.id for one in world.every(listed, user_id)]
        assert ids.count(record.id) == 1, f"{listed} has it {ids.count(record.id)} times"


@law(
    "every page of a document is sent, once and in order; the document is fetched and listed",
    plays("submit_document"),
    exhaustive=True,
)
def documents(runner: Runner) -> None:
    for world, call in runner.calls_of("submit_document"):
        user_id, document = call.arguments[:2]
        _in_order(call.sent, document)
        kept(world, call.result, "fetch_document", "list_documents", user_id)
        more = evolve(document, pages=(*document.pages, *_others(document)))
        adapter = tolerant(world.adapter)
        before = len(world.gateway.sent)
        try:
            world.run(adapter.submit_document(user_id, more))
        except OnboardingError:
            continue  # one more page than the provider takes, or a document in review
        _in_order(tuple(world.gateway.sent[before:]), more)


def _others(document: Document) -> Iterator[DocumentPage]:
    """Yields one more page, of another content."""
    for page in document.pages[:1]:
        yield evolve(page, content=page.content + bytes(7))


def _in_order(sent: tuple[Request, ...], document: Document) -> None:
    pages = [page.content for page in document.pages if page.content]
    if len({*pages}) < len(pages):
        return
    found = sorted(place for request in enumerate(sent) for place in _pages_in(*request, pages))
    numbers = [number for *_, number in found]
    assert numbers == [*range(len(pages))], f"of {len(pages)} pages, these are sent: {numbers}"


def _pages_in(place: int, request: Request, pages: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Yields where a request has a page, as it is or in base64, and the number of the page."""
    longest = sorted(range(len(pages)), key=lambda number: -len(pages[number]))
    body = request.body
    for number in longest:
        for written in (pages[number], b64encode(pages[number]), urlsafe_b64encode(pages[number])):
            if (at := body.find(written)) >= 0:
                yield place, at, number
                body = body.replace(written, bytes(len(written)), 1)
                break


@law(
    "a declaration has every beneficial owner once; it is fetched and listed",
    plays("declare_owners"),
    exhaustive=True,
)
def declarations(runner: Runner) -> None:
    for world, call in runner.calls_of("declare_owners"):
        user_id, people = call.arguments[:2]
        wanted = sum(PersonRole.BENEFICIAL_OWNER in person.roles for person in people)
        found = len(call.result.owners)
        assert found == wanted, f"of {wanted} owners, {found} are declared"
        kept(world, call.result, "fetch_declaration", "list_declarations", user_id)


@law(
    "a bank account is listed as it was added, and is not active after it was deactivated",
    plays("add_bank_account"),
    exhaustive=True,
)
def bank_accounts(runner: Runner) -> None:
    ended = runner.calls_of("deactivate_bank_account")
    deactivated = {(id(world), call.arguments[0].id) for world, call in ended}
    for world, call in runner.calls_of("add_bank_account"):
        user_id, given = call.arguments[:2]
        assert call.result.user_id in (None, user_id), "a bank account of another user"
        if (id(world), call.result.id) not in deactivated:
            kept(world, call.result, "", "list_bank_accounts", user_id)
        listed = world.adapter.supports("list_bank_accounts")
        shown = world.every("list_bank_accounts", user_id) if listed else []
        for one in (call.result, *(one for one in shown if one.id == call.result.id)):
            if one.account is not None:
                _same_account(one.account, given)
    for world, call in runner.calls_of("deactivate_bank_account"):
        (given,) = call.arguments
        assert call.writes, "nothing is sent to deactivate a bank account"
        assert call.result.id == given.id, "another bank account is deactivated"
        assert call.result.active is not True, "a deactivated bank account is active"
        if given.user_id and world.adapter.supports("list_bank_accounts"):
            shown = world.every("list_bank_accounts", given.user_id)
            still = [one for one in shown if one.id == given.id and one.active is True]
            assert not still, "a deactivated bank account is listed as active"


def _same_account(shown: BankAccount, given: BankAccount) -> None:
    assert type(shown) is type(given), "a bank account of another kind"
    for name, value in vars(shown).items():
        same = value is None or getattr(given, name) in (None, value)
        assert same, f"{name} of the account is shown with another value"
