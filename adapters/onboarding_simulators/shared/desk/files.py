"""Uploaded files, given to a browser as what they are and never as anything that could act."""

from __future__ import annotations

from urllib.parse import quote

from werkzeug.wrappers import Response

from .render import HEADERS

__all__ = ["media_type", "served"]

_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}
_SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}


def media_type(content: bytes) -> str | None:
    """Gives the type of a file that may be shown, by how it begins; None for any other."""
    for beginning, type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return type
    return None


def served(content: bytes, name: str) -> Response:
    """Gives a file to look at if it is an image or a PDF, and to keep if it is anything else."""
    type = media_type(content)
    response = Response(content, content_type=type or "application/octet-stream")
    response.headers.update(HEADERS)
    # a PDF viewer is a page of the browser's own within this one
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        if type == "application/pdf"
        else "default-src 'none'; sandbox"
    )
    disposition = "attachment" if type is None else "inline"
    file_name = quote(f"{name}.{_SUFFIXES.get(type or '', 'bin')}", safe="")
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{file_name}"
    return response
