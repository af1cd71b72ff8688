"""Files: uploaded by multipart, listed, and their content (docs: api/files)."""

from __future__ import annotations

import base64
import re

from onboarding_simulators.shared import Row

from .calls import FILES, Call, Reply, World
from .errors import declined, invalid, missing_param, not_found
from .events import emit
from .paging import listing, newest_first, wrapped

CONTENTS = "contents"
LARGEST = 10 * 1024 * 1024
"""Bytes of the largest identity document."""
_KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"%PDF": "pdf"}
_DOCUMENTS = ("identity_document", "additional_verification")


def create(world: World, call: Call) -> Reply:
    """Stores an upload; identity documents must be JPG, PNG or PDF."""
    uploads = call.request.files
    for name in uploads:
        if name != "file":
            raise invalid(name, f"Received unknown parameter: {name}", "parameter_unknown")
    upload = uploads.get("file")
    if upload is None:
        raise missing_param("file")
    content = upload.stream.read()
    if not content:
        raise declined("file", "The file is empty")
    kind = next((word for start, word in _KINDS.items() if content.startswith(start)), None)
    purpose = call.given["purpose"]
    if purpose in _DOCUMENTS and kind is None:
        raise declined("file", "Identity documents must be JPG, PNG or PDF")
    if purpose in _DOCUMENTS and len(content) > LARGEST:
        raise declined("file", "Identity documents must have at most 10 MB")
    row: Row = {
        "id": world.new_id("file_"),
        "object": "file",
        "created": world.now(),
        "expires_at": None,
        "filename": (upload.filename or "")[:500] or None,
        "purpose": purpose,
        "size": len(content),
        "title": None,
        "type": kind or _ending(upload.filename or ""),
        "account": call.on_behalf,
    }
    world.tables.save(FILES, row["id"], row)
    kept = {"content": base64.b64encode(content).decode("ascii")}
    world.tables.save(CONTENTS, row["id"], kept)
    told = shown(world, row)
    emit(world, "file.created", told, account=call.on_behalf, call=call)
    return Reply(body=told)


def view(world: World, call: Call) -> Reply:
    """Shows a file."""
    return Reply(body=shown(world, _found(world, call)))


def list_all(world: World, call: Call) -> Reply:
    """Lists the files of the platform, or of the account that the call is for."""
    purpose = call.given.get("purpose")
    rows = (
        row
        for row in newest_first(world, FILES)
        if row["account"] == call.on_behalf and purpose in (None, row["purpose"])
    )
    return listing(call, rows, lambda row: shown(world, row))


def content(world: World, call: Call) -> Reply:
    """Returns the bytes of a file."""
    return Reply(body=bytes_of(world, _found(world, call)["id"]))


def bytes_of(world: World, id: str) -> bytes:
    """Returns the content of a file."""
    row = world.tables.get(CONTENTS, id)
    return b"" if row is None else base64.b64decode(row["content"])


def _found(world: World, call: Call) -> Row:
    row = world.tables.get(FILES, call.params["file"])
    if row is None or row["account"] != call.on_behalf:
        raise not_found("file", "file")
    return row


def _ending(name: str) -> str | None:
    found = re.search(r"\.([A-Za-z0-9]{1,5})$", name)
    return found[1].lower() if found else None


def shown(world: World, row: Row) -> Row:
    """Returns a file as the API shows it."""
    found = {name: value for name, value in row.items() if name != "account"}
    found["links"] = wrapped((), f"/v1/file_links?file={row['id']}")
    found["url"] = f"{world.own_origin}/v1/files/{row['id']}/contents"
    return found
