"""Declarations of beneficial owners (docs: api-reference/ubo-declarations)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    TEXT,
    Json,
    just,
    listed,
    maybe,
    ref,
    shape,
    text,
    word,
)

from .answers import CLIENT, CLOSED, PARAM_ERROR, USER, call, error, rows
from .words import ADDRESS, COUNTRY, DATE, NAME, id_of

_UBO = "api-reference/ubo-declarations/"

# docs: create-ubo-declaration
DECLARATION_STATUSES = ("CREATED", "VALIDATION_ASKED", "INCOMPLETE", "VALIDATED", "REFUSED")
DECLARATION_REASONS = (
    "MISSING_UBO", "DECLARATION_DO_NOT_MATCH_UBO_INFORMATION", "WRONG_UBO_INFORMATION",
    "UBO_IDENTITY_NEEDED", "SHAREHOLDERS_DECLARATION_NEEDED", "ORGANIZATION_CHART_NEEDED",
    "DOCUMENTS_NEEDED", "SPECIFIC_CASE",
)  # fmt: skip
_BIRTHPLACE = {"City": text(r"\S", 1, 255), "Country": COUNTRY}
_PERSON = {"FirstName": NAME, "LastName": NAME, "Birthday": DATE, "Nationality": COUNTRY}
_OWNER = {
    **_PERSON,
    "Address": ADDRESS,
    "Birthplace": shape(_BIRTHPLACE, closed=False),
}

SCHEMAS: dict[str, Json] = {
    "Ubo": shape(
        {
            **_PERSON,
            "Address": ref("Address"),
            "Birthplace": shape(_BIRTHPLACE),
            "Id": id_of("ubo_m"),
            "CreationDate": DATE,
            "IsActive": BOOLEAN,
        }
    ),
    "UboDeclaration": shape(
        {
            "Id": id_of("ubodec_m"),
            "UserId": id_of("user_m"),
            "CreationDate": DATE,
            "ProcessedDate": maybe(DATE),
            "Status": word(*DECLARATION_STATUSES),
            "Reason": maybe(word(*DECLARATION_REASONS)),
            "Message": maybe(TEXT),
            "Ubos": listed(ref("Ubo")),
        }
    ),
}

_ASKED = {"Status": just("VALIDATION_ASKED")}
_NO_DECLARATION = error(
    "invalid_action",
    "You can not create a declaration because you already have a declaration in progress",
    "User belonging to category PAYER can't create UBO declarations",
    *(
        f"Cannot create an UBO for a LegalUser of type {kind}"
        for kind in ("SOLETRADER", "ORGANIZATION", "NATURAL_PERSON")
    ),
)
_NO_CHANGE = "You can not change a declaration that was submitted"
_NO_OWNER = error(
    "invalid_action", _NO_CHANGE, "You can not create more than 15 UBO for a declaration"
)
_NO_UPDATE = error("invalid_action", _NO_CHANGE, "You can not update an UBO that is inactive")
_NO_REVIEW = error(
    "invalid_action",
    _NO_CHANGE,
    "You can not request validation for a declaration which has no ubo",
)
_OUT_OF_RANGE = error("param_error", PARAM_ERROR, errors=shape({"Region": TEXT}))

_DECLARED = f"{USER}/kyc/ubodeclarations"
_ONE = f"{_DECLARED}/{{UboDeclarationId}}"
_UBO_SEEN = ref("Ubo")
_DECLARATION_SEEN = ref("UboDeclaration")
_DECLARATION = ("User", "UboDeclaration")

PATHS: dict[str, dict[str, Json]] = {
    f"{CLIENT}/kyc/ubodeclarations/{{UboDeclarationId}}": call(
        "viewDeclaration", f"{_UBO}view-ubo-declaration", _DECLARATION_SEEN,
        nouns=("UboDeclaration",),
    ),
    _DECLARED: {
        **rows(
            "listDeclarations", f"{_UBO}list-ubo-declarations", _DECLARATION_SEEN,
            words={"Status": DECLARATION_STATUSES}, nouns=("User",),
        ),
        **call(
            "createDeclaration", f"{_UBO}create-ubo-declaration", _DECLARATION_SEEN,
            method="post", nouns=("User",), refusals=(CLOSED, _NO_DECLARATION),
        ),
    },
    _ONE: {
        **call(
            "viewDeclarationOfUser", f"{_UBO}view-ubo-declaration", _DECLARATION_SEEN,
            nouns=("UboDeclaration",),
        ),
        **call(
            "submitDeclaration", f"{_UBO}submit-ubo-declaration", _DECLARATION_SEEN,
            method="put", body=shape(_ASKED, closed=False), nouns=_DECLARATION,
            refusals=(CLOSED, _NO_REVIEW),
        ),
    },
    f"{_ONE}/ubos": call(
        "createUbo", f"{_UBO}create-ubo", _UBO_SEEN, method="post",
        body=shape(_OWNER, closed=False), nouns=_DECLARATION,
        refusals=(CLOSED, _NO_OWNER, _OUT_OF_RANGE),
    ),
    f"{_ONE}/ubos/{{UboId}}": {
        **call("viewUbo", f"{_UBO}view-ubo", _UBO_SEEN, nouns=("Ubo",)),
        **call(
            "updateUbo", f"{_UBO}update-ubo", _UBO_SEEN, method="put",
            body=shape({}, {**_OWNER, "isActive": BOOLEAN}, closed=False),
            nouns=(*_DECLARATION, "Ubo"), refusals=(CLOSED, _NO_UPDATE, _OUT_OF_RANGE),
        ),
    },
}  # fmt: skip
