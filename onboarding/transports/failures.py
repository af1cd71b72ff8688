"""The errors of a request without a response, with the same text for both HTTP clients."""

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
_OF_A_PROXY = {  # it resolves and connects to the provider itself
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
    """Returns the error of a request without a response.

    `sent` is whether the request started to be sent: only then may it have been carried out. The
    text has the host, the port and the reason, and no URL, which may contain an id.
    """
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError) and not sent:
        return _unwritable(request)
    place = place_of(request.url)
    causes = list(_causes(error))
    refused = next((cause for cause in causes if isinstance(cause, ProxyRefused)), None)
    if proxy is not None and refused is not None:
        status = refused.status
        why = f"the proxy {place_of(proxy)} answered {status} and did not forward the request"
        sent = False
    else:
        direct = proxy is None and request.url.startswith("https:")
        why = _reason(causes, only_tls_was_left=direct, sent=sent)
        if proxy is not None:
            place = f"{place} through the proxy {place_of(proxy)}"
            why = _OF_A_PROXY.get(why, why)
    text = f"no answer came from {place} to {request.method} ({request.operation}): {why}"
    failure: NoAnswer
    if request.changes_nothing or not sent:
        failure = TransportError(text)
    else:
        failure = OutcomeUnknown(f"{text}; it may have been carried out")
    untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)
    # A 4xx of a proxy is about the settings, such as its password.
    unwanted = refused is not None and 400 <= refused.status < 500
    failure.transient = not (untrusted or unwanted)
    failure.unreachable = not sent
    failure.timed_out = any(isinstance(cause, TimeoutError) for cause in causes)
    return failure


def _unwritable(request: Request) -> TransportError:
    """Returns the error of a request that the HTTP client rejected; shows no URL and no header."""
    text = f"{request.method} ({request.operation}) cannot be written as HTTP"
    failure = TransportError(f"{text}: check base_url, the proxy and the API credentials")
    failure.transient = False
    return failure


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
    """Yields an error and the errors that it wraps."""
    seen: list[BaseException] = [error]
    for one in seen:  # the list grows
        yield one
        for inner in (one.__cause__, getattr(one, "reason", None), *one.args):
            if isinstance(inner, BaseException) and inner not in seen:
                seen.append(inner)
