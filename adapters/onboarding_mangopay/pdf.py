"""Whether a PDF is encrypted, read off its trailer; nothing else of it is read."""

from __future__ import annotations

import re

__all__ = ["is_encrypted"]

# ISO 32000-1, 7.5.5: the last lines are `startxref`, the offset of the last cross-reference section
# and `%%EOF`. There is either a table (`xref`), which its `trailer` follows, or a stream (7.5.8),
# whose dictionary is the trailer. The last trailer repeats what earlier ones say.
_START = re.compile(rb"startxref\s+(\d{1,10})")
_STREAM = re.compile(rb"\d+\s+\d+\s+obj\s*<<")
# 7.5.5, table 15: Encrypt is a dictionary, in place or by reference.
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R\b|<<)")


def is_encrypted(content: bytes) -> bool:
    """Whether the last trailer of a PDF names how it is encrypted.

    A file whose offset leads nowhere is read as viewers read it: by its last `trailer`.
    """
    end = content.rfind(b"startxref")
    return _ENCRYPT.search(_trailer(content, end if end >= 0 else len(content))) is not None


def _trailer(content: bytes, end: int) -> bytes:
    found = _START.match(content, end)
    # The offset counts from the header, before which some files have other bytes.
    header = max(content.find(b"%PDF-"), 0)
    for at in (header + int(found[1]), int(found[1])) if found else ():
        if content.startswith(b"xref", at):
            return _until(content, content.find(b"trailer", at), b"startxref")
        if _STREAM.match(content, at):
            return _until(content, at, b"stream")
    return _until(content, content.rfind(b"trailer", 0, end), b"startxref")


def _until(content: bytes, start: int, word: bytes) -> bytes:
    """The bytes from a place to a word after it; empty where there is no such place."""
    if start < 0:
        return b""
    stop = content.find(word, start)
    return content[start : stop if stop >= 0 else len(content)]
