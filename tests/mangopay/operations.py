"""Every operation of the adapter: how it is called, the requests it sends, the tests that ran it.

The table on the page of the documentation is made of these rows, which are played against the
simulator; nothing in it is written by hand. To add an operation, add its row.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from attrs import frozen
from onboarding import Gateway, Notification, PartialFailure, User, UserCategory
from onboarding._sync.calls import Calls
from onboarding.banking import IbanAccount
from onboarding.operations import OPERATIONS as CORE
from onboarding.operations import call_of
from tests.mangopay.noted import read_event

from onboarding_mangopay import MangoPay, NewRecipient
from onboarding_simulators.mangopay.routes import find_route

from .people import COMPANY, OWNER, PAYER, UBO, paper
from .stage import Stage

__all__ = ["OPERATIONS", "SEED", "Operation", "Scene", "flows", "refreshed", "requests_of", "table"]

# every method that the document of the Node SDK describes
SEED = """
create getAll get getNatural getLegal update createBankAccount deactivateBankAccount
getBankAccounts getBankAccount getWallets getTransactions getCards createKycDocument
getKycDocuments getKycDocument updateKycDocument createKycPage createKycPageFromFile getEMoney
"""


@frozen
class Scene:
    """What an operation is played on: a simulator on a stage, and a gateway to it."""

    stage: Stage
    fr: Gateway[MangoPay]

    @property
    def do(self) -> MangoPay:
        return self.fr.adapter

    def user(self, user: User = OWNER) -> Any:
        """A new user; an OWNER has passed SCA."""
        record = self.fr.create_user(user)
        if user.category is UserCategory.OWNER:
            self.stage.sim.activate(record.id)
        return self.fr.fetch_user(record.id)


Play: TypeAlias = Callable[[Scene], Callable[[], object]]
"""Sets the scene, and gives what is to be run: only what that sends is the operation's."""


@frozen(kw_only=True)
class Operation:
    """One flow of the adapter.

    - `flow`: its name there;
    - `seed`: the methods of the Node SDK's document that it stands for;
    - `play`: runs it; `tests`: node ids of tests that ran it over a socket.
    """

    flow: str
    play: Play
    seed: str = ""
    tests: tuple[str, ...] = ()

    @property
    def is_core(self) -> bool:
        return self.flow in CORE

    @property
    def call(self) -> str:
        """The gateway's name for it, empty if it is not a core call."""
        return call_of(self.flow) if self.is_core else ""

    def spelled(self) -> str:
        """How it is called, with the arguments that it cannot do without."""
        if self.call:
            return f"gateway.{self.call}({_wanted(getattr(Calls, self.call))})"
        name = f"adapter.{self.flow}"
        function = getattr(MangoPay, self.flow)
        page = inspect.signature(function).parameters.get("page")
        if page is not None and page.kind is not inspect.Parameter.KEYWORD_ONLY:
            wanted = _wanted(function)
            pages = f"partial({name}, {wanted})" if wanted else name
            return f"gateway.each({pages})"
        return f"gateway.run({name}({_wanted(function)}))"


def _wanted(function: Any) -> str:
    kinds = inspect.Parameter
    found: list[str] = []
    for one in list(inspect.signature(function).parameters.values())[1:]:
        if one.kind is kinds.VAR_POSITIONAL:
            found.append(f"*{one.name}")
        elif one.default is kinds.empty:
            found.append(f"{one.name}=..." if one.kind is kinds.KEYWORD_ONLY else one.name)
    return ", ".join(found)


# --- plays --------------------------------------------------------------------------------------


def _on_user(act: Callable[[Scene, Any], object], user: User = OWNER) -> Play:
    """An operation on a user, an OWNER unless said otherwise."""

    def play(s: Scene) -> Callable[[], object]:
        record = s.user(user)
        return lambda: act(s, record)

    return play


def _after(
    first: Callable[[Scene, str], Any], act: Callable[[Scene, str, Any], object], user: User = OWNER
) -> Play:
    """An operation on what another one made for a user."""

    def play(s: Scene) -> Callable[[], object]:
        user_id = s.user(user).id
        made = first(s, user_id)
        return lambda: act(s, user_id, made)

    return play


def _pending(s: Scene) -> Callable[[], object]:
    (action,) = s.fr.create_user(OWNER).next_actions
    return lambda: s.fr.renew(action)


def _linked(s: Scene) -> Callable[[], object]:
    user = s.fr.create_user(OWNER)
    return lambda: s.fr.create_link(user, return_url="https://platform.example/")


def _consenting(s: Scene) -> Callable[[], object]:
    s.stage.sim.proxy = True
    user = s.user()
    return lambda: s.fr.run(s.do.consent(user.id))


def _keyed(s: Scene) -> Callable[[], object]:
    s.fr.create_user(PAYER, idempotency_key="registration 7")
    return lambda: s.fr.run(s.do.first_answer("registration 7"))


def _open_declaration(s: Scene, user_id: str) -> Any:
    made = s.fr.declare_owners(user_id, COMPANY.people)
    s.stage.sim.decide_declaration(made.id, "INCOMPLETE")
    return s.fr.fetch_declaration(made.id)


def _hook(s: Scene, event_type: str = "KYC_SUCCEEDED") -> Any:
    return s.fr.run(s.do.register_hook(event_type, "https://acme.test/hooks"))


def _with_hook(act: Callable[[Scene, Any], object]) -> Play:
    def play(s: Scene) -> Callable[[], object]:
        made = _hook(s)
        return lambda: act(s, made)

    return play


ADDRESS = UBO.address
IBAN = "FR7630004000031234567890143"  # docs: the sandbox's own


def _account(s: Scene, user_id: str) -> Any:
    return s.fr.add_bank_account(user_id, _iban())


def _iban() -> IbanAccount:
    return IbanAccount(owner_name="Alex Smith", owner_address=ADDRESS, iban=IBAN)


RECIPIENT = NewRecipient(
    display_name="My account",
    currency="EUR",
    country="FR",
    given_name="Alex",
    family_name="Smith",
    address=ADDRESS,
    details={"IBAN": IBAN},
)


def _recipient(s: Scene, user_id: str) -> Any:
    return s.fr.run(s.do.create_recipient(user_id, RECIPIENT))


def _document(s: Scene, user_id: str) -> Any:
    return s.fr.submit_document(user_id, paper())


def _broken_off(s: Scene, user_id: str) -> Any:
    s.stage.sim.misbehave(kind="drop_after", route="*pages", times=1)
    try:
        return s.fr.submit_document(user_id, paper())
    except PartialFailure as error:
        return error.partial


def _session(s: Scene, user_id: str) -> Any:
    return s.fr.run(s.do.verify_identity(user_id, "https://acme.test/back"))


def _became_owner(record: Any) -> User:
    to: User = record.user.replace(
        {
            "category": OWNER.category,
            "terms.accepted": True,
            **{
                f"identity.{name}": getattr(OWNER.identity, name)
                for name in ("birthdate", "nationality", "country_of_residence")
            },
        }
    )
    return to


def _read(s: Scene, document: Any) -> object:
    s.stage.sim.accept_document(document.id)
    (row, *_) = s.fr.each(lambda page: s.do.list_events(page, event_type="KYC_SUCCEEDED"))
    return read_event(s.fr, row)


def _told(s: Scene, document: Any) -> object:
    s.stage.sim.accept_document(document.id)
    notification = {"EventType": "KYC_SUCCEEDED", "RessourceId": document.id, "Date": "1737216704"}
    return s.fr.read_notification(Notification(method="GET", query=notification))


# --- rows ---------------------------------------------------------------------------------------

_CAPABILITIES = "tests/mangopay/test_capabilities.py"
_BANKING, _FUNDS = "tests/mangopay/test_banking.py", "tests/mangopay/test_funds.py"
_BESIDE = "tests/mangopay/test_beside_the_sdk.py"
_DOCUMENTS = "tests/mangopay/test_documents_flow.py"
_EVENTS = "tests/mangopay/test_events.py"
_KEYS = "tests/mangopay/test_idempotency.py"
MOVED = UBO.replace({"ref": "moved", "address.city": "Lyon"})
_OWNERS = "tests/mangopay/test_owners_flow.py"
_SESSIONS = "tests/mangopay/test_verifications_flow.py"
_USERS = "tests/mangopay/test_users_flow.py"
_YEAR = "tests/mangopay/test_year.py"


def _tests(path: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{path}::test_{name}" for name in names)


OPERATIONS: tuple[Operation, ...] = (
    # users
    Operation(
        flow="create_user",
        seed="create",
        play=lambda s: lambda: s.fr.create_user(OWNER),
        tests=_tests(
            _BESIDE,
            "the_sdk_reads_a_person_that_the_adapter_registered",
            "the_sdk_reads_a_company_that_the_adapter_registered",
        ),
    ),
    Operation(
        flow="fetch_user",
        seed="get getNatural getLegal",
        play=_on_user(lambda s, user: s.fr.fetch_user(user.id)),
        tests=_tests(
            _BESIDE,
            "the_adapter_reads_a_person_that_the_sdk_registered",
            "the_adapter_reads_a_company_that_the_sdk_registered",
        ),
    ),
    Operation(
        flow="list_users",
        seed="getAll",
        play=_on_user(lambda s, _: list(s.fr.users())),
        tests=_tests(_USERS, "every_user_is_listed_over_as_many_pages_as_it_takes"),
    ),
    Operation(
        flow="update_user",
        seed="update",
        play=_on_user(lambda s, user: s.fr.update_user(user, user.user.replace(tag="vip"))),
        tests=_tests(_BESIDE, "each_updates_the_others_user_and_sees_what_changed"),
    ),
    Operation(
        flow="categorise_user",
        play=_on_user(lambda s, user: s.fr.categorise_user(user, _became_owner(user)), PAYER),
        tests=_tests(_BESIDE, "each_categorises_the_others_payer"),
    ),
    Operation(
        flow="close_user",
        play=_on_user(lambda s, user: s.fr.close_user(user)),
        tests=_tests(_BESIDE, "each_closes_the_others_user"),
    ),
    Operation(
        flow="renew",
        play=_pending,
        tests=_tests(_YEAR, "a_company_lives_through_a_year"),
    ),
    Operation(
        flow="create_link",
        play=_linked,
        tests=_tests(_CAPABILITIES, "a_link_returns_to_the_platform_and_expires"),
    ),
    Operation(
        flow="enrol",
        play=_on_user(lambda s, user: s.fr.run(s.do.enrol(user.id))),
        tests=_tests(_USERS, "an_enrolment_is_started_anew_and_its_end_shows_in_the_status"),
    ),
    Operation(
        flow="consent",
        play=_consenting,
        tests=_tests(_USERS, "consent_is_given_on_a_page_and_shows_by_scope"),
    ),
    Operation(
        flow="sca_status",
        play=_on_user(lambda s, user: s.fr.run(s.do.sca_status(user.id))),
        tests=_tests(_USERS, "a_user_who_never_met_sca_is_not_enrolled_and_not_unknown"),
    ),
    Operation(
        flow="fetch_capabilities",
        play=_on_user(lambda s, user: s.fr.fetch_capabilities(user)),
        tests=_tests(_CAPABILITIES, "an_owner_is_paid_out_once_regular_and_not_blocked"),
    ),
    Operation(
        flow="regulatory",
        play=_on_user(lambda s, user: s.fr.run(s.do.regulatory(user.id))),
        tests=_tests(_USERS, "a_block_is_told_with_its_code"),
    ),
    Operation(
        flow="check_company_number",
        play=lambda s: lambda: s.fr.run(s.do.check_company_number("123456789", "FR")),
        tests=_tests(_USERS, "a_company_number_is_checked_against_its_countrys_form"),
    ),
    # documents
    Operation(
        flow="submit_document",
        seed="createKycDocument createKycPage createKycPageFromFile updateKycDocument",
        play=_on_user(lambda s, user: _document(s, user.id)),
        tests=_tests(_DOCUMENTS, "one_call_creates_fills_and_submits_a_document"),
    ),
    Operation(
        flow="fetch_document",
        seed="getKycDocument",
        play=_after(_document, lambda s, _, document: s.fr.fetch_document(document.id)),
        tests=_tests(_DOCUMENTS, "a_refused_document_says_why_in_the_words_of_both"),
    ),
    Operation(
        flow="list_documents",
        seed="getKycDocuments",
        play=_after(_document, lambda s, user_id, _: list(s.fr.documents(user_id))),
        tests=_tests(_DOCUMENTS, "documents_are_listed_of_a_user_and_of_all"),
    ),
    Operation(
        flow="consult_document",
        play=_after(_document, lambda s, _, document: s.fr.run(s.do.consult_document(document.id))),
        tests=_tests(_DOCUMENTS, "the_pages_of_a_document_are_shown_by_links_that_are_in_no_repr"),
    ),
    Operation(
        flow="resume",
        play=_after(_broken_off, lambda s, _, partial: s.fr.resume(partial, paper())),
        tests=_tests(_DOCUMENTS, "an_upload_whose_page_was_refused_names_its_path_and_is_resumed"),
    ),
    # owners of a company
    Operation(
        flow="declare_owners",
        play=_on_user(lambda s, user: s.fr.declare_owners(user.id, COMPANY.people), COMPANY),
        tests=_tests(_OWNERS, "one_call_declares_all_owners_and_submits_them"),
    ),
    Operation(
        flow="add_owner",
        play=_after(
            _open_declaration, lambda s, _, made: s.fr.run(s.do.add_owner(made, UBO)), COMPANY
        ),
        tests=_tests(_OWNERS, "an_owner_is_added_to_an_open_declaration"),
    ),
    Operation(
        flow="update_owner",
        play=_after(
            _open_declaration,
            lambda s, _, made: s.fr.run(s.do.update_owner(made, made.owners[0].id, MOVED)),
            COMPANY,
        ),
        tests=_tests(_OWNERS, "an_incomplete_declaration_is_edited_and_submitted_again"),
    ),
    Operation(
        flow="update_declaration",
        play=_after(
            _open_declaration,
            lambda s, _, made: s.fr.run(s.do.update_declaration(made, (MOVED,))),
            COMPANY,
        ),
        tests=_tests(
            "tests/mangopay/test_people.py",
            "three_people_in_four_roles_are_created_and_only_what_changed_is_sent",
        ),
    ),
    Operation(
        flow="submit_declaration",
        play=_after(
            _open_declaration,
            lambda s, _, made: s.fr.run(s.do.submit_declaration(made)),
            COMPANY,
        ),
        tests=_tests(_OWNERS, "an_incomplete_declaration_is_edited_and_submitted_again"),
    ),
    Operation(
        flow="fetch_declaration",
        play=_after(
            _open_declaration,
            lambda s, _, made: s.fr.fetch_declaration(made.id),
            COMPANY,
        ),
        tests=_tests(_OWNERS, "the_sandbox_decides_by_the_first_name_of_the_first_owner"),
    ),
    Operation(
        flow="list_declarations",
        play=_on_user(lambda s, user: list(s.fr.declarations(user.id)), COMPANY),
        tests=_tests(_OWNERS, "one_call_declares_all_owners_and_submits_them"),
    ),
    # hosted identity verification
    Operation(
        flow="verify_identity",
        play=_on_user(lambda s, user: _session(s, user.id)),
        tests=_tests(_SESSIONS, "a_session_sends_the_user_to_a_page_that_lives_a_week"),
    ),
    Operation(
        flow="fetch_verification",
        play=_after(_session, lambda s, _, made: s.fr.run(s.do.fetch_verification(made.id))),
        tests=_tests(_SESSIONS, "a_completed_session_makes_the_user_regular_and_shows_its_checks"),
    ),
    Operation(
        flow="list_verifications",
        play=_on_user(lambda s, user: s.fr.run(s.do.list_verifications(user.id))),
        tests=_tests(_SESSIONS, "the_sessions_of_a_user_are_listed"),
    ),
    # bank accounts
    Operation(
        flow="add_bank_account",
        seed="createBankAccount",
        play=_on_user(lambda s, user: _account(s, user.id)),
        tests=_tests(_BANKING, "an_account_of_each_form_comes_back_as_it_was_given"),
    ),
    Operation(
        flow="fetch_bank_account",
        seed="getBankAccount",
        play=_after(
            _account, lambda s, user_id, made: s.fr.run(s.do.fetch_bank_account(user_id, made.id))
        ),
        tests=_tests(_BANKING, "an_account_of_each_form_comes_back_as_it_was_given"),
    ),
    Operation(
        flow="list_bank_accounts",
        seed="getBankAccounts",
        play=_on_user(lambda s, user: list(s.fr.bank_accounts(user.id))),
        tests=_tests(_BANKING, "more_accounts_than_a_page_holds_are_all_listed"),
    ),
    Operation(
        flow="deactivate_bank_account",
        seed="deactivateBankAccount",
        play=_after(_account, lambda s, _, made: s.fr.deactivate_bank_account(made)),
        tests=_tests(
            _BANKING, "an_account_is_deactivated_for_good_and_left_out_of_the_active_ones"
        ),
    ),
    # recipients
    Operation(
        flow="recipient_schema",
        play=lambda s: lambda: s.fr.run(s.do.recipient_schema(currency="EUR", country="FR")),
        tests=_tests(_BANKING, "the_schema_says_which_details_a_currency_takes"),
    ),
    Operation(
        flow="payout_methods",
        play=lambda s: lambda: s.fr.run(s.do.payout_methods(currency="EUR", country="FR")),
        tests=_tests(_BANKING, "the_schema_says_which_details_a_currency_takes"),
    ),
    Operation(
        flow="create_recipient",
        play=_on_user(lambda s, user: _recipient(s, user.id)),
        tests=_tests(_BANKING, "a_recipient_waits_for_its_user_and_is_active_then"),
    ),
    Operation(
        flow="validate_recipient",
        play=_on_user(lambda s, user: s.fr.run(s.do.validate_recipient(user.id, RECIPIENT))),
        tests=_tests(_BANKING, "a_recipient_that_would_be_taken_is_tried_without_being_kept"),
    ),
    Operation(
        flow="fetch_recipient",
        play=_after(_recipient, lambda s, _, made: s.fr.run(s.do.fetch_recipient(made.id))),
        tests=_tests(_BANKING, "a_recipient_waits_for_its_user_and_is_active_then"),
    ),
    Operation(
        flow="list_recipients",
        play=_on_user(lambda s, user: s.fr.run(s.do.list_recipients(user.id))),
        tests=_tests(_BANKING, "recipients_are_listed_by_scope_and_deactivated_once"),
    ),
    Operation(
        flow="deactivate_recipient",
        play=_after(_recipient, lambda s, _, made: s.fr.run(s.do.deactivate_recipient(made))),
        tests=_tests(_BANKING, "recipients_are_listed_by_scope_and_deactivated_once"),
    ),
    # what a user has
    Operation(
        flow="list_wallets",
        seed="getWallets",
        play=_on_user(lambda s, user: list(s.fr.wallets(user.id))),
        tests=_tests(_FUNDS, "a_wallet_is_listed_with_its_balance_in_minor_units"),
    ),
    Operation(
        flow="fetch_wallet",
        play=_after(
            lambda s, user_id: s.stage.sim.add_wallet(user_id),
            lambda s, _, wallet: s.fr.run(s.do.fetch_wallet(wallet)),
        ),
        tests=_tests(_FUNDS, "a_wallet_is_listed_with_its_balance_in_minor_units"),
    ),
    Operation(
        flow="list_transactions",
        seed="getTransactions",
        play=_on_user(lambda s, user: s.fr.run(s.do.list_transactions(user.id))),
        tests=_tests(_FUNDS, "transactions_are_filtered_by_each_documented_filter"),
    ),
    Operation(
        flow="list_wallet_transactions",
        play=_after(
            lambda s, user_id: s.stage.sim.add_wallet(user_id),
            lambda s, _, wallet: s.fr.run(s.do.list_wallet_transactions(wallet)),
        ),
        tests=_tests(_FUNDS, "the_transactions_of_one_wallet_are_listed_and_filtered"),
    ),
    Operation(
        flow="list_cards",
        seed="getCards",
        play=_on_user(lambda s, user: s.fr.run(s.do.list_cards(user.id))),
        tests=_tests(_FUNDS, "a_card_keeps_the_spellings_of_mangopay"),
    ),
    Operation(
        flow="emoney",
        seed="getEMoney",
        play=_on_user(lambda s, user: s.fr.run(s.do.emoney(user.id, year=2026, month=11))),
        tests=_tests(_FUNDS, "emoney_is_summed_ever_by_year_by_month_and_by_currency"),
    ),
    # hooks and events
    Operation(
        flow="register_hook",
        play=lambda s: lambda: _hook(s),
        tests=_tests(_EVENTS, "a_hook_is_registered_read_changed_and_listed"),
    ),
    Operation(
        flow="fetch_hook",
        play=_with_hook(lambda s, hook: s.fr.run(s.do.fetch_hook(hook.id))),
        tests=_tests(_EVENTS, "a_hook_is_registered_read_changed_and_listed"),
    ),
    Operation(
        flow="list_hooks",
        play=lambda s: lambda: s.fr.run(s.do.list_hooks()),
        tests=_tests(_EVENTS, "a_hook_is_registered_read_changed_and_listed"),
    ),
    Operation(
        flow="update_hook",
        play=_with_hook(lambda s, hook: s.fr.run(s.do.update_hook(hook.id, enabled=False))),
        tests=_tests(_EVENTS, "a_hook_is_registered_read_changed_and_listed"),
    ),
    Operation(
        flow="read_notification",
        play=_after(_document, lambda s, _, document: _told(s, document)),
        tests=_tests(_EVENTS, "a_delivered_notification_is_read_and_borne_out_by_its_subject"),
    ),
    Operation(
        flow="read_event",
        play=_after(_document, lambda s, _, document: _read(s, document)),
        tests=_tests(_EVENTS, "every_event_of_a_life_is_replayed_borne_out_or_told_as_overtaken"),
    ),
    Operation(
        flow="list_events",
        play=lambda s: lambda: list(s.fr.each(s.do.list_events)),
        tests=_tests(_EVENTS, "events_are_listed_by_type_and_time"),
    ),
    # anything else
    Operation(
        flow="first_answer",
        play=_keyed,
        tests=_tests(_KEYS, "the_first_answer_under_a_key_can_be_read"),
    ),
    Operation(
        flow="raw",
        play=_on_user(lambda s, user: s.fr.raw("GET", "users", user.id, "preauthorizations")),
        tests=_tests(_USERS, "any_other_request_is_signed_and_its_no_is_typed"),
    ),
)


# --- what is read off them ----------------------------------------------------------------------


NOT_OPERATIONS = (
    "answer_to_key", "check_webhooks", "first_response", "install_webhooks", "login", "look_up",
    "newest_first", "once", "probe", "reconcile",
)  # fmt: skip
"""Flows of the engine's, and those that send the requests of other operations."""


def flows() -> Iterator[str]:
    """Every public operation of the adapter that the provider has."""
    for name, _ in inspect.getmembers(MangoPay, inspect.isgeneratorfunction):
        if not name.startswith("_") and name not in NOT_OPERATIONS:
            yield name


def requests_of(operation: Operation, scene: Scene) -> list[str]:
    """The requests that an operation sends, each as its method and the path of the simulator's."""
    act = operation.play(scene)
    scene.fr.raw("GET", "hooks")  # so that the login is behind
    scene.stage.sim.clear_log()
    act()
    return [f"{each.method} {_route(each.path)}" for each in scene.stage.sim.log]


def _route(path: str) -> str:
    """The path of the documents that a request's is an example of, below the client's."""
    found = find_route(path)
    assert found is not None
    path = re.sub(r"<(\w+)>", r"{\1}", found[0].path.removeprefix("/v2.01/<client>"))
    return re.sub(r"(/users(?:/natural|/legal)?)/\{(?:id|user)\}", r"\1/{user_id}", path)


_MARKED = re.compile(r"(<!-- operations -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = ("Call", "Kind", "Method of the Node SDK", "Requests", "Tests over a socket")
_EVERY = "tests/mangopay/test_operations.py::test_an_operation_is_played_over_a_socket"


def table(sent: dict[str, list[str]]) -> str:
    """The table of all operations, with the requests that were sent when they were played."""
    lines = [_HEAD, ("---",) * len(_HEAD), *(_cells(row, sent[row.flow]) for row in OPERATIONS)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def refreshed(page: str, sent: dict[str, list[str]]) -> str:
    """The text of a page with its table written anew."""
    fresh, count = _MARKED.subn(lambda found: f"{found[1]}\n{table(sent)}\n\n{found[2]}", page)
    assert count == 1
    return fresh


def _cells(row: Operation, sent: list[str]) -> tuple[str, ...]:
    seed = ", ".join(f"`{name}`" for name in row.seed.split())
    return (
        f"`{row.spelled()}`",
        "core" if row.is_core else "provider",
        seed or "none",
        "<br>".join(f"`{one}`" for one in sent),
        "<br>".join(map(_sentence, row.tests or (_EVERY,))),
    )


def _sentence(test: str) -> str:
    path, _, name = test.partition("::test_")
    return f"{name.replace('_', ' ')} (`{path.removeprefix('tests/')}`)"
