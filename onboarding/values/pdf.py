"""Whether a PDF is protected by a password, from its last trailer."""

from __future__ import annotations

import re

__all__ = ["is_encrypted"]

# ISO 32000-1, 7.5.5: a PDF ends in `startxref`, the offset of the last cross-reference section, and
# `%%EOF`. The section is a table (`xref`) followed by a `trailer`, or a stream (7.5.8) whose
# dictionary is the trailer. The last trailer repeats the entries of earlier ones.
_START = re.compile(rb"startxref\s+(\d{1,10})")
_STREAM = re.compile(rb"\d+\s+\d+\s+obj\s*<<")
# 7.5.5, table 15: Encrypt is a dictionary, in place or by reference.
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R\b|<<)")


def is_encrypted(content: bytes) -> bool:
    """Returns whether the last trailer of a PDF has an entry `Encrypt`.

    If the offset is wrong, the last `trailer` is read, as viewers do.
    """
    end = content.rfind(b"startxref")
    return _ENCRYPT.search(_trailer(content, end if end >= 0 else len(content))) is not None


def _trailer(content: bytes, end: int) -> bytes:
    found = _START.match(content, end)
    # The offset is from the header; some files have other bytes before it.
    header = max(content.find(b"%PDF-"), 0)
    for place in (header + int(found[1]), int(found[1])) if found else ():
        if content.startswith(b"xref", place):
            return _until(content, content.find(b"trailer", place), b"startxref")
        if _STREAM.match(content, place):
            return _until(content, place, b"stream")
    return _until(content, content.rfind(b"trailer", 0, end), b"startxref")


def _until(content: bytes, start: int, word: bytes) -> bytes:
    """Returns the bytes from an offset to the next such word; empty for a negative offset."""
    if start < 0:
        return b""
    stop = content.find(word, start)
    return content[start : stop if stop >= 0 else len(content)]
