"""Codes, tokens and keys, derived from a seed so that a test meets the same ones again."""

from __future__ import annotations

import hashlib

_CODE_LENGTH = 6  # as in all samples of the documents, which give no format


def text(seed: str, *purpose: object) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256("\n".join(map(str, (seed, *purpose))).encode()).hexdigest()


def code(seed: str, *purpose: object) -> str:
    """Six capital letters."""
    digest = bytes.fromhex(text(seed, *purpose))
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:_CODE_LENGTH])
