"""KYC documents on the platform's side: create, add pages, submit, read."""

from __future__ import annotations

import base64

from werkzeug.wrappers import Request

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_open_user, find_row, find_user, json_object, shown
from .errors import (
    EMPTY_DOCUMENT,
    PAYER_NOT_ALLOWED,
    TOO_MANY_PAGES,
    Problem,
    RefusedError,
    invalid_action,
    not_found,
    param_error,
    wrong_media_type,
)
from .events import emit
from .levels import ALLOWED, DOCUMENTS, kind_of
from .paging import listing, paged
from .review import decide_by_tag
from .shapes import Need, field, read_shape
from .state import User, new_token, ulid
from .values import one_of, required, text, unexpected

# docs: create-kyc-document-page: 32 KB for a proof of identity, 1 KB for others, about 7 MB
LEAST = {"IDENTITY_PROOF": 32 * 1024}
LEAST_OF_OTHERS = 1024
MOST_OF_BODY = 10 * 1024 * 1024

MEDIA_TYPES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",  # only in the documents of 2020
}
# docs: errors/http-response-codes; the text comes from the web framework
TOO_LARGE = Problem(status=413, message="Maximum request length exceeded.")


def read_file(request: Request, document_type: str) -> str:
    """Returns the base64 text of a page, or refuses it (docs: create-kyc-document-page)."""
    if len(request.get_data()) > MOST_OF_BODY:
        raise RefusedError(TOO_LARGE)
    text = json_object(request).get("File")
    if text is None or text == "":
        raise _bad_file(required("File"))
    if not isinstance(text, str):
        raise _bad_file(unexpected("string", text, "File"))
    text = "".join(text.split())  # the official Ruby client breaks lines
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:  # also the base class of `binascii.Error`
        raise _bad_file("Invalid length for a Base-64 char array or string.") from None
    if len(content) < LEAST.get(document_type, LEAST_OF_OTHERS):
        raise _bad_file("The file is too small to be readable")
    if media_type(content) is None:
        raise RefusedError(wrong_media_type("application/octet-stream"))
    return text


def media_type(content: bytes) -> str | None:
    """Returns the type of a file by its first bytes, None for a type that is not accepted.

    A PDF may have other bytes before its header (ISO 32000-1, Annex H, note 13); MangoPay's
    documents do not say whether such a file is accepted.
    """
    for start, kind in MEDIA_TYPES.items():
        if content.startswith(start):
            return kind
    return "application/pdf" if b"%PDF-" in content[:1029] else None


def show_page(world: World, call: Call) -> Reply:
    """Answers with the content of a page whose link has not expired."""
    token = call.params["token"]
    link = world.tables.get("consults", token)
    page = None if link is None else world.tables.get("pages", link["Page"])
    if link is None or page is None or link["Expires"] <= world.clock():
        raise RefusedError(not_found("Page", token))
    content = base64.b64decode(page["File"])
    return Reply(body=content, content_type=media_type(content) or "application/octet-stream")


def _bad_file(text: str) -> RefusedError:
    return RefusedError(param_error({"File": text}))


PAGES = "pages"
MOST_PAGES = 5
TYPES = tuple(dict.fromkeys(type for types in ALLOWED.values() for type in types))
NOUN = "KycDocument"
LINK_LIFE = 60 * 60

_NEW = (field("Type", one_of(*TYPES), Need.EVERYBODY), field("Tag", text(255)))
_CHANGE = (field("Status", one_of("VALIDATION_ASKED")), field("Tag", text(255)))


def create(world: World, call: Call) -> Reply:
    """Creates a document without pages (docs: create-kyc-document)."""
    user = find_open_user(world, call.params["user"])
    reading = read_shape(_NEW, json_object(call.request), lambda need: need is Need.EVERYBODY)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    _want_owner(user)
    type, kind = str(reading.values["Type"]), kind_of(user)
    if type not in ALLOWED[kind]:
        text = f"{type} cannot be submitted for {kind} user"
        raise RefusedError(param_error({"Type": text}))
    now = world.clock()
    row: Row = {
        "Type": type,
        "UserId": user.id,
        "Flags": [],
        "Id": ulid("kyc_", now, world.entropy),
        "Tag": reading.values.get("Tag"),
        "CreationDate": int(now),
        "ProcessedDate": None,
        "Status": "CREATED",
        "RefusedReasonType": None,
        "RefusedReasonMessage": None,
        # docs: release-notes/api/2025-09-30: the tag at creation decides
        "_Outcome": reading.values.get("Tag"),
    }
    world.tables.save(DOCUMENTS, row["Id"], row, user.id)
    emit(world, "KYC_CREATED", row["Id"])
    return Reply(body=shown(row))


def add_page(world: World, call: Call) -> Reply:
    """Adds a page to a document that was not submitted yet (docs: create-kyc-document-page)."""
    user = find_open_user(world, call.params["user"])
    row = find_row(world, DOCUMENTS, NOUN, call.params["id"], user.id)
    _want_owner(user)
    content = read_file(call.request, row["Type"])
    if row["Status"] != "CREATED":
        # pages are accepted while CREATED; the answer otherwise is not documented
        raise RefusedError(invalid_action("Pages can only be added to a created document"))
    pages = world.tables.owned(PAGES, row["Id"])
    if len(pages) >= MOST_PAGES:
        raise RefusedError(TOO_MANY_PAGES)
    world.tables.save(PAGES, f"{row['Id']}/{len(pages) + 1}", {"File": content}, row["Id"])
    return Reply(status=204)


def update(world: World, call: Call) -> Reply:
    """Submits a document for review (docs: submit-kyc-document)."""
    user = find_open_user(world, call.params["user"])
    row = find_row(world, DOCUMENTS, NOUN, call.params["id"], user.id)
    reading = read_shape(_CHANGE, json_object(call.request), lambda need: False)
    status = reading.values.get("Status")
    if status is None:
        reading.errors.setdefault("Status", required("Status"))
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    _want_owner(user)
    # the answer to a second submission is not documented
    if row["Status"] != "CREATED":
        raise RefusedError(invalid_action("The document was already submitted"))
    if not world.tables.owned(PAGES, row["Id"]):
        raise RefusedError(EMPTY_DOCUMENT)
    row |= {"Status": status, "Tag": reading.values.get("Tag", row["Tag"])}
    world.tables.save(DOCUMENTS, row["Id"], row)
    emit(world, "KYC_VALIDATION_ASKED", row["Id"])
    # the sandbox's delay is not documented: here the answer shows the review as requested, and the
    # next read shows its outcome
    decide_by_tag(world, row)
    return Reply(body=shown(row))


def view(world: World, call: Call) -> Reply:
    """Shows a document (docs: view-kyc-document); the path may also name its user."""
    user_id = call.params.get("user")
    return Reply(body=shown(find_row(world, DOCUMENTS, NOUN, call.params["id"], user_id)))


def list_of_user(world: World, call: Call) -> Reply:
    """Lists the documents of a user (docs: list-kyc-documents-user)."""
    user = find_user(world, call.params["user"])
    rows = world.tables.owned(DOCUMENTS, user.id)
    return listing(call, rows, words=("Status", "Type"), show=shown)


def list_all(world: World, call: Call) -> Reply:
    """Lists the documents of all users (docs: list-kyc-documents)."""
    if call.query.keys() & {"status", "type", "beforedate", "afterdate"}:
        rows = world.tables.all(DOCUMENTS)
        return listing(call, rows, words=("Status", "Type"), show=shown)

    def fetch(skip: int, limit: int, newest_first: bool) -> list[Row]:
        rows = world.tables.page(DOCUMENTS, skip, limit, newest_first=newest_first)
        return [shown(row) for row in rows]

    return paged(call, world.tables.count(DOCUMENTS), fetch)


def consult(world: World, call: Call) -> Reply:
    """Returns a short-lived link to each page (known to the SDKs, not documented)."""
    row = find_row(world, DOCUMENTS, NOUN, call.params["id"])
    expires = int(world.clock()) + LINK_LIFE
    links: list[Row] = []
    for number, _ in enumerate(world.tables.owned(PAGES, row["Id"]), 1):
        token = new_token(world.entropy)
        page = {"Page": f"{row['Id']}/{number}", "Expires": expires}
        world.tables.save("consults", token, page)
        url = f"{call.request.host_url}consult/{token}"
        links.append({"Url": url, "ExpirationDate": expires})
    return Reply(body=links)


def _want_owner(user: User) -> None:
    if user.category != "OWNER":
        # documented for OWNERs only; the text is that of another endpoint
        raise RefusedError(PAYER_NOT_ALLOWED)
