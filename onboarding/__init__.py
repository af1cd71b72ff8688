"""Register, verify and look after your users with any payment provider, in one vocabulary.

Nothing is loaded until it is used: importing this package opens no socket, imports no
adapter and no HTTP client, and reads no file but its own stub.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# The stub lists each name with its home, for type checkers and for `__getattr__`.
_LOADER: Any = __spec__.loader if __spec__ else None
_STUB: str = _LOADER.get_data(f"{__file__}i").decode()
_HOMES = {name: home for home, name in re.findall(r"^from (\S+) import (\w+) as", _STUB, re.M)}

__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
