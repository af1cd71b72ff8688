"""The errors for a request that got no answer, with one text for both drivers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from onboarding.errors import NoAnswer, OutcomeUnknown, TransportError
from onboarding.http import Request
from onboarding.transports.answers import Unreadable
from onboarding.transports.connection import ProxyRefused, place_of

__all__ = ["no_answer"]

_NO_SUCH_HOST = "DNS: the host name was not found"
_OF_A_PROXY = {  # which finds and reaches the provider itself, and answers when it cannot
    _NO_SUCH_HOST: "DNS: the host name of the proxy was not found",
    "connection refused": "the proxy refused the connection",
}
_BEFORE_IT_WAS_SENT = (
    (ssl.SSLCertVerificationError, "TLS: the certificate is not trusted"),
    (ssl.SSLError, "TLS: the handshake failed"),
    (socket.gaierror, _NO_SUCH_HOST),
    (TimeoutError, "timed out before the request was sent"),
    (ConnectionRefusedError, "connection refused"),
    (ConnectionError, "connection closed before the request was sent"),
    (OSError, "no connection could be made"),
)
_AFTER_IT_WAS_SENT = (
    (TimeoutError, "timed out"),
    (ssl.SSLError, "TLS failed"),
)


def no_answer(request: Request, error: BaseException, *, sent: bool, proxy: str | None) -> NoAnswer:
    """Says what is known of a request without an answer.

    `sent` is whether bytes of the request have begun to leave: only then may it have been carried
    out. The text has the host, the port and the reason; no URL, for that may name a user.
    """
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError) and not sent:
        return _unwritable(request)
    place = place_of(request.url)
    causes = list(_causes(error))
    refused = next((cause for cause in causes if isinstance(cause, ProxyRefused)), None)
    if proxy is not None and refused is not None:
        why = f"the proxy {place_of(proxy)} answered {refused.status} and passed nothing on"
        sent = False
    else:
        direct = proxy is None and request.url.startswith("https:")
        why = _reason(causes, only_tls_was_left=direct, sent=sent)
        if proxy is not None:
            place = f"{place} through the proxy {place_of(proxy)}"
            why = _OF_A_PROXY.get(why, why)
    text = f"no answer came from {place} to {request.method} ({request.operation}): {why}"
    if request.changes_nothing or not sent:
        return TransportError(text)
    return OutcomeUnknown(f"{text}; it may have been carried out")


def _unwritable(request: Request) -> TransportError:
    """Says that a client takes no such request; its own text would show the URL or a header."""
    text = f"{request.method} ({request.operation}) cannot be written as HTTP"
    return TransportError(f"{text}: look at base_url, at the proxy and at the credentials")


def _reason(causes: list[BaseException], *, only_tls_was_left: bool, sent: bool) -> str:
    for cause in causes:
        if isinstance(cause, Unreadable):
            return str(cause)
    for kind, text in _AFTER_IT_WAS_SENT if sent else _BEFORE_IT_WAS_SENT:
        if any(isinstance(cause, kind) for cause in causes):
            if kind is ConnectionError and only_tls_was_left:
                return "TLS: the handshake failed"
            return text
    return "connection closed" if sent else "connection closed before the request was sent"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those that it was made of: the clients wrap one in another."""
    seen: list[BaseException] = [error]
    for one in seen:  # it grows
        yield one
        for inner in (one.__cause__, getattr(one, "reason", None), *one.args):
            if isinstance(inner, BaseException) and inner not in seen:
                seen.append(inner)
