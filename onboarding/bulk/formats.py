"""Recognises file formats that cannot be read, so that the error can name them."""

from __future__ import annotations

import codecs
import csv
from pathlib import PurePath

from onboarding.bulk.headings import is_header
from onboarding.errors import InvalidInput, Problem

__all__ = ["CSV_SUFFIXES", "SEPARATORS", "ZIP", "check_format", "encoding_of"]

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
"""A file with such a name is CSV, whatever separates its cells."""

ZIP = b"PK\x03\x04"
"""The first bytes of a ZIP archive, and so of a workbook."""

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
"""The separators of a CSV, with their names."""

_WANTED = "save it as CSV UTF-8 or JSON Lines"
_EXCEL, _OPEN, _NUMBERS = (
    "an Excel workbook",
    "an OpenDocument spreadsheet",
    "a Numbers spreadsheet",
)
_ZIP, _GZIP, _PDF = "a ZIP archive", "a gzip archive", "a PDF"

_SUFFIXES = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xltx", ".xls"), _EXCEL),
    ".ods": _OPEN,
    ".numbers": _NUMBERS,
    ".zip": _ZIP,
    ".gz": _GZIP,
    ".pdf": _PDF,
}
# A workbook is a ZIP file; the names of its first entries show its kind.
_ENTRIES = {
    b"opendocument.spreadsheet": _OPEN,
    b"Index/": _NUMBERS,
    b"[Content_Types].xml": _EXCEL,
    b"docProps/": _EXCEL,
    b"_rels/": _EXCEL,
    b"xl/": _EXCEL,
}
_SIGNATURES = {
    ZIP: "a workbook or another ZIP archive",
    b"PK\x05\x06": _ZIP,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _EXCEL,  # the compound file of .xls
    b"\x1f\x8b": _GZIP,
    b"%PDF-": _PDF,
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def check_format(head: bytes, name: str, *, is_csv: bool) -> None:
    """Raises `InvalidInput` if the name or the first bytes of a file show another format."""
    found = _SUFFIXES.get(PurePath(name).suffix.lower()) or _by_signature(head)
    if found is not None:
        text = "unpack it first" if found in (_ZIP, _GZIP) else _WANTED
        raise _refused("unsupported", f"is {found}; {text}")
    if head.startswith(_UTF32) or (head.startswith(_UTF16) and not is_csv):
        raise _refused("encoding", "is not UTF-8, as its byte order mark shows; save it as UTF-8")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith((b"<!", b"<?", b"<html", b"<table")):
        raise _refused("unsupported", f"is HTML or XML; {_WANTED}")
    if is_csv and start.startswith((b"{", b"[")):
        raise _refused("unsupported", "contains JSON; give it a name that ends in .jsonl or .json")
    if is_csv and b"\0" in head and not head.startswith(_UTF16):
        raise _refused("encoding", f"is not UTF-8: it contains NUL bytes; {_WANTED}")
    if not is_csv and _is_csv(start):
        raise _refused("unsupported", "contains CSV; save it under a name that ends in .csv")


def encoding_of(head: bytes) -> str:
    """Returns the encoding of a CSV by its byte order mark; UTF-8 without one."""
    return "utf-16" if head.startswith(_UTF16) else "utf-8-sig"


def _by_signature(head: bytes) -> str | None:
    found = next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), None)
    if head.startswith(ZIP):
        return next((kind for entry, kind in _ENTRIES.items() if entry in head), found)
    return found


def _is_csv(start: bytes) -> bool:
    """Returns whether the first line of a file that is not JSON looks like CSV."""
    if start.startswith((b"{", b"[")):
        return False
    if start[:5].lower().lstrip(b'"').startswith(b"sep="):
        return True
    line = start.decode("utf-8", "replace").splitlines()[:1]
    rows = (next(csv.reader(line, delimiter=each), list[str]()) for each in SEPARATORS)
    return any(map(is_header, rows))


def _refused(code: str, message: str) -> InvalidInput:
    return InvalidInput([Problem("file", code, message)])
