"""Evidence of identity: documents, identification requests, receipts."""

from __future__ import annotations

from typing import Any

from onboarding_simulators.shared.openapi import (
    TEXT,
    Json,
    listed,
    query,
    ref,
    shape,
    text,
    whole,
    word,
)

from .answers import IDENTIFICATION, PAGED, call, paged
from .words import ANY_COUNTRY, DAY, FILE, ID, IMAGES, LOCALE, PHONE, TIME, WORD

_LINK = shape({"link": text("^https?://"), "order": whole(0)})
_REVIEW = {"review_status": word("valid", "denied"), "comment": TEXT}
# the words of the user resource, then those of identification requests
_KINDS = word("card", "passport", "driver_licence")
_PAPERS = word("identity_card", "passport", "residence_permit", "driver_license")
_COUNTRIES = {"country": ANY_COUNTRY, "country_of_issue": ANY_COUNTRY}
_PERSON = {
    "personal_number": WORD,
    "first_name": WORD,
    "last_name": WORD,
    "date_of_birth": DAY,
}
_STATUSES = ("waiting", "processing", "pending", "reviewed")
_PAPER = {
    "images": listed(_LINK, least=1),
    "files": listed(
        shape(
            {"file_id": ID, "mime_type": TEXT, "document_id": ID},
            {"type": TEXT, "document_type": TEXT},
        )
    ),
    "reliability": TEXT,
    "reviewed_at": TIME,
    "reviewed_by_user_id": ID,
    **_REVIEW,
}
_OF_REQUEST = {"id": ID, "identification_request_id": ID}

SCHEMAS: dict[str, Json] = {
    # no source shows the answers: the fields that were sent are expected, with an id
    "Document": shape(
        {"id": ID, "user_id": ID},
        {
            "title": TEXT,
            "extension": TEXT,
            "type": _KINDS,
            "number": TEXT,
            "date": DAY,
            **_REVIEW,
        },
    ),
    "IdentityDocument": shape(
        {**_OF_REQUEST, "type": _PAPERS}, {**_COUNTRIES, **_PERSON, **_PAPER}
    ),
    # no source lists the types
    "AdditionalDocument": shape({**_OF_REQUEST, "type": TEXT}, {**_COUNTRIES, **_PAPER}),
    "IdentificationRequest": shape(
        {
            "id": ID,
            "created": TIME,
            "status": word(*_STATUSES),
            "relation_status": word("related", "relating", "unrelated"),
            "provider": word("wallet_user", "wallet_partner", "imported", "web"),
        },
        {
            "user_id": ID,
            "phone": PHONE,
            "locale": LOCALE,
            "face_photos": listed(_LINK, least=1),
            "face_photo_document": shape({"id": ID}, {"comment": TEXT}),
            "identity_documents": listed(ref("IdentityDocument"), least=1),
            "additional_document": ref("AdditionalDocument"),
            "comment": TEXT,
        },
    ),
    # swift-lib-wallet-sdk
    "LivenessCheck": shape(
        {
            "id": ID,
            "identification_request_id": ID,
            "liveliness_score": {"type": "number"},
            "identomat_session_id": TEXT,
        }
    ),
}
_FACTS = shape({"title": WORD, "extension": WORD, "type": _KINDS, "number": WORD, "date": DAY})
_NEW_PAPER = shape({"type": _PAPERS}, {**_COUNTRIES, **_PERSON})
_NEW_ADDITION = shape({"type": WORD}, {"country_of_issue": ANY_COUNTRY})
_PRINTED = (query("locale", LOCALE), query("width", whole(20, 200)))
_PRINT = ("text/plain", "application/json")
_FILES = ("application/octet-stream", "application/pdf", "image/png")
_USER, _ONE = "/rest/v1/user/{user}", "/rest/v1/identification-request/{request}"
_REQUEST = ref("IdentificationRequest")
_EMPTY: dict[str, Any] = {
    "body": shape({}),
    "body_required": False,
    "page": IDENTIFICATION,
}
_FACE = f"{_ONE}/face-photo/image/{{order}}"

PATHS: dict[str, dict[str, Json]] = {
    f"{_USER}/document": call(
        "uploadDocument", ref("Document"), method="post", body=FILE, sent=_FILES,
    ),
    "/rest/v1/user/document/{document}/metadata": call(
        "describeDocument", ref("Document"), method="put", body=_FACTS
    ),
    f"{_USER}/receipt/registration": call(
        "getRegistrationReceipt", TEXT, media=_PRINT, parameters=_PRINTED
    ),
    f"{_USER}/receipt/identification": call(
        "getIdentificationReceipt", TEXT, media=_PRINT, parameters=_PRINTED
    ),
    f"{_USER}/identification-request": call(
        "createRequest", _REQUEST, method="post", **_EMPTY
    ),
    f"{_USER}/identification-requests": call(
        "listRequests", paged("identification_requests", _REQUEST), page=IDENTIFICATION,
        codes=("invalid_cursor", "offset_too_large"),
        parameters=(
            *PAGED,
            query("order_by", word("id", "created", "status")),
            query("statuses[]", listed(word(*_STATUSES))),
            query("after", text("^[0-9]+$")),
        ),
    ),
    "/rest/v1/identification-request": call(
        "createRequestByPhone", _REQUEST, method="post", page=IDENTIFICATION,
        body=shape({"phone": PHONE}),
    ),
    _ONE: call("getRequest", _REQUEST, page=IDENTIFICATION),
    f"{_ONE}/identity-document": call(
        "addIdentityDocument", ref("IdentityDocument"), method="post", page=IDENTIFICATION,
        body=_NEW_PAPER, may=(409,),
    ),
    "/rest/v1/identity-document/{paper}/image/{order}": {
        **call(
            "putImage", None, method="put", page=IDENTIFICATION, body=FILE, sent=IMAGES, may=(409,),
        ),
        **call("getImage", FILE, page=IDENTIFICATION, media=IMAGES),
    },
    _FACE: {
        **call(
            "putFacePhoto", None, method="put", page=IDENTIFICATION, body=FILE, sent=IMAGES,
            may=(409,),
        ),
        **call("getFacePhoto", FILE, page=IDENTIFICATION, media=IMAGES),
    },
    f"{_ONE}/face-photo": call(
        "startLivenessCheck", ref("LivenessCheck"), method="post", may=(409,), **_EMPTY
    ),
    f"{_ONE}/additional-document": call(
        "addAdditionalDocument", ref("AdditionalDocument"), method="post", page=IDENTIFICATION,
        body=_NEW_ADDITION, may=(409,),
    ),
    "/rest/v1/additional-document/{paper}/file": call(
        "addFile", None, method="post", page=IDENTIFICATION, body=FILE, sent=_FILES, may=(409,)
    ),
    f"{_ONE}/submit": call("submitRequest", _REQUEST, method="put", may=(409,), **_EMPTY),
}  # fmt: skip
