"""An idempotency key names one operation on one subject with one content."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unicodedata import normalize

import pytest
from attrs import evolve
from onboarding import (
    Address,
    Conflict,
    Gateway,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
    Rejected,
    User,
)
from onboarding.banking import IbanAccount, UkAccount
from onboarding.spi import Flow, Request, Response

from onboarding_mangopay import MangoPay, NewRecipient
from onboarding_mangopay.keys import Keyed
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.mangopay.persons import SESSIONS

from .broken import FAULTS, gateway, no, simulator
from .people import COMPANY, HOME, OWNER, PAYER, UBO, paper
from .stage import Stage

ADAPTER = gateway(simulator()).adapter
BEN = OWNER.replace({"identity.given_name": "Ben", "email": "ben@example.com"})
IBAN = IbanAccount(owner_name="Alex Smith", owner_address=HOME, iban="FR7630004000031234567890143")
BENS_IBAN = evolve(IBAN, owner_name="Ben Smith")
RECIPIENT = NewRecipient(
    display_name="Alex", currency="EUR", details={"IBAN": "FR7630004000031234567890143"},
    given_name="Alex", family_name="Smith", address=HOME,
)  # fmt: skip
HOOK = ("KYC_SUCCEEDED", "https://platform.example/hooks")

Call = Callable[..., Flow[Any]]
"""A call of an adapter about a user, with a key: `K` if none is given."""

CALLS: dict[str, tuple[Call, Call]] = {
    "create_user": (
        lambda do, user, key="K": do.create_user(OWNER, idempotency_key=key),
        lambda do, user, key="K": do.create_user(BEN, idempotency_key=key),
    ),
    "create_user, a company": (
        lambda do, user, key="K": do.create_user(OWNER, idempotency_key=key),
        lambda do, user, key="K": do.create_user(COMPANY, idempotency_key=key),
    ),
    "submit_document": (
        lambda do, user, key="K": do.submit_document(user, paper(), idempotency_key=key),
        lambda do, user, key="K": do.submit_document(
            user, evolve(paper(), title="other"), idempotency_key=key
        ),
    ),
    "declare_owners": (
        lambda do, user, key="K": do.declare_owners(user, COMPANY.people, idempotency_key=key),
        lambda do, user, key="K": do.declare_owners(
            user, (UBO, evolve(UBO, ref="bo")), idempotency_key="K"
        ),
    ),
    "add_bank_account": (
        lambda do, user, key="K": do.add_bank_account(user, IBAN, idempotency_key=key),
        lambda do, user, key="K": do.add_bank_account(user, BENS_IBAN, idempotency_key=key),
    ),
    "add_bank_account, of another form": (
        lambda do, user, key="K": do.add_bank_account(user, IBAN, idempotency_key=key),
        lambda do, user, key="K": do.add_bank_account(
            user,
            UkAccount(
                owner_name="Alex Smith", owner_address=HOME, sort_code="200000",
                account_number="55779911",
            ),
            idempotency_key=key,
        ),
    ),
    "create_recipient": (
        lambda do, user, key="K": do.create_recipient(user, RECIPIENT, idempotency_key=key),
        lambda do, user, key="K": do.create_recipient(
            user, evolve(RECIPIENT, details={"IBAN": "DE89370400440532013000"}), idempotency_key="K"
        ),
    ),
    "verify_identity": (
        lambda do, user, key="K": do.verify_identity(
            user, "https://a.example/", idempotency_key=key
        ),
        lambda do, user, key="K": do.verify_identity(
            user, "https://b.example/", idempotency_key=key
        ),
    ),
    "register_hook": (
        lambda do, user, key="K": do.register_hook(*HOOK, idempotency_key=key),
        lambda do, user, key="K": do.register_hook("KYC_FAILED", HOOK[1], idempotency_key=key),
    ),
    "raw": (
        lambda do, user, key="K": do.raw(
            "POST", "hooks", body=_hook("KYC_FAILED"), idempotency_key=key
        ),
        lambda do, user, key="K": do.raw(
            "POST", "hooks", body=_hook("KYC_CREATED"), idempotency_key=key
        ),
    ),
}  # fmt: skip
NAMES = pytest.mark.parametrize("name", CALLS)


def _hook(event_type: str) -> dict[str, str]:
    return {"EventType": event_type, "Url": HOOK[1]}


def users(sim: MangoPaySimulator) -> int:
    return sim.store.count_users()


def everything(sim: MangoPaySimulator) -> list[int]:
    """How many objects of each kind there are."""
    kinds = ("documents", "pages", "declarations", "ubos", "accounts", "recipients", "hooks")
    return [users(sim), *(sim.tables.count(kind) for kind in (*kinds, SESSIONS))]


def owner(sim: MangoPaySimulator, name: str = "") -> str:
    one = gateway(sim)
    kind = COMPANY if name in ("declare_owners", "company") else OWNER
    return one.run(one.adapter.create_user(kind)).id


# -- one operation on one subject with one content


@NAMES
def test_the_same_call_with_the_same_key_gives_the_first_result(name: str) -> None:
    sim = simulator()
    user = owner(sim, name)
    same, _ = CALLS[name]
    one, other = gateway(sim), gateway(sim)

    first = one.run(same(one.adapter, user))
    before = everything(sim)
    second = other.run(same(other.adapter, user))

    assert _id(first) == _id(second)
    assert everything(sim) == before


@NAMES
def test_other_content_under_the_same_key_is_a_conflict_with_the_first_id(name: str) -> None:
    sim = simulator()
    user = owner(sim, name)
    same, differing = CALLS[name]
    one = gateway(sim)
    first = one.run(same(one.adapter, user))
    before = everything(sim)

    with pytest.raises(IdempotencyConflict) as raised:
        one.run(differing(one.adapter, user))

    assert (raised.value.operation, raised.value.id) == (name.partition(",")[0], _id(first))
    assert (raised.value.outcome, raised.value.retry_safe) == (Outcome.NOT_DONE, True)
    assert everything(sim) == before


@pytest.mark.parametrize(
    "name", ["submit_document", "declare_owners", "add_bank_account", "create_recipient"]
)
def test_the_same_key_for_another_user_is_another_call(name: str) -> None:
    sim = simulator()
    same, _ = CALLS[name]
    one = gateway(sim)
    ona, ben = owner(sim, name), owner(sim, name)

    results = [one.run(same(one.adapter, user)) for user in (ona, ben)]

    assert [result.user_id for result in results] == [ona, ben]
    assert results[0].id != results[1].id


def test_the_same_key_for_another_operation_is_another_call() -> None:
    sim = simulator()
    user = owner(sim)
    one = gateway(sim)
    names = ["create_user", "submit_document", "add_bank_account", "create_recipient"]

    found = {_id(one.run(CALLS[name][0](one.adapter, user))) for name in [*names, "register_hook"]}

    assert len(found) == 5


# A call's further requests had names that a caller could choose as well.
@pytest.mark.parametrize("suffix", ["/1", "/owner/0", "/page/0", ".page", '", "1'])
def test_no_key_of_a_caller_is_that_of_a_request_within_another_call(suffix: str) -> None:
    sim = simulator()
    one = gateway(sim)
    with pytest.raises(Rejected):
        one.run(
            one.adapter.create_user(
                OWNER.replace({"identity.nationality": "KP"}), idempotency_key="order"
            )
        )
    ona = one.run(one.adapter.create_user(OWNER, idempotency_key="order"))

    ben = one.run(one.adapter.create_user(BEN, idempotency_key=f"order{suffix}"))

    assert ona.id != ben.id
    assert ben.user.email == "ben@example.com"


ALIKE = [
    (Keyed("a", ("b", "c"), "d"), 0),
    (Keyed("a", ("b", "c"), "d"), 1),
    (Keyed("a", ("b/c",), "d"), 0),
    (Keyed("a", ("b",), "c/d"), 0),
    (Keyed("a/b", ("c",), "d"), 0),
    (Keyed("a", ("b", "c", "d"), ""), 0),
    (Keyed("a", ("b", "c"), "d/1"), 0),
    (Keyed("a", ('b", "c',), "d"), 0),
    (Keyed("a", ("b, c",), "d"), 0),
    (Keyed("a", (), "d"), 0),
    (Keyed("a", ("",), "d"), 0),
    (Keyed("a", (), None), 0),
    (Keyed("a", (), "None"), 0),
    (Keyed("a", (), "null"), 0),
    (Keyed("a", (), ""), 0),
]


def test_different_calls_never_share_a_key() -> None:
    keys = {ADAPTER.idempotency_key(keyed, attempt) for keyed, attempt in ALIKE}

    assert len(keys) == len(ALIKE)


# A retry meets its first call also when another version of the library sends it.
def test_the_key_that_mangopay_sees_stays_the_same_in_every_version() -> None:
    keyed = Keyed("submit_document", ("user_m_1",), "order-7")

    assert ADAPTER.idempotency_key(keyed) == "d7a045d3-f7de-5163-9ca8-ee45abd98233"
    assert ADAPTER.idempotency_key(keyed, 1) == "facf6c15-a6d9-5591-85ff-448506797add"


def test_another_client_has_another_key() -> None:
    keyed = Keyed("create_user", (), "order-7")
    other = evolve(ADAPTER, client_id="other")

    assert ADAPTER.idempotency_key(keyed) != other.idempotency_key(keyed)


def test_the_key_does_not_depend_on_the_content() -> None:
    sent = [next(ADAPTER.create_user(user, idempotency_key="K")) for user in (OWNER, BEN, COMPANY)]

    assert len({request.headers["Idempotency-Key"] for request in sent}) == 1
    assert all(request.idempotent for request in sent)
    assert not next(ADAPTER.create_user(OWNER)).idempotent


def test_a_post_without_a_key_of_the_callers_has_a_random_one() -> None:
    one = gateway(simulator())
    for _ in range(2):
        one.run(one.adapter.create_user(OWNER))
    one.run(one.adapter.raw("GET", "users"))

    keys = [request.headers.get("Idempotency-Key") for request in one.sent]

    assert [key is None for key in keys] == [True, False, False, True]  # not login, not GET
    assert len({*keys}) == 3
    assert not any(request.idempotent for request in one.sent)


WRONG_KEYS = ["", " ", "\n", 7, True, b"order", "order-\ud800"]


@pytest.mark.parametrize("key", WRONG_KEYS, ids=repr)
@pytest.mark.parametrize(
    "call",
    [
        lambda key: ADAPTER.create_user(OWNER, idempotency_key=key),
        lambda key: ADAPTER.submit_document("1", paper(), idempotency_key=key),
        lambda key: ADAPTER.declare_owners("1", COMPANY.people, idempotency_key=key),
        lambda key: ADAPTER.add_bank_account("1", IBAN, idempotency_key=key),
        lambda key: ADAPTER.create_recipient("1", RECIPIENT, idempotency_key=key),
        lambda key: ADAPTER.verify_identity("1", "https://a.example/", idempotency_key=key),
        lambda key: ADAPTER.register_hook(*HOOK, idempotency_key=key),
        lambda key: ADAPTER.raw("POST", "hooks", body={}, idempotency_key=key),
        lambda key: ADAPTER.first_answer(key),
    ],
)
def test_a_bad_key_is_refused_before_anything_is_sent(
    call: Callable[[Any], Flow[Any]], key: Any
) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(call(key))

    assert raised.value.paths == ("idempotency_key",)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_a_post_takes_a_key(method: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(ADAPTER.raw(method, "users", idempotency_key="K"))

    assert raised.value.paths == ("idempotency_key",)


# -- one content, however it is spelled

SPELLED: dict[str, tuple[User, User]] = {
    "NFD": (
        OWNER.replace({"identity.given_name": "Zoé", "address": HOME}),
        OWNER.replace(
            {
                "identity.given_name": normalize("NFD", "Zoé"),
                "address": evolve(HOME, line1=normalize("NFD", HOME.line1 or "")),
            }
        ),
    ),
    "the e-mail's case": (OWNER, OWNER.replace(email="Alex.Smith@EXAMPLE.com")),
    "blanks around": (OWNER, OWNER.replace({"identity.family_name": "Smith "})),
    "hidden of a PAYER": (
        PAYER.replace({"identity.birthdate": None}),
        PAYER.replace({"identity.birthdate": OWNER.identity and OWNER.identity.birthdate}),
    ),
    "an empty address": (OWNER, OWNER.replace(address=Address())),
}


@pytest.mark.parametrize("spelling", SPELLED)
def test_the_same_content_in_another_spelling_is_no_conflict(spelling: str) -> None:
    sim = simulator()
    one = gateway(sim)
    given, again = SPELLED[spelling]

    first = one.run(one.adapter.create_user(given, idempotency_key="K"))
    second = one.run(one.adapter.create_user(again, idempotency_key="K"))

    assert (second.id, users(sim)) == (first.id, 1)


@pytest.mark.parametrize("shown", ["+33611111111", "0611111111", "+33 6 11 11 11 11"])
def test_a_phone_number_that_mangopay_normalised_is_no_conflict(shown: str) -> None:
    local = OWNER.replace(
        {"phone": "+33611111111", "extras": {"mangopay": {"phone_number_country": "FR"}}}
    )

    found = replayed(
        ADAPTER.create_user(local, idempotency_key="K"),
        {**_shown(OWNER), "PhoneNumber": shown, "PhoneNumberCountry": None},
    )

    assert found.id == "user_m_1"


@pytest.mark.parametrize(
    "shown", ["FR76 3000 4000 0312 3456 7890 143", "fr7630004000031234567890143"]
)
def test_an_iban_that_mangopay_normalised_is_no_conflict(shown: str) -> None:
    body = {"Type": "IBAN", "IBAN": shown, "OwnerName": "Alex Smith", "Id": "bankacc_1"}

    found = replayed(ADAPTER.add_bank_account("1", IBAN, idempotency_key="K"), body)

    assert found.id == "bankacc_1"


OTHERS: list[dict[str, Any]] = [
    {"identity.given_name": "Ben"},
    {"identity.family_name": "SMITH"},
    {"email": "alex@example.com"},
    {"identity.nationality": "DE"},
    {"tag": "order"},
    {"address": HOME},
    {"phone": "+33622222222"},
    {"category": PAYER.category, "terms": PAYER.terms},
]


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: next(iter(change)))
@pytest.mark.parametrize("first", [False, True], ids=["added", "left out"])
def test_every_field_that_is_shown_is_compared(change: dict[str, Any], first: bool) -> None:
    sim = simulator()
    one = gateway(sim)
    pair = [OWNER, OWNER.replace(change)]
    given, again = reversed(pair) if first else pair
    one.run(one.adapter.create_user(given, idempotency_key="K"))

    with pytest.raises(IdempotencyConflict):
        one.run(one.adapter.create_user(again, idempotency_key="K"))

    assert users(sim) == 1


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("{base}/v2.01/acme/sca/users/natural", True),
        ("https://api-mtls.mangopay.com/V2.01/ACME/sca/users//natural/", True),
        ("", True),
        ("{base}/v2.01/acme/sca/users/legal", False),
        ("{base}/v2.01/acme/hooks", False),
        ("{base}/v2.01/other/sca/users/natural", False),
        ("nonsense", False),
    ],
)
def test_the_first_answer_is_one_to_the_same_path(url: str, same: bool) -> None:
    call = ADAPTER.create_user(OWNER, idempotency_key="K")
    place = url.format(base="http://127.0.0.1:1")

    if same:
        assert replayed(call, _shown(OWNER), RequestURL=place).id == "user_m_1"
        return
    with pytest.raises(IdempotencyConflict) as raised:
        replayed(call, _shown(OWNER), RequestURL=place)
    assert raised.value.id == "user_m_1"


# -- after a refusal, a failure, an answer that was lost


def test_after_a_lost_answer_the_same_key_finds_the_user(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    fr.raw("GET", "users")  # logs in
    stage.sim.misbehave(kind="drop_after", times=1)
    with pytest.raises(OutcomeUnknown) as raised:
        fr.create_user(OWNER, idempotency_key="order-7")

    record = fr.create_user(OWNER, idempotency_key="order-7")

    assert raised.value.retry_safe
    assert [listed.id for listed in fr.users()] == [record.id]
    assert len(record.next_actions) == 1  # the link that MangoPay shows once


SINGLE = ["create_user", "add_bank_account", "create_recipient", "verify_identity"]


def count(sim: MangoPaySimulator, name: str, user: str) -> int:
    """How many objects of a kind there are."""
    tables = {"add_bank_account": "accounts", "create_recipient": "recipients"}
    if name == "create_user":
        return users(sim)
    return len(sim.tables.owned(tables.get(name, SESSIONS), user))


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_keyed_call_that_fails_and_fails_again_is_carried_out_once(name: str, fault: str) -> None:
    sim = simulator()
    user, call = owner(sim), CALLS[name][0]
    for again, at in [("dropped after", 0), ("dropped after", 1), ("truncated", 0), ("429", 1)]:
        before, key = count(sim, name, user), f"{again} {at}"
        for broken in (gateway(sim, fault, 0), gateway(sim, again, at)):
            with suppress(OnboardingError):
                broken.run(call(broken.adapter, user, key))
        last = gateway(sim)

        results = {_id(last.run(call(last.adapter, user, key))) for _ in range(2)}

        assert (len(results), count(sim, name, user)) == (1, before + 1)


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_key_an_error_says_whether_the_call_may_be_sent_again(
    name: str, fault: str
) -> None:
    sim = simulator()
    user, call = owner(sim), CALLS[name][0]
    before, broken = count(sim, name, user), gateway(sim, fault, 0)

    with pytest.raises(OnboardingError) as raised:
        broken.run(call(broken.adapter, user, None))

    made = count(sim, name, user) - before
    assert not (made and raised.value.retry_safe)
    assert (raised.value.outcome is Outcome.NOT_DONE) is raised.value.retry_safe


@pytest.mark.parametrize("refusals", [1, 2, 3, 4, 10, 25])
def test_a_corrected_call_goes_on_under_its_key_after_any_number_of_refusals(
    refusals: int,
) -> None:
    sim = simulator()
    one = gateway(sim)
    broken = OWNER.replace({"identity.nationality": "KP"})
    for _ in range(refusals):
        with pytest.raises(Rejected):
            one.run(one.adapter.create_user(broken, idempotency_key="K"))
    one.sent.clear()

    record = one.run(one.adapter.create_user(OWNER, idempotency_key="K"))
    asked = [request.method for request in one.sent]
    again = one.run(one.adapter.create_user(OWNER, idempotency_key="K"))

    assert record.id == again.id
    assert users(sim) == 1
    assert asked.count("POST") == 2  # the first attempt and the new one
    assert asked.count("GET") <= 2 + 2 * refusals.bit_length()


def test_a_key_that_is_spent_without_end_is_an_unknown_outcome() -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return no(409, "idempotent_creation_conflict")
        return _kept("400", {})

    with pytest.raises(OutcomeUnknown):
        answered(ADAPTER.create_user(OWNER, idempotency_key="K"), answer)


CUT = b'{"Message": "A resource has alr'


@pytest.mark.parametrize("body", [b"", CUT, b"<html>Conflict</html>", b"[]", b'{"Message": "No"}'])
def test_a_409_that_cannot_be_read_is_looked_up(body: bytes) -> None:
    sim = simulator()
    one = gateway(sim)
    first = one.run(one.adapter.create_user(OWNER, idempotency_key="K"))

    def answer(request: Request) -> Response:
        response = one.answer(request)
        return evolve(response, body=body) if response.status == 409 else response

    other = behind(answer)

    assert other.run(other.adapter.create_user(OWNER, idempotency_key="K")).id == first.id


def test_a_409_of_another_kind_is_a_conflict() -> None:
    with pytest.raises(Conflict) as raised:
        answered(
            ADAPTER.create_user(OWNER, idempotency_key="K"), lambda _: no(409, "something_else")
        )

    assert raised.value.code == "something_else"


LOOKUPS: dict[str, Callable[[], Response]] = {
    "unknown, as the clients expect": lambda: no(400, "correlationid_not_found"),
    "unknown, as the documents print": lambda: no(404, "ressource_not_found"),
    "401": lambda: no(401),
    "403": lambda: no(403, "forbidden_ressource"),
    "429": lambda: no(429, "rate_limit"),
    "503": lambda: no(503),
    "HTML": lambda: Response(status=200, body=b"<html>"),
    "cut off": lambda: Response(status=200, body=b'{"StatusCode": "2'),
    "no status": lambda: _kept("", {}),
    "absurd status": lambda: _kept("9" * 9000, {}),
    "no body": lambda: _kept("200", None),
    "a body of another shape": lambda: _kept("200", ["1"]),
    "failed": lambda: _kept("500", {"Type": "other"}),
    "moved": lambda: _kept("302", None),
}


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_a_first_answer_that_says_nothing_is_an_unknown_outcome(lookup: str) -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return no(409, "idempotent_creation_conflict")
        return LOOKUPS[lookup]()

    with pytest.raises(OutcomeUnknown) as raised:
        answered(ADAPTER.create_user(OWNER, idempotency_key="K"), answer)

    assert raised.value.outcome is Outcome.UNKNOWN
    assert raised.value.retry_safe  # no further user is made under this key


def test_a_lookup_whose_answer_is_lost_is_an_unknown_outcome() -> None:
    sim = simulator()
    one = gateway(sim)
    one.run(one.adapter.create_user(OWNER, idempotency_key="K"))
    broken = gateway(sim, "dropped before", 1)

    with pytest.raises(OutcomeUnknown) as raised:
        broken.run(broken.adapter.create_user(OWNER, idempotency_key="K"))

    assert raised.value.retry_safe


# -- what MangoPay keeps


def test_the_first_answer_under_a_key_can_be_read(fr: Gateway[MangoPay], stage: Stage) -> None:
    record = fr.create_user(OWNER, idempotency_key="order-7")

    first = fr.run(fr.adapter.first_answer("order-7"))

    assert (first.status, first.resource["Id"]) == (200, record.id)
    assert first.answered_at.timestamp() == int(stage.clock())
    assert first.url.endswith("/sca/users/natural")
    assert "Smith" not in repr(first)
    with pytest.raises(NotFound):
        fr.run(fr.adapter.first_answer("order-8"))


# The documents print a 404 for an unknown key, the official clients' tests expect this 400.
@pytest.mark.parametrize(("strict", "unknown"), [(False, 400), (True, 404)])
def test_after_a_refusal_the_corrected_call_asks_for_its_next_key_and_is_sent(
    strict: bool, unknown: int, fr: Gateway[MangoPay], stage: Stage
) -> None:
    stage.sim.strict = strict
    with pytest.raises(Rejected):
        fr.create_user(OWNER.replace({"identity.nationality": "KP"}), idempotency_key="order-7")
    stage.sim.clear_log()

    record = fr.create_user(OWNER, idempotency_key="order-7")

    assert record.user.email == OWNER.email
    assert [(one.method, one.status) for one in stage.sim.log] == [
        ("POST", 409),
        ("GET", 200),
        ("GET", unknown),
        ("POST", 200),
    ]


@pytest.mark.parametrize("strict", [False, True])
def test_an_unknown_key_is_not_found_however_it_is_answered(strict: bool) -> None:
    sim = simulator()
    sim.strict = strict
    one = gateway(sim)

    with pytest.raises(NotFound):
        one.run(one.adapter.first_answer("order-7"))


def test_the_first_answer_to_an_operation_on_a_user_can_be_read() -> None:
    sim = simulator()
    user = owner(sim)
    one = gateway(sim)
    made = one.run(one.adapter.add_bank_account(user, IBAN, idempotency_key="order-7"))

    first = one.run(one.adapter.first_answer("order-7", "add_bank_account", user))

    assert first.resource["Id"] == made.id


# -- helpers


def _id(result: Any) -> str:
    return str(result.json_object()["Id"] if isinstance(result, Response) else result.id)


def _shown(user: User) -> dict[str, Any]:
    body = json.loads(next(ADAPTER.create_user(user)).body)
    return {**body, "Id": "user_m_1", "PersonType": "NATURAL", "PendingUserAction": None}


def _kept(status: str, resource: object, **more: object) -> Response:
    body = {"StatusCode": status, "Resource": resource, **more}
    return Response(status=200, body=json.dumps(body).encode())


def replayed(call: Flow[Any], resource: object, **more: object) -> Any:
    """The result of a call whose key was used, by what MangoPay keeps."""

    def answer(request: Request) -> Response:
        if request.method == "POST":
            return no(409, "idempotent_creation_conflict")
        return _kept("200", resource, **more)

    return answered(call, answer)


def answered(call: Flow[Any], answer: Callable[[Request], Response]) -> Any:
    """The result of a call to a provider that is a function, behind a login."""

    def with_login(request: Request) -> Response:
        if request.operation == "login":
            return Response(status=200, body=b'{"access_token": "t", "expires_in": 1200}')
        return answer(request)

    return behind(with_login).run(call)


def behind(answer: Callable[[Request], Response]) -> Any:
    """A gateway to a provider that is a function."""
    other = gateway(simulator())
    other.answer = answer
    return other
