"""Who may look at what a simulator keeps, or steer it: programs and people of this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug.wrappers import Request

__all__ = ["is_elsewhere", "is_foreign"]

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


def is_elsewhere(request: Request) -> bool:
    """Whether a request comes from another machine, or for another host's name.

    A foreign name that was made to point here would let a page from elsewhere read the answer.
    """
    if request.remote_addr is not None and request.remote_addr not in LOOPBACK:
        return True
    try:
        return urlsplit(f"//{request.host}").hostname not in LOOPBACK
    except ValueError:  # such as a bracket that opens no IPv6 address
        return True


def is_foreign(request: Request) -> bool:
    """Whether it is from elsewhere, or was sent by a page in a browser that is from elsewhere."""
    if is_elsewhere(request):
        return True
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        return True
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
