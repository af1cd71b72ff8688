"""What integrators of MangoPay's own clients complained of does not happen here.

Each test names the complaint: the issue of the official SDK, or of another integration, in which
it was told. What is told elsewhere: two clients in one process, in `test_sent_bytes`; pages that
failed with 500, in `test_documents_flow`; rate limits, in `test_rate_limits`; notifications, in
`test_events`.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    Address,
    Document,
    DocumentPage,
    DocumentPurpose,
    Gateway,
    Identity,
    InvalidInput,
    LegalPersonType,
    NextAction,
    NotFound,
    Rejected,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserStatus,
)
from onboarding.spi import Flow, Request, Response

from onboarding_mangopay import Api, MangoPay

from .people import COMPANY, OWNER, PAYER, PNG, UBO
from .stage import Stage

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")


def sent(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.body)
    return body


def answer(status: int, body: object) -> Response:
    return Response(status=status, body=json.dumps(body).encode())


def first(flow: Flow[Any]) -> Request:
    return next(flow)


# mangopay2-nodejs-sdk#224, mangopay2-java-sdk#158: the object that was read cannot be sent back
def test_a_user_without_an_address_is_read_changed_and_sent_back(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(PAYER)
    assert record.raw["Address"] == dict.fromkeys(record.raw["Address"])

    body = sent(first(fr.adapter.update_user(record, record.user.replace(tag="vip"))))
    changed = fr.update_user(record, record.user.replace(tag="vip"))

    assert body == {"Tag": "vip", "TermsAndConditionsAccepted": False}
    assert changed.user.tag == "vip"


def test_an_address_that_lacks_a_part_is_refused_by_its_path(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(PAYER)

    with pytest.raises(Rejected) as raised:
        fr.update_user(record, record.user.replace(address=Address(city="Paris", country="FR")))

    assert {"address.line1", "address.postal_code"} <= {x.path for x in raised.value.problems}


# larafale/mangopay#54, mangopay2-nodejs-sdk#322: 1 January 1970 is 0, which is not nothing
@pytest.mark.parametrize(
    ("born", "seconds"),
    [(date(1970, 1, 1), 0), (date(1969, 12, 31), -86_400), (date(1931, 1, 1), -1_230_768_000)],
)
def test_a_birthday_at_or_before_the_epoch_is_sent_and_read(
    fr: Gateway[MangoPay], born: date, seconds: int
) -> None:
    user = OWNER.replace({"identity.birthdate": born})

    record = fr.create_user(user)
    later = fr.update_user(record, record.user.replace({"identity.given_name": "Ada"}))

    assert record.raw["Birthday"] == seconds
    assert (later.user.identity or Identity()).birthdate == born


# mangopay2-java-sdk#285: true was refused as accepted already, false as a revocation
def test_accepted_terms_go_with_every_change_and_are_never_refused(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(OWNER)

    for number in range(3):
        record = fr.update_user(record, record.user.replace(tag=str(number)))

    assert (record.user.tag, (record.user.terms or Terms(accepted=False)).accepted) == ("2", True)


# mangopay2-python-sdk#313: a payer was asked for what only an owner must give
def test_a_payer_is_registered_with_names_and_an_address_of_email(fr: Gateway[MangoPay]) -> None:
    bare = User(
        identity=Identity(given_name="Alex", family_name="Smith"),
        email="alex.smith@example.com",
        category=UserCategory.PAYER,
    )

    record = fr.create_user(bare)

    assert (record.status, record.user.category) == (UserStatus.ACTIVE, UserCategory.PAYER)


# mangopay2-python-sdk#316, mangopay2-nodejs-sdk#457, mangopay2-net-sdk#279: no way to become an
# owner, or one that showed neither the state nor the link
@pytest.mark.parametrize("user", [OWNER, COMPANY], ids=["natural", "legal"])
def test_a_payer_of_either_kind_becomes_an_owner_and_gets_its_link(
    fr: Gateway[MangoPay], user: User
) -> None:
    payer = fr.create_user(user.replace({"category": UserCategory.PAYER, "terms.accepted": False}))

    owner = fr.categorise_user(payer, user)

    assert (owner.user.category, owner.status) == (UserCategory.OWNER, UserStatus.PENDING)
    assert [action.url is not None for action in owner.next_actions] == [True]


# mangopay2-python-sdk#248, larafale#68: a wrong type was answered with .NET's own words
@pytest.mark.parametrize(
    "text",
    [
        "Object reference not set to an instance of an object.",
        "Error reading string. Unexpected token: StartObject. Path 'Address'.",
    ],
)
def test_words_of_the_servers_inside_are_a_no_by_the_path_of_the_datum(text: str) -> None:
    flow = PAPER.create_user(OWNER)
    next(flow)

    with pytest.raises(Rejected) as raised:
        flow.send(answer(400, {"Type": "param_error", "errors": {"Address": text}}))

    assert [problem.path for problem in raised.value.problems] == ["address"]
    assert text not in str(raised.value)


def test_a_value_of_another_type_never_leaves_the_caller() -> None:
    with pytest.raises(InvalidInput) as raised:
        Address(line1=("3 rue de la Cité",), city="Paris")  # type: ignore[arg-type]

    assert raised.value.paths == ("line1",)


# mangopay2-nodejs-sdk#87: arguments in the wrong order were sent as an empty body
def test_arguments_in_the_wrong_order_are_refused_before_sending() -> None:
    document = Document(purpose=DocumentPurpose.IDENTITY, pages=(DocumentPage(content=PNG),))
    wrong: list[Flow[Any]] = [
        PAPER.create_user("user_m_1"),  # type: ignore[arg-type]
        PAPER.submit_document(document, "user_m_1"),  # type: ignore[arg-type]
        PAPER.declare_owners(COMPANY.people, "user_m_1"),  # type: ignore[arg-type]
        PAPER.update_owner("ubodec_m_1", "ubo_m_1", UBO),  # type: ignore[arg-type]
        PAPER.submit_declaration("ubodec_m_1"),  # type: ignore[arg-type]
        PAPER.update_user(OWNER, OWNER),  # type: ignore[arg-type]
        PAPER.close_user("user_m_1"),  # type: ignore[arg-type]
    ]

    for flow in wrong:
        with pytest.raises(InvalidInput):
            next(flow)


# mangopay2-nodejs-sdk#337: a call that was refused for its token had used its key up
def test_a_key_that_a_refused_token_used_up_is_no_reason_to_give_up() -> None:
    flow = PAPER.create_user(OWNER, idempotency_key="order-7")
    key = next(flow).headers["Idempotency-Key"]

    looked = flow.send(answer(409, {"Type": "idempotent_creation_conflict", "errors": None}))
    later = flow.send(answer(200, {"StatusCode": "401", "Resource": None}))
    again = flow.send(answer(400, {"Type": "correlationid_not_found"}))
    with pytest.raises(StopIteration) as done:
        flow.send(answer(200, {"Id": "user_m_1", "PersonType": "NATURAL"}))

    assert looked.url.endswith(f"/responses/{key}")
    assert later.method == "GET"
    assert (again.method, again.body) == ("POST", first(PAPER.create_user(OWNER)).body)
    assert again.headers["Idempotency-Key"] != key
    assert done.value.value.id == "user_m_1"


# mangopay/mangopay#19, ruby#183: whether a page is base64 already was nobody's guess
def test_a_page_is_bytes_and_its_base64_is_made_here(fr: Gateway[MangoPay]) -> None:
    flow = PAPER.submit_document(
        "user_m_1", Document(purpose=DocumentPurpose.IDENTITY, pages=(DocumentPage(content=PNG),))
    )
    next(flow)

    page = flow.send(answer(200, {"Id": "kyc_1", "Status": "CREATED"}))

    assert b64decode(sent(page)["File"], validate=True) == PNG


def test_a_page_that_is_base64_already_is_refused_before_sending() -> None:
    page = DocumentPage(content=b64encode(PNG))
    flow = PAPER.submit_document(
        "user_m_1", Document(purpose=DocumentPurpose.IDENTITY, pages=(page,))
    )

    with pytest.raises(InvalidInput, match="not a PDF, JPEG or PNG"):
        next(flow)


# mangopay2-nodejs-sdk#408: the text ends with a blank, and people hunted for it
def test_an_unknown_id_is_not_found_whatever_the_text_says(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(NotFound) as raised:
        fr.fetch_user("47401997")

    assert (raised.value.code, raised.value.problems) == ("ressource_not_found", ())


# mangopay2-python-sdk#301: a 404 was a dict like any other
def test_a_declaration_of_nobody_is_not_found(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(NotFound):
        fr.fetch_declaration("ubodec_m_none")


# docs: guides/sca/session: what the integrator must do with a link, which nobody found
WRITES = ["create", "update", "categorise", "renew", "enrol"]


@pytest.mark.parametrize("write", WRITES)
def test_every_link_says_how_it_is_completed_and_when_it_ends(
    fr: Gateway[MangoPay], stage: Stage, write: str
) -> None:
    action = link_of(fr, stage, write)

    link = action.link("https://shop.example/back?order=7&x=é", language="sv-SE")

    assert action.issued_at is not None
    assert action.expires_at == action.issued_at + timedelta(minutes=10)
    assert link == (
        f"{action.url}&returnUrl=https%3A%2F%2Fshop.example%2Fback%3Forder%3D7%26x%3D%C3%A9&lang=se"
    )
    with pytest.raises(ValueError, match="2000"):
        action.link("https://shop.example/" + "x" * 2000)
    assert str(action.url) not in repr(action)


def link_of(fr: Gateway[MangoPay], stage: Stage, write: str) -> NextAction:
    if write == "categorise":
        return fr.categorise_user(fr.create_user(PAYER), OWNER).next_actions[0]
    record = fr.create_user(OWNER)
    if write == "create":
        return record.next_actions[0]
    if write == "renew":
        return fr.renew(record.next_actions[0])
    if write == "enrol":
        return fr.run(fr.adapter.enrol(record.id))
    stage.sim.activate(record.id)
    return fr.update_user(record, record.user.replace(email="new@example.com")).next_actions[0]


# docs: update-legal-user-sca: another sub-field of a representative can cost the level
def test_a_changed_contact_of_a_representative_is_sent_alone(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(COMPANY)

    request = first(
        fr.adapter.update_user(
            record, record.user.replace({"people[representative].email": "new@example.com"})
        )
    )

    assert sent(request) == {
        "LegalRepresentative": {"Email": "new@example.com"},
        "TermsAndConditionsAccepted": True,
    }


# A company's kind is what decides on its papers: each is registered, read and listed by both APIs.
@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("form", LegalPersonType)
@pytest.mark.parametrize("category", [UserCategory.PAYER, UserCategory.OWNER])
def test_a_legal_person_of_each_form_and_category_comes_back_as_it_was_given(
    fr: Gateway[MangoPay], api: Api, form: LegalPersonType, category: UserCategory
) -> None:
    user = COMPANY.replace(
        {
            "category": category,
            "terms.accepted": category is UserCategory.OWNER,
            "company.legal_person_type": form,
        }
    )
    gateway = fr.view(evolve(fr.adapter, api=api))

    record = gateway.create_user(user)

    shown = gateway.fetch_user(record.id).user
    assert shown.company is not None
    assert shown.company.legal_person_type is form
    if category is UserCategory.OWNER:  # a payer is shown without what only owners show
        assert shown.company == user.company
    assert [listed.id for listed in gateway.users()] == [record.id]


def test_a_person_of_the_other_kind_is_refused_before_sending(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(OWNER)

    with pytest.raises(Unsupported) as raised:
        fr.update_user(record, COMPANY)

    assert "company" in raised.value.paths
