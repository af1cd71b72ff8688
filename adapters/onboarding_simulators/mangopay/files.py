"""The pages of documents: base64 in, its size and type checked, bytes out by a short-lived link."""

from __future__ import annotations

import base64

from werkzeug.wrappers import Request

from .bodies import json_object
from .errors import Problem, RefusedError, not_found, param_error, wrong_media_type
from .values import required, unexpected
from .world import Call, Reply, World

# docs: create-kyc-document-page: 32 KB for a proof of identity, 1 KB for others, about 7 MB
LEAST = {"IDENTITY_PROOF": 32 * 1024}
LEAST_OF_OTHERS = 1024
MOST_OF_BODY = 10 * 1024 * 1024

KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",  # in the documents of 2020 only
}
# docs: errors/http-response-codes; the text is the web framework's own
TOO_LARGE = Problem(status=413, message="Maximum request length exceeded.")


def read_file(request: Request, document_type: str) -> str:
    """Gives the base64 text of a page, or refuses it (docs: create-kyc-document-page)."""
    if len(request.get_data()) > MOST_OF_BODY:
        raise RefusedError(TOO_LARGE)
    text = json_object(request).get("File")
    if text is None or text == "":
        raise _bad(required("File"))
    if not isinstance(text, str):
        raise _bad(unexpected("string", text, "File"))
    text = "".join(text.split())  # the official Ruby client breaks the lines
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:  # what `binascii.Error` is as well
        raise _bad("Invalid length for a Base-64 char array or string.") from None
    if len(content) < LEAST.get(document_type, LEAST_OF_OTHERS):
        raise _bad("The file is too small to be readable")
    if media_type(content) is None:
        raise RefusedError(wrong_media_type("application/octet-stream"))
    return text


def media_type(content: bytes) -> str | None:
    """Gives the type of a file by how it begins; None for one that is not taken.

    A PDF may have other bytes before its header (ISO 32000-1, Annex H, note 13); no document of
    MangoPay's says whether such a file is taken.
    """
    for start, kind in KINDS.items():
        if content.startswith(start):
            return kind
    return "application/pdf" if b"%PDF-" in content[:1029] else None


def show_page(world: World, call: Call) -> Reply:
    """Answers with the bytes of a page whose link is still good."""
    token = call.params["token"]
    link = world.tables.get("consults", token)
    page = None if link is None else world.tables.get("pages", link["Page"])
    if link is None or page is None or link["Expires"] <= world.clock():
        raise RefusedError(not_found("Page", token))
    content = base64.b64decode(page["File"])
    return Reply(body=content, content_type=media_type(content) or "application/octet-stream")


def _bad(text: str) -> RefusedError:
    return RefusedError(param_error({"File": text}))
