"""Whether a text is one phone number, before a library that reads less strictly is asked."""

from __future__ import annotations

import re

__all__ = ["is_one_number"]

# Marks that show nothing, which address books copy along with a number.
_HIDDEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_BETWEEN = rf"\s{_HIDDEN}()\[\]./\-\u2010-\u2015\u2212\u30fc\uff08\uff09\uff0d-\uff0f\uff3b\uff3d"

_ONE_NUMBER = re.compile(
    rf"[\s{_HIDDEN}]*(?:tel:)?[\s{_HIDDEN}(]*[+\uff0b]?[\d{_BETWEEN}]+", re.IGNORECASE
).fullmatch


def is_one_number(text: str) -> bool:
    """Whether a text has only digits, what stands between them, and at most one `+` before them.

    `phonenumbers` drops an extension (`x5`, `;ext=5`, `#5`, `~5`), a second number and a word
    before the number, and turns letters into digits: another number than the one typed.
    """
    return _ONE_NUMBER(text) is not None
