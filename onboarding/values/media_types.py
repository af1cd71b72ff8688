"""Media types: their registered spelling, and their detection from the first bytes of a file."""

from __future__ import annotations

__all__ = ["canonical", "media_type_of"]

# Spellings of browsers and older mail programs -> the registered type (IANA, RFC 6838).
_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "application/x-pdf": "application/pdf",
}
_IMAGES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_PDF_WITHIN = 1024
"""ISO 32000-1, Annex H, note 13: readers look for the header in the first 1024 bytes."""


def canonical(media_type: str) -> str:
    """Returns the registered spelling of a media type, without parameters (RFC 6838).

    `IMAGE/JPEG`, `image/jpg` and `image/jpeg; charset=binary` are all `image/jpeg`.
    """
    plain = media_type.partition(";")[0].strip().lower()
    return _ALIASES.get(plain, plain)


def media_type_of(content: bytes) -> str | None:
    """Detects PDF, JPEG, PNG or GIF from the first bytes of a file; else returns None.

    A PDF may have other bytes before its header, such as a byte order mark.
    """
    found = next((kind for start, kind in _IMAGES.items() if content.startswith(start)), None)
    if found is None and b"%PDF-" in content[: _PDF_WITHIN + len(b"%PDF-")]:
        return "application/pdf"
    return found
