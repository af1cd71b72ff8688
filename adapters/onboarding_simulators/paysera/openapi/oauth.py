"""OAuth 2.0 with MAC tokens, the consent page, the captcha that lifts a rate limit."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    TEXT,
    Json,
    answer,
    either,
    just,
    query,
    ref,
    shape,
    text,
    whole,
)

from .answers import BASICS, CORRELATION, call
from .words import EMAIL, WORD

_PAGE = "https://developers.paysera.com/en/wallet/user/oauth"
FORM = ("application/x-www-form-urlencoded",)

SCHEMAS: dict[str, Json] = {
    "Token": shape(
        {
            "access_token": text(least=1),
            "mac_key": text(least=1),
            "token_type": just("mac"),
            "mac_algorithm": just("hmac-sha-256"),
            "expires_in": whole(0),
        },
        {"refresh_token": text(least=1)},
    ),
}
_SCOPE = text("^(email|phone|identity|full_name|address)(_offline)?(_optional)?$")
_GRANT = either(
    shape({"grant_type": just("authorization_code"), "code": WORD}, {"redirect_uri": WORD}),
    shape({"grant_type": just("password"), "username": WORD, "password": WORD}, {"scope": _SCOPE}),
    *(
        shape({"grant_type": just(grant), "refresh_token": WORD}, {"scope": _SCOPE, "code": WORD})
        for grant in ("refresh_token", "refresh_token_with_activation")
    ),
)
_REDIRECT = text("^https://[a-z]{1,20}/[a-z]{0,20}$")
_ASKED: dict[str, Json] = {
    "response_type": just("code"),
    "client_id": WORD,
    "redirect_uri": _REDIRECT,
}
_MORE: dict[str, Json] = {"scope": _SCOPE, "state": text("^[A-Za-z0-9]{16}$")}
_QUERY = (
    *(query(name, schema, required=True) for name, schema in _ASKED.items()),
    *(query(name, schema) for name, schema in _MORE.items()),
)
_TOKEN = ref("Token")
_DECISION = shape({"username": TEXT, "decision": {"enum": ["allow", "refuse"]}}, {"password": TEXT})
_BACK = answer("Back to the client", None, {**CORRELATION, "Location": text("^[a-z]+://")})
_AGAIN = answer("The page, with what was wrong", TEXT, CORRELATION, ("text/html",))
# RFC 6749, section 4.1.2.1: errors without a redirect
_NO_CLIENT = answer("No", ref("Error401"), CORRELATION)
_CAPTCHA = shape({"g-recaptcha-response": WORD})
_UNLOCK = "/recaptcha/unlock"


def _consent(name: str, *, with_key: bool) -> dict[str, Json]:
    """Returns the consent page; with a key, the parameters come from the session."""
    asked = () if with_key else _QUERY
    answers = {303: _BACK, 401: _NO_CLIENT}
    show = call(
        f"show{name}", TEXT, page=_PAGE, public=True, media=("text/html",), parameters=asked,
        answers=answers,
    )  # fmt: skip
    decide = call(
        f"decide{name}", None, method="post", page=_PAGE, public=True, parameters=asked,
        body=_DECISION, sent=FORM, answers={**answers, 403: _AGAIN},
    )  # fmt: skip
    decide["post"]["responses"].pop("204")
    return {**show, **decide}


PATHS: dict[str, dict[str, Json]] = {
    "/oauth/v1/token": {
        **call(
            "createToken", _TOKEN, method="post", page=_PAGE, body=_GRANT, sent=FORM,
            codes=("invalid_scope", "invalid_code", "unsupported_grant_type"),
        ),
        **call(
            "revokeToken", None, method="delete", page=_PAGE,
            parameters=(query("access_token", WORD, required=True),),
        ),
    },
    "/oauth/v1/tokens/{token}/activate": call("activateToken", _TOKEN, method="put", page=_PAGE),
    "/oauth/v1/session": call(
        "createSession", shape({"key": text(least=1)}), method="post", page=_PAGE,
        body=shape({**_ASKED, "user[email]": EMAIL}, _MORE), sent=FORM,
    ),
    "/frontend/oauth": _consent("Consent", with_key=False),
    "/frontend/{locale}/oauth": _consent("LocalConsent", with_key=False),
    "/frontend/oauth/{key}": _consent("Session", with_key=True),
    "/frontend/{locale}/oauth/{key}": _consent("LocalSession", with_key=True),
    # java-lib-wallet-sdk, WalletApiClient.unlockRecaptcha; the error has the address
    f"{_UNLOCK}/requests": call(
        "unlockRequests", None, method="post", page=BASICS, public=True, body=_CAPTCHA, sent=FORM,
    ),
    f"{_UNLOCK}/user/{{id}}/{{what}}": call(
        "unlockUser", None, method="post", page=BASICS, public=True, body=_CAPTCHA, sent=FORM,
    ),
}  # fmt: skip
