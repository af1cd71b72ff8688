"""Every error that the documents print for users, asked for over a socket, compared whole."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
import requests
from tests.mangopay.stage import (
    ADDRESS,
    CATEGORISE,
    LEGAL,
    LEGAL_OWNER,
    LEGAL_PAYER,
    NATURAL,
    OLD_NATURAL,
    OWNER,
    PAGE,
    PARAM_ERROR,
    PAYER,
    START,
    TERMS,
    Json,
    Stage,
    representative,
    without,
)

from .test_documents import OWNER_OF_COMPANY

EMAIL = (
    "The field Email must match the regular expression "
    "'([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)@"
    "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'."
)
KEY = "0f9b3a52-8c1d-4c5e-9d6a-2b7f8e1c0a34"
WHO: Json = {"OwnerName": "Alex Smith", "OwnerAddress": ADDRESS}
BRITISH: Json = WHO | {"SortCode": "200000", "AccountNumber": "55779911"}
IBAN: Json = WHO | {"IBAN": "FR7630004000031234567890143"}
PAYEE: Json = {
    "DisplayName": "My account",
    "PayoutMethodType": "LocalBankTransfer",
    "RecipientType": "Individual",
    "Currency": "GBP",
    "Country": "GB",
    "IndividualRecipient": {"FirstName": "Alex", "LastName": "Smith", "Address": ADDRESS},
    "LocalBankTransfer": {"GBP": {"SortCode": "200000", "AccountNumber": "55779911"}},
}
BACK: Json = {"ReturnUrl": "https://example.com"}
ASKED: Json = {"Status": "VALIDATION_ASKED"}
ISO = "The requested value is not an ISO 3166-1 alpha-2 code which is expected."

RequirementRule = Callable[[Stage], requests.Response]


def post(path: str, body: object) -> RequirementRule:
    return lambda stage: stage.call("POST", path, body)


def of(
    maker: Callable[[Stage], str], method: str, path: str, body: object = None
) -> RequirementRule:
    """Asks for something of a user, whose id stands in the path as `{}`."""
    return lambda stage: stage.call(method, path.format(maker(stage)), body)


def owner(stage: Stage) -> str:
    return stage.owner()


def company(stage: Stage) -> str:
    return stage.owner(LEGAL)


def payer(stage: Stage) -> str:
    return str(stage.made(NATURAL, PAYER)["Id"])


def buyer(stage: Stage) -> str:
    return str(stage.made(LEGAL, LEGAL_PAYER)["Id"])


def soletrader(stage: Stage) -> str:
    return stage.owner(LEGAL, LegalPersonType="SOLETRADER")


def partnership(stage: Stage) -> str:
    return stage.owner(LEGAL, LegalPersonType="PARTNERSHIP")


def nobody(stage: Stage) -> str:
    return "nobody"


def closed(stage: Stage) -> str:
    id = stage.owner()
    stage.call("DELETE", f"{OLD_NATURAL}/{id}")
    return id


def rich(stage: Stage) -> str:
    id = stage.owner()
    stage.sim.add_wallet(id, "EUR", 1)
    return id


def keyed_twice(stage: Stage) -> requests.Response:
    stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY)
    return stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY)


def limited(stage: Stage) -> requests.Response:
    stage.sim.misbehave(kind="rate_limit")
    return stage.call("GET", "users")


def absent_change(stage: Stage) -> requests.Response:
    stage.sim.proxy = True
    body = TERMS | {"Email": "new@example.com", "ScaContext": "USER_NOT_PRESENT"}
    return stage.call("PUT", f"{NATURAL}/{stage.owner()}", body)


def page_of(file: str, pages: int = 0) -> RequirementRule:
    def ask(stage: Stage) -> requests.Response:
        path = f"users/{stage.owner()}/kyc/documents"
        id = stage.made(path, {"Type": "IDENTITY_PROOF"})["Id"]
        for _ in range(pages):
            stage.call("POST", f"{path}/{id}/pages", {"File": PAGE})
        return stage.call("POST", f"{path}/{id}/pages", {"File": file})

    return ask


def declared(*steps: tuple[str, str, object]) -> RequirementRule:
    """Asks for these steps of a new declaration, one after the other; the last one counts."""

    def ask(stage: Stage) -> requests.Response:
        path = f"users/{stage.owner(LEGAL)}/kyc/ubodeclarations"
        made = f"{path}/{stage.made(path, {})['Id']}"
        answers = [stage.call(method, made + more, body) for method, more, body in steps]
        return answers[-1]

    return ask


def declared_twice(stage: Stage) -> requests.Response:
    path = f"users/{stage.owner(LEGAL)}/kyc/ubodeclarations"
    stage.made(path, {})
    return stage.call("POST", path, {})


def inactive(stage: Stage) -> requests.Response:
    path = f"users/{stage.owner(LEGAL)}/kyc/ubodeclarations"
    id = stage.made(path, {})["Id"]
    one = stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY)["Id"]
    stage.call("PUT", f"{path}/{id}/ubos/{one}", {"IsActive": False})
    return stage.call("PUT", f"{path}/{id}/ubos/{one}", {"LastName": "Meier"})


def hooked_twice(stage: Stage) -> requests.Response:
    hook = {"EventType": "KYC_CREATED", "Url": "https://example.com"}
    stage.made("hooks", hook)
    return stage.call("POST", "hooks", hook)


def deactivated_twice(stage: Stage) -> requests.Response:
    made = stage.call("POST", f"users/{stage.owner()}/recipients", PAYEE).json()
    stage.call("PUT", f"recipients/{made['Id']}", {"Status": "DEACTIVATED"})
    return stage.call("PUT", f"recipients/{made['Id']}", {"Status": "DEACTIVATED"})


def without_legacy(stage: Stage) -> requests.Response:
    stage.sim.legacy = False
    return stage.call("POST", OLD_NATURAL, OWNER)


def param(**errors: str) -> tuple[int, Json]:
    return 400, {"Message": PARAM_ERROR, "Type": "param_error", "errors": errors}


def named(name: str, text: str) -> tuple[int, Json]:
    return param(**{name: text})


def no(status: int, type: str, message: str) -> tuple[int, Json]:
    return status, {"Message": message, "Type": type, "errors": None}


def gone(kind: str, id: str = "nobody") -> tuple[int, Json]:
    text = f"Cannot found the ressource {kind} with the id={id} "
    body = {"Message": "The ressource does not exist", "Type": "ressource_not_found"}
    return 404, body | {"errors": {"RessourceNotFound": text}}


def british(**errors: str) -> tuple[int, Json]:
    message = "One or several required parameters are missing or incorrect"
    return 400, {"Message": message, "Type": "bankaccount_error", "errors": errors}


def recipient(**errors: str) -> tuple[int, Json]:
    return 400, {"Message": PARAM_ERROR, "Type": "param_error", "Errors": errors}


# page of the documents, what is asked, what is answered but for `Id` and `Date`
PRINTED: list[tuple[str, RequirementRule, tuple[int, Json]]] = [
    (
        "overview/idempotency",
        keyed_twice,
        no(
            409,
            "idempotent_creation_conflict",
            "A resource has already been created with this Idempotency Key",
        ),
    ),
    (
        "overview/rate-limiting",
        limited,
        no(
            429,
            "rate_limit",
            "Rate limit exceeded. Please contact support for more assistance",
        ),
    ),
    (
        "nodejs-sdk issue 87",
        lambda stage: stage.call("POST", NATURAL, Content_Type="application/json"),
        no(400, "empty_body", "the body cannot be empty"),
    ),
    (
        "natural-user-object",
        without_legacy,
        no(403, "forbidden_ressource", "This endpoint is not available for your account"),
    ),
    ("nodejs-sdk issue 408", of(nobody, "GET", "sca/users/{}"), gone("User")),
    ("nodejs-sdk issue 408", of(nobody, "GET", "users/natural/{}"), gone("UserNatural")),
    ("nodejs-sdk issue 408", of(nobody, "GET", "users/legal/{}"), gone("UserLegal")),
    # users
    (
        "create-natural-user-sca: T&C",
        post(NATURAL, OWNER | {"TermsAndConditionsAccepted": False}),
        no(
            403,
            "user_hasnt_accepted_terms_and_conditions",
            "User must accept the terms and conditions before account creation or modification.",
        ),
    ),
    (
        "create-natural-user-sca: nationality",
        post(NATURAL, OWNER | {"Nationality": "KP"}),
        named("Nationality", "The Nationality used is blocked"),
    ),
    (
        "create-natural-user-sca: residence",
        post(NATURAL, OWNER | {"CountryOfResidence": "KP"}),
        named("CountryOfResidence", "The CountryOfResidence used is blocked"),
    ),
    (
        "create-legal-user: headquarters",
        post(LEGAL, LEGAL_OWNER | {"HeadquartersAddress": ADDRESS | {"Country": "KP"}}),
        named("HeadquartersAddress.Country", "The HeadquartersAddress.Country used is blocked"),
    ),
    (
        "create-natural-user-sca: e-mail",
        post(NATURAL, OWNER | {"Email": "alex"}),
        named("Email", EMAIL),
    ),
    (
        "create-natural-user-sca: missing",
        post(NATURAL, without(OWNER, "FirstName", "Birthday")),
        param(
            FirstName="The FirstName field is required.",
            Birthday="The Birthday field is required.",
        ),
    ),
    (
        "create-natural-user-sca: country code",
        post(NATURAL, OWNER | {"Nationality": "France"}),
        named("Nationality", ISO),
    ),
    (
        "create-legal-user-sca: representative",
        post(LEGAL, representative(Email=None)),
        named("LegalRepresentative.Email", "'Email' must not be empty."),
    ),
    (
        "update-natural-user: revoked terms",
        of(owner, "PUT", "sca/users/natural/{}", {"TermsAndConditionsAccepted": False}),
        no(400, "invalid_action", "The user cannot revoke the terms and conditions acceptance"),
    ),
    (
        "update-natural-user: category",
        of(owner, "PUT", "users/natural/{}", TERMS | {"UserCategory": "PAYER"}),
        named("UserCategory", "A User OWNER can't be modified to a user PAYER"),
    ),
    (
        "categorize-natural-user",
        of(owner, "PUT", "sca/users/natural/{}/category", CATEGORISE),
        no(
            400,
            "not_allowed_for_user_category_owner",
            "This endpoint is not allowed for User categorized as OWNER",
        ),
    ),
    (
        "enroll-user",
        of(payer, "POST", "sca/users/{}/enrollment"),
        no(
            400,
            "not_allowed_for_user_category_payer",
            "This endpoint is not allowed for User categorized as PAYER",
        ),
    ),
    (
        "manage-proxy-consent",
        of(owner, "POST", "sca/users/{}/consent"),
        named(
            "Invalid SCA request",
            "Consent cannot be given when no proxy is required by the client.",
        ),
    ),
    (
        "guides/sca/proxy-management",
        absent_change,
        no(
            403,
            "sca_proxy_missing",
            "You are not authorized to perform this action. "
            "The user has not provided consent to the requested proxy",
        ),
    ),
    (
        "release-notes/api/2025-04-14",
        of(closed, "PUT", "sca/users/natural/{}", TERMS),
        no(400, "user_closed", "User closed: No action can be performed"),
    ),
    (
        "close-natural-user: wallets",
        of(rich, "DELETE", "users/natural/{}"),
        no(
            400,
            "user_closure_not_possible",
            "The user cannot be closed as one or several wallets are not empty",
        ),
    ),
    (
        "close-natural-user: again",
        of(closed, "DELETE", "users/natural/{}"),
        no(400, "user_closure_failed", "An error occurred while closing the user"),
    ),
    (
        "validate-user-data-format",
        post(
            "users/data-formats/validation",
            {"CompanyNumber": {"CompanyNumber": "1", "CountryCode": "France"}},
        ),
        named("CompanyNumber.CountryCode", ISO),
    ),
    # KYC documents
    *(
        (
            f"create-kyc-document: {kind}",
            of(maker, "POST", "users/{}/kyc/documents", {"Type": type}),
            named("Type", f"{type} cannot be submitted for {kind} user"),
        )
        for maker, kind, type in (
            (owner, "NATURAL_PERSON", "REGISTRATION_PROOF"),
            (company, "BUSINESS", "ADDRESS_PROOF"),
            (partnership, "PARTNERSHIP", "ADDRESS_PROOF"),
            (soletrader, "SOLETRADER", "ARTICLES_OF_ASSOCIATION"),
        )
    ),
    (
        "create-kyc-document-page: base64",
        page_of("abc"),
        named("File", "Invalid length for a Base-64 char array or string."),
    ),
    (
        "create-kyc-document-page: size",
        page_of(b64encode(b"\x89PNG\r\n\x1a\n").decode()),
        named("File", "The file is too small to be readable"),
    ),
    (
        "create-kyc-document-page: number",
        page_of(PAGE, pages=5),
        no(
            400,
            "max_page_number",
            "Maximum number of pages exceeded. You can only add up to 5 pages to this document",
        ),
    ),
    # UBO declarations
    (
        "create-ubo: number",
        declared(*[("POST", "/ubos", OWNER_OF_COMPANY)] * 16),
        no(400, "invalid_action", "You can not create more than 15 UBO for a declaration"),
    ),
    (
        "create-ubo: region",
        declared(
            (
                "POST",
                "/ubos",
                OWNER_OF_COMPANY | {"Address": ADDRESS | {"Country": "US", "Region": None}},
            )
        ),
        named("Region", "The Region is a required field for this Country"),
    ),
    (
        "update-ubo",
        inactive,
        no(400, "invalid_action", "You can not update an UBO that is inactive"),
    ),
    (
        "create-ubo-declaration: again",
        declared_twice,
        no(
            400,
            "invalid_action",
            "You can not create a declaration because you already have a declaration in progress",
        ),
    ),
    (
        "create-ubo-declaration: empty",
        declared(("PUT", "", ASKED)),
        no(
            400,
            "invalid_action",
            "You can not request validation for a declaration which has no ubo",
        ),
    ),
    (
        "create-ubo-declaration: form",
        of(soletrader, "POST", "users/{}/kyc/ubodeclarations", {}),
        no(400, "invalid_action", "Cannot create an UBO for a LegalUser of type SOLETRADER"),
    ),
    (
        "create-ubo-declaration: payer",
        of(buyer, "POST", "users/{}/kyc/ubodeclarations", {}),
        no(
            400,
            "invalid_action",
            "User belonging to category PAYER can't create UBO declarations",
        ),
    ),
    # hosted verification
    (
        "create-idv-session: user",
        of(nobody, "POST", "users/{}/identity-verifications", BACK),
        (
            400,
            {
                "Message": "Missing or incorrect required parameter",
                "Type": "param_error",
                "errors": {"UserId": "UserId is not valid"},
            },
        ),
    ),
    (
        "create-idv-session: category",
        of(payer, "POST", "users/{}/identity-verifications", BACK),
        no(
            400,
            "invalid_action",
            "This feature is only available for users categorised as Owner.",
        ),
    ),
    (
        "create-idv-session: form",
        of(partnership, "POST", "users/{}/identity-verifications", BACK),
        no(
            400,
            "invalid_action",
            "The LegalUserType PARTNERSHIP is not currently supported in the identity "
            "verification process.",
        ),
    ),
    # bank accounts
    (
        "create-iban-bank-account: IBAN",
        of(owner, "POST", "users/{}/bankaccounts/iban", IBAN | {"IBAN": "FR76300040000312"}),
        named("IBAN", "The value is not a valid IBAN"),
    ),
    (
        "create-iban-bank-account: form of a BIC",
        of(owner, "POST", "users/{}/bankaccounts/iban", IBAN | {"BIC": "nope"}),
        named(
            "BIC",
            "The field BIC must match the regular expression '^[a-zA-Z]{6}\\w{2}(\\w{3})?$'.",
        ),
    ),
    (
        "create-iban-bank-account: BIC",
        of(owner, "POST", "users/{}/bankaccounts/iban", IBAN | {"BIC": "BNPAQQPP"}),
        named("BIC", "The value is not a valid BIC"),
    ),
    (
        "create-ca-bank-account",
        of(owner, "POST", "users/{}/bankaccounts/ca", WHO | {"AccountNumber": "11696419"}),
        param(
            InstitutionNumber="The InstitutionNumber field is required.",
            BranchCode="The BranchCode field is required.",
            BankName="The BankName field is required.",
        ),
    ),
    (
        "create-gb-bank-account: form of an account",
        of(owner, "POST", "users/{}/bankaccounts/gb", BRITISH | {"AccountNumber": "5577"}),
        named(
            "AccountNumber",
            "The field AccountNumber must match the regular expression '\\d{8}'.",
        ),
    ),
    (
        "create-gb-bank-account: form of a sort code",
        of(owner, "POST", "users/{}/bankaccounts/gb", BRITISH | {"SortCode": "20-00-00"}),
        named("SortCode", "The field SortCode must match the regular expression '\\d{6}'."),
    ),
    (
        "create-gb-bank-account: sort code",
        of(owner, "POST", "users/{}/bankaccounts/gb", BRITISH | {"SortCode": "000000"}),
        british(SortCode="SortCode is invalid"),
    ),
    (
        "create-gb-bank-account: combination",
        of(owner, "POST", "users/{}/bankaccounts/gb", BRITISH | {"AccountNumber": "00000000"}),
        british(AccountNumber="AccountNumber is invalid or is not applicable for this SortCode"),
    ),
    # hooks
    (
        "create-hook",
        hooked_twice,
        named("EventType", "A hook has already been registered for this EventType"),
    ),
    # recipients, whose key is `Errors`
    (
        "create-recipient: length",
        of(
            owner,
            "POST",
            "users/{}/recipients",
            PAYEE | {"LocalBankTransfer": {"GBP": {"SortCode": "200000", "AccountNumber": "5577"}}},
        ),
        recipient(**{"LocalBankTransfer.GBP.AccountNumber": "LENGTH_LESS_THAN_MIN"}),
    ),
    (
        "create-recipient: payer",
        of(payer, "POST", "users/{}/recipients", PAYEE),
        recipient(SCA="2815488948686553431"),
    ),
    (
        "create-recipient: user",
        of(nobody, "POST", "users/{}/recipients", PAYEE),
        recipient(UserId="USER_NOT_FOUND"),
    ),
    (
        "deactivate-recipient",
        deactivated_twice,
        (400, {"Message": "Invalid State", "Type": "other", "Errors": None}),
    ),
]


@pytest.mark.parametrize(
    ("ask", "answer"), [row[1:] for row in PRINTED], ids=[row[0] for row in PRINTED]
)
def test_a_printed_error_is_answered_to_the_letter(
    stage: Stage, ask: RequirementRule, answer: tuple[int, Json]
) -> None:
    status, wanted = answer

    given = ask(stage)

    body: dict[str, Any] = given.json()
    assert given.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (given.status_code, without(body, "Id", "Date")) == (status, wanted)
    assert body["Date"] == int(stage.clock())
    assert re.fullmatch(r"[0-9a-f-]{36}#[0-9]+", body["Id"])


def test_a_wrong_key_has_neither_id_nor_errors(stage: Stage) -> None:
    printed = {
        "Message": "The authorization credentials are not valid",
        "Type": "invalid_credentials",
        "Date": int(START),
    }

    usual = stage.token(key="wrong")
    stage.sim.strict = True
    strict = stage.token(key="wrong")

    assert (usual, strict) == (printed | {"error": "invalid_client"}, printed)


def test_a_locked_account_is_refused_a_token_as_oauth_says(stage: Stage) -> None:
    stage.sim.locked = True

    answer = requests.post(
        f"{stage.base_url}/v2.01/oauth/token",
        {"grant_type": "client_credentials"},
        auth=("acme", "key"),
        timeout=5,
    )

    assert answer.status_code == 400
    assert list(answer.json()) == ["error", "error_description"]
    assert answer.json()["error"] == "unauthorized_client"


def test_a_feature_that_is_off_is_a_problem_of_another_standard(stage: Stage) -> None:
    stage.sim.hosted_verification = False

    answer = stage.call("POST", f"users/{stage.owner()}/identity-verifications", BACK)

    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    assert list(answer.json()) == ["type", "title", "status", "traceId"]


def test_an_sca_demand_is_a_header_only(stage: Stage) -> None:
    user = stage.made(NATURAL, OWNER)["Id"]

    answer = stage.call("GET", f"users/{user}/wallets")

    assert (answer.status_code, answer.content) == (401, b"")
    assert re.fullmatch(
        r"PendingUserAction RedirectUrl=https?://\S+", answer.headers["WWW-Authenticate"]
    )
