"""KYC documents at the simulator: made, filled, submitted, reviewed, with what they are worth."""

from __future__ import annotations

from base64 import b64encode

import pytest
import requests
from tests.mangopay.stage import (
    LEGAL,
    NATURAL,
    PAGE,
    PAYER,
    PNG,
    Json,
    Stage,
    errors,
    good,
    refusal,
)

# docs: view-kyc-document
KEYS = (
    "Type UserId Flags Id Tag CreationDate ProcessedDate Status RefusedReasonType "
    "RefusedReasonMessage"
)
BUSINESS_PROOFS = ("IDENTITY_PROOF", "REGISTRATION_PROOF", "ARTICLES_OF_ASSOCIATION")
OWNER_OF_COMPANY: Json = {
    "FirstName": "AcceptUBO",
    "LastName": "Smith",
    "Birthday": 652117514,
    "Nationality": "FR",
    "Birthplace": {"City": "Paris", "Country": "FR"},
    "Address": {
        "AddressLine1": "3 rue de la Cité",
        "City": "Paris",
        "PostalCode": "75004",
        "Country": "FR",
    },
}


def declare(stage: Stage, user_id: str) -> None:
    """Has the owners of a company declared and accepted."""
    path = f"users/{user_id}/kyc/ubodeclarations"
    declaration = stage.made(path, {})["Id"]
    stage.made(f"{path}/{declaration}/ubos", OWNER_OF_COMPANY)
    stage.changed(path, declaration, {"Status": "VALIDATION_ASKED"})


def test_a_document_is_shown_with_the_documented_keys(stage: Stage) -> None:
    user = stage.owner()

    document = stage.made(f"users/{user}/KYC/documents/", {"Type": "IDENTITY_PROOF", "Tag": "t"})

    assert list(document) == KEYS.split()
    assert document["Id"].startswith("kyc_")
    assert (document["Status"], document["Flags"], document["Tag"]) == ("CREATED", [], "t")
    assert good(stage.call("GET", f"kyc/documents/{document['Id']}")) == document
    assert good(stage.call("GET", f"users/{user}/KYC/documents/{document['Id']}")) == document


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        ("NATURAL_PERSON", ["REGISTRATION_PROOF", "ARTICLES_OF_ASSOCIATION"]),
        ("BUSINESS", ["ADDRESS_PROOF"]),
        ("PARTNERSHIP", ["ADDRESS_PROOF"]),
        ("ORGANIZATION", ["ADDRESS_PROOF"]),
        ("SOLETRADER", ["ADDRESS_PROOF", "ARTICLES_OF_ASSOCIATION"]),
    ],
)
def test_each_kind_of_user_sends_its_own_types(stage: Stage, kind: str, refused: list[str]) -> None:
    natural = kind == "NATURAL_PERSON"
    user = stage.owner() if natural else stage.owner(LEGAL, LegalPersonType=kind)
    path = f"users/{user}/kyc/documents"

    stage.made(path, {"Type": "IDENTITY_PROOF"})

    for type in refused:
        answer = stage.call("POST", path, {"Type": type})
        assert errors(answer) == {"Type": f"{type} cannot be submitted for {kind} user"}


def test_a_payer_has_no_documents(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)["Id"]

    answer = stage.call("POST", f"users/{user}/kyc/documents", {"Type": "IDENTITY_PROOF"})

    assert refusal(answer)[1] == "not_allowed_for_user_category_payer"


@pytest.mark.parametrize(
    ("type", "content", "message"),
    [
        ("IDENTITY_PROOF", PNG[: 32 * 1024 - 1], "The file is too small to be readable"),
        ("ADDRESS_PROOF", PNG[:1023], "The file is too small to be readable"),
        ("IDENTITY_PROOF", None, "Invalid length for a Base-64 char array or string."),
        ("IDENTITY_PROOF", b"", "The File field is required."),
    ],
)
def test_a_page_that_is_no_readable_file_is_refused(
    stage: Stage, type: str, content: bytes | None, message: str
) -> None:
    path = f"users/{stage.owner()}/kyc/documents"
    id = stage.made(path, {"Type": type})["Id"]
    text = PAGE[:-1] if content is None else b64encode(content).decode()

    answer = stage.call("POST", f"{path}/{id}/pages", {"File": text})

    assert errors(answer) == {"File": message}


@pytest.mark.parametrize("start", [b"%PDF-1.7", b"\xff\xd8\xff\xe0", PNG[:8], b"GIF89a"])
def test_a_page_is_a_pdf_or_an_image(stage: Stage, start: bytes) -> None:
    path = f"users/{stage.owner()}/kyc/documents"
    id = stage.made(path, {"Type": "IDENTITY_PROOF"})["Id"]
    content = b64encode(start + bytes(32 * 1024)).decode()

    assert stage.call("POST", f"{path}/{id}/pages", {"File": content}).status_code == 204

    other = b64encode(b"PK\x03\x04" + bytes(32 * 1024)).decode()
    assert stage.call("POST", f"{path}/{id}/pages", {"File": other}).status_code == 415


def test_a_page_above_ten_megabytes_is_too_large(stage: Stage) -> None:
    path = f"users/{stage.owner()}/kyc/documents"
    id = stage.made(path, {"Type": "IDENTITY_PROOF"})["Id"]

    answer = stage.call("POST", f"{path}/{id}/pages", {"File": "A" * (10 * 1024 * 1024)})

    assert answer.status_code == 413


def test_a_document_has_five_pages_at_most(stage: Stage) -> None:
    path = f"users/{stage.owner()}/kyc/documents"
    id = stage.made(path, {"Type": "IDENTITY_PROOF"})["Id"]

    answers = [stage.call("POST", f"{path}/{id}/pages", {"File": PAGE}) for _ in range(6)]

    assert [each.status_code for each in answers] == [204] * 5 + [400]
    text = "Maximum number of pages exceeded. You can only add up to 5 pages to this document"
    assert refusal(answers[-1]) == (400, "max_page_number", text)


def test_a_submitted_document_takes_no_more_pages_and_no_second_submission(stage: Stage) -> None:
    user = stage.owner()
    id = stage.document(user)
    path = f"users/{user}/kyc/documents/{id}"

    page = stage.call("POST", f"{path}/pages", {"File": PAGE})
    again = stage.call("PUT", path, {"Status": "VALIDATION_ASKED"})

    assert refusal(page)[:2] == refusal(again)[:2] == (400, "invalid_action")


def test_a_document_without_pages_is_not_submitted(stage: Stage) -> None:
    path = f"users/{stage.owner()}/kyc/documents"
    id = stage.made(path, {"Type": "IDENTITY_PROOF"})["Id"]

    answer = stage.call("PUT", f"{path}/{id}", {"Status": "VALIDATION_ASKED"})

    assert refusal(answer)[:2] == (400, "cant_validate_empty_document")
    assert stage.status(id) == "CREATED"


def test_a_document_belongs_to_one_user(stage: Stage) -> None:
    id = stage.document(stage.owner())

    answer = stage.call("GET", f"users/{stage.owner()}/kyc/documents/{id}")

    assert answer.status_code == 404
    assert answer.json()["Type"] == "ressource_not_found"


@pytest.mark.parametrize(
    ("tag", "status", "reason"),
    [
        ("accept", "VALIDATED", None),
        ("refuse_unreadable", "REFUSED", "DOCUMENT_UNREADABLE"),
        ("refuse_not_accepted", "REFUSED", "DOCUMENT_NOT_ACCEPTED"),
        ("refuse_expired", "REFUSED", "DOCUMENT_HAS_EXPIRED"),
        ("refuse_incomplete", "REFUSED", "DOCUMENT_INCOMPLETE"),
        ("refuse_missing", "REFUSED", "DOCUMENT_MISSING"),
        ("refuse_no_user_data_match", "REFUSED", "DOCUMENT_DO_NOT_MATCH_USER_DATA"),
        ("refuse_falsified", "REFUSED", "DOCUMENT_FALSIFIED"),
        ("refuse_underage", "REFUSED", "UNDERAGE_PERSON"),
        ("refuse_specific_case", "REFUSED", "SPECIFIC_CASE"),
        ("Accept", "VALIDATION_ASKED", None),
        (None, "VALIDATION_ASKED", None),
    ],
)
def test_the_tag_at_creation_decides_as_in_the_sandbox(
    stage: Stage, tag: str | None, status: str, reason: str | None
) -> None:
    id = stage.document(stage.owner(), tag=tag)

    seen = good(stage.call("GET", f"kyc/documents/{id}"))

    assert (seen["Status"], seen["RefusedReasonType"]) == (status, reason)
    assert (seen["ProcessedDate"] is None) == (status == "VALIDATION_ASKED")


def test_a_submission_says_that_the_review_was_asked_for(stage: Stage) -> None:
    path = f"users/{stage.owner()}/kyc/documents"
    id = stage.made(path, {"Type": "IDENTITY_PROOF", "Tag": "accept"})["Id"]
    stage.call("POST", f"{path}/{id}/pages", {"File": PAGE})

    answer = stage.changed(path, id, {"Status": "VALIDATION_ASKED", "Tag": "later"})

    assert (answer["Status"], answer["Tag"]) == ("VALIDATION_ASKED", "later")
    assert stage.status(id) == "VALIDATED"


def test_a_reviewer_refuses_with_a_reason_a_message_and_flags(stage: Stage) -> None:
    id = stage.document(stage.owner())

    stage.sim.refuse_document(id, "DOCUMENT_UNREADABLE", "Too dark", ["009011"])

    seen = good(stage.call("GET", f"kyc/documents/{id}"))
    assert seen["RefusedReasonType"] == "DOCUMENT_UNREADABLE"
    assert (seen["RefusedReasonMessage"], seen["Flags"]) == ("Too dark", ["009011"])
    with pytest.raises(LookupError, match="no submitted document"):
        stage.sim.accept_document(id)


def test_documents_are_listed_by_user_and_by_client_with_filters(stage: Stage) -> None:
    first, second = stage.owner(), stage.owner()
    refused = stage.document(first, tag="refuse_expired")
    address = stage.document(first, "ADDRESS_PROOF")
    other = stage.document(second)

    def listed(path: str) -> list[str]:
        return [each["Id"] for each in stage.call("GET", path).json()]

    assert listed(f"users/{first}/kyc/documents") == [refused, address]
    assert listed(f"users/{first}/kyc/documents?Type=ADDRESS_PROOF") == [address]
    assert listed("kyc/documents?Status=REFUSED,VALIDATED") == [refused]
    assert listed("kyc/documents?status=REFUSED&status=VALIDATION_ASKED") == [
        refused,
        address,
        other,
    ]
    assert listed("kyc/documents?sort=CreationDate:DESC&per_page=2") == [other, address]
    assert listed(f"kyc/documents?AfterDate={int(stage.clock())}") == []


def test_the_pages_are_consulted_by_a_link_that_expires(stage: Stage) -> None:
    id = stage.document(stage.owner())

    (link,) = stage.call("POST", f"kyc/documents/{id}/consult").json()

    assert sorted(link) == ["ExpirationDate", "Url"]
    page = requests.get(link["Url"], timeout=5)
    assert (page.headers["Content-Type"], page.content) == ("image/png", PNG)
    stage.clock.advance(3600)
    assert requests.get(link["Url"], timeout=5).status_code == 404


# --- levels -----------------------------------------------------------------------------------


def test_a_proof_of_identity_makes_a_natural_user_regular(stage: Stage) -> None:
    user = stage.owner()
    address = stage.document(user, "ADDRESS_PROOF", "accept")
    assert stage.level(user) == "LIGHT"

    id = stage.document(user, tag="accept")

    seen = stage.seen(user)
    assert (seen["KYCLevel"], seen["ProofOfIdentity"]) == ("REGULAR", id)
    assert seen["ProofOfAddress"] == address
    assert ("USER_KYC_REGULAR", user) in stage.events()


@pytest.mark.parametrize(
    ("kind", "needed", "declares"),
    [
        ("BUSINESS", BUSINESS_PROOFS, True),
        ("PARTNERSHIP", BUSINESS_PROOFS, True),
        ("ORGANIZATION", BUSINESS_PROOFS, False),
        ("SOLETRADER", BUSINESS_PROOFS[:2], False),
    ],
)
def test_a_legal_user_is_regular_with_the_last_thing_that_its_form_needs(
    stage: Stage, kind: str, needed: tuple[str, ...], declares: bool
) -> None:
    user = stage.owner(LEGAL, LegalPersonType=kind)
    for type in needed[:-1]:
        stage.document(user, type, "accept")
    if declares:
        declare(stage, user)
    assert stage.level(user) == "LIGHT"

    last = stage.document(user, needed[-1], "accept")

    seen = stage.seen(user)
    assert seen["KYCLevel"] == "REGULAR"
    assert last in (seen["Statute"], seen["ProofOfRegistration"])
    assert seen["LegalRepresentative"]["ProofOfIdentity"].startswith("kyc_")


def test_a_declaration_may_be_the_last_thing(stage: Stage) -> None:
    user = stage.owner(LEGAL)
    for type in BUSINESS_PROOFS:
        stage.document(user, type, "accept")
    assert stage.level(user) == "LIGHT"

    declare(stage, user)

    assert stage.level(user) == "REGULAR"


@pytest.mark.parametrize("name", ["FirstName", "LastName", "Birthday", "Nationality"])
def test_a_new_identity_outdates_the_proof_and_the_level(stage: Stage, name: str) -> None:
    user = stage.owner()
    id = stage.document(user, tag="accept")
    new: object = {"Birthday": 0, "Nationality": "DE"}.get(name, "Else")

    seen = stage.changed(NATURAL, user, {"TermsAndConditionsAccepted": True, name: new})

    assert (seen["KYCLevel"], seen["ProofOfIdentity"]) == ("LIGHT", None)
    assert stage.status(id) == "OUT_OF_DATE"
    assert stage.events()[-2:] == [("KYC_OUTDATED", id), ("USER_KYC_LIGHT", user)]


def test_a_new_identity_outdates_a_proof_under_review(stage: Stage) -> None:
    user = stage.owner()
    id = stage.document(user)

    stage.changed(NATURAL, user, {"TermsAndConditionsAccepted": True, "LastName": "Else"})

    assert (stage.status(id), stage.level(user)) == ("OUT_OF_DATE", "LIGHT")


def test_other_facts_of_a_verified_user_change_without_cost(stage: Stage) -> None:
    user = stage.owner()
    id = stage.document(user, tag="accept")
    change = {"CountryOfResidence": "DE", "Occupation": "Baker", "IncomeRange": 2, "Tag": "t"}

    seen = stage.changed(NATURAL, user, {"TermsAndConditionsAccepted": True, **change})

    assert (seen["KYCLevel"], stage.status(id)) == ("REGULAR", "VALIDATED")


def test_a_new_representative_outdates_every_document_but_no_declaration(stage: Stage) -> None:
    user = stage.owner(LEGAL)
    ids = [stage.document(user, type, "accept") for type in BUSINESS_PROOFS]
    declare(stage, user)
    change = {"LegalRepresentative": {"FirstName": "Else"}, "TermsAndConditionsAccepted": True}

    seen = stage.changed(LEGAL, user, change)

    (declaration,) = stage.call("GET", f"users/{user}/kyc/ubodeclarations").json()
    assert seen["KYCLevel"] == "LIGHT"
    assert {stage.status(id) for id in ids} == {"OUT_OF_DATE"}
    assert declaration["Status"] == "VALIDATED"


def test_a_new_legal_form_outdates_the_proof_of_registration_only(stage: Stage) -> None:
    user = stage.owner(LEGAL)
    identity, registration, articles = (
        stage.document(user, type, "accept") for type in BUSINESS_PROOFS
    )
    declare(stage, user)
    change = {"LegalPersonType": "PARTNERSHIP", "TermsAndConditionsAccepted": True}

    seen = stage.changed(LEGAL, user, change)

    assert seen["KYCLevel"] == "LIGHT"
    assert stage.status(registration) == "OUT_OF_DATE"
    assert (stage.status(identity), stage.status(articles)) == ("VALIDATED", "VALIDATED")


def test_a_document_that_expires_takes_the_level_with_it(stage: Stage) -> None:
    user = stage.owner()
    id = stage.document(user, tag="accept")

    stage.sim.outdate_document(id)

    assert (stage.status(id), stage.level(user)) == ("OUT_OF_DATE", "LIGHT")


def test_a_new_document_brings_the_level_back(stage: Stage) -> None:
    user = stage.owner()
    stage.sim.outdate_document(stage.document(user, tag="accept"))

    stage.document(user, tag="accept")

    assert stage.level(user) == "REGULAR"
