"""What all answers of MangoPay share: headers, pages, and errors word for word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onboarding_simulators.shared.openapi import (
    INTEGER,
    NULL,
    TEXT,
    Json,
    answer,
    either,
    error_paths,
    header,
    just,
    listed,
    operation,
    query,
    ref,
    shape,
    text,
    word,
)

from .words import DATE, PAGE_SIZE, SCHEMAS

DOCS = "https://docs.mangopay.com/"
CLIENT = "/v2.01/{ClientId}"
USER = f"{CLIENT}/users/{{UserId}}"

# docs: overview/rate-limiting: four windows, a line each; clients may join the lines
_NUMBERS = text("^-?[0-9]+(, ?-?[0-9]+){0,3}$")
RATES = {"x-ratelimit": _NUMBERS, "x-ratelimit-remaining": _NUMBERS, "x-ratelimit-reset": _NUMBERS}
# docs: overview/pagination
PAGES = {"x-number-of-pages": text("^[0-9]+$"), "x-number-of-items": text("^[0-9]+$"), "link": TEXT}

PARAM_ERROR = (
    "One or several required parameters are missing or incorrect. "
    "An incorrect resource ID also raises this kind of error."
)
_TYPES = (
    "ADDRESS_PROOF|IDENTITY_PROOF|REGISTRATION_PROOF|ARTICLES_OF_ASSOCIATION|"
    "SHAREHOLDER_DECLARATION"
)
# docs: create-natural-user, create-legal-user-sca, update-natural-user, create-kyc-document,
# create-kyc-document-page, create-ubo, create-iban-bank-account, create-hook, manage-user-consent
_TEXTS = (
    r"The [\w-]+ field is required\.",
    r"'Email' must not be empty\.",
    r"The field [\w-]+ must match the regular expression '.+'\.",
    r"The [\w.]+ used is blocked",
    r"The requested value is not an ISO 3166-1 alpha-2 code which is expected\.",
    r"A User OWNER can't be modified to a user PAYER",
    r"The Region is a required field for this Country",
    r"The value is not a valid (IBAN|BIC)",
    r"A hook has already been registered for this EventType",
    r"The file is too small to be readable",
    r"Invalid length for a Base-64 char array or string\.",
    rf"({_TYPES}) cannot be submitted for "
    r"(NATURAL_PERSON|BUSINESS|PARTNERSHIP|ORGANIZATION|SOLETRADER) user",
    r"Consent cannot be given when no proxy is required by the client\.",
    # from the framework, as integrators quote them
    r"Error reading [a-z]+\. Unexpected token: [A-Z][A-Za-z]+\. Path '[\w.]*'\.",
    r"The field \w+ must be a string with (a minimum length of \d+ and )?a maximum length of \d+\.",
    r"The field \w+ must be between \d+ and \d+\.",
    # not documented
    r"The requested value is not valid for \w+\.",
    r"The Url field is not a valid fully-qualified http or https URL\.",
    r"Error reading object\.",
    r"Events are available for 45 days\.",
    r"The ressource does not exist",
)
SCHEMAS["FieldError"] = text(f"^({'|'.join(_TEXTS)})$")
_ID = text(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(#[0-9]+)?$")


def error(type: str, *messages: str, errors: Json = NULL) -> Json:
    """Returns an error in the usual body (docs: errors)."""
    keys = {
        "Message": word(*messages),
        "Type": just(type),
        "Id": _ID,
        "Date": DATE,
        "errors": errors,
    }
    return shape(keys)


def param_error(*paths: str) -> Json:
    """Returns the error that names some of these bad fields."""
    errors = shape({}, dict.fromkeys(paths, ref("FieldError"))) | {"minProperties": 1}
    return error("param_error", PARAM_ERROR, errors=errors)


def named(name: str, schema: Json) -> Json:
    """Adds a schema to the document; returns a reference to it."""
    SCHEMAS[name] = schema
    return ref(name)


def plain(pattern: str) -> Json:
    """Returns an error of the web framework, which has only a `Message`."""
    return shape({"Message": text(f"^{pattern}$")})


def not_found(*nouns: str) -> Json:
    """Returns the 404 of an unknown id; the spelling and the trailing blank are MangoPay's."""
    said = text(rf"^Cannot found the ressource ({'|'.join(nouns)}) with the id=[\s\S]* $")
    errors = shape({"RessourceNotFound": said})
    return error("ressource_not_found", "The ressource does not exist", errors=errors)


NO_ROUTE = named(
    "UnknownPath", plain(r"No HTTP resource was found that matches the request URI '[\s\S]*'\.")
)
NO_METHOD = named(
    "WrongMethod", plain(r"The requested resource does not support http method '[A-Z]+'\.")
)
NO_MEDIA = named(
    "WrongMediaType",
    either(
        plain(r"The request entity's media type '[\s\S]*' is not supported for this resource\."),
        plain(r"The request contains an entity body but no Content-Type header\."),
    ),
)
INVALID_CREDENTIALS = named(
    "InvalidCredentials",
    error("invalid_credentials", "The authorization credentials are not valid"),
)
EMPTY_BODY = named("EmptyBody", error("empty_body", "the body cannot be empty"))
CONFLICT = named(
    "KeyUsed",
    error(
        "idempotent_creation_conflict",
        "A resource has already been created with this Idempotency Key",
    ),
)
RATE_LIMIT = named(
    "RateLimit",
    error("rate_limit", "Rate limit exceeded. Please contact support for more assistance"),
)
CLOSED = named("UserClosed", error("user_closed", "User closed: No action can be performed"))
NOT_FOR_PAYER = named(
    "NotForPayer",
    error(
        "not_allowed_for_user_category_payer",
        "This endpoint is not allowed for User categorized as PAYER",
    ),
)
# docs: guides/sca/proxy-management
PROXY_MISSING = error(
    "sca_proxy_missing",
    "You are not authorized to perform this action. "
    "The user has not provided consent to the requested proxy",
)
KEY = header("Idempotency-Key", text("^[a-zA-Z0-9-]{16,36}$"))
# docs: overview/pagination, overview/filtering-sorting
_LIST = (
    query("page", INTEGER),
    query("per_page", PAGE_SIZE),
    query("Sort", word("CreationDate:ASC", "CreationDate:DESC")),
)
_DATES = (query("BeforeDate", DATE), query("AfterDate", DATE))


def filters(*names: str, words: Mapping[str, Iterable[str]] | None = None) -> tuple[Json, ...]:
    """Returns the parameters of a list, with its filters."""
    known = (query(name, word(*values)) for name, values in (words or {}).items())
    return (*_LIST, *_DATES, *known, *(query(name, TEXT) for name in names))


def call(
    name: str,
    page: str,
    schema: Json | None,
    *,
    method: str = "get",
    status: int = 200,
    body: Json | None = None,
    optional_body: bool = False,
    nouns: Iterable[str] = (),
    refusals: Iterable[Json] = (),
    forbidden: Iterable[Json] = (),
    parameters: Iterable[Json] = (),
    paged: bool = False,
    by_client: bool = True,
    sca: bool = False,
    more: Mapping[int, Json] | None = None,
    **rest: Any,
) -> dict[str, Json]:
    """Returns an operation by its method, with the answers that every operation may have.

    `nouns` are the resources that may be unknown, `refusals` the errors with 400 besides those of
    fields. With `sca` a 401 may have no body, but a header that requires SCA.
    """
    headers = {**RATES, **(PAGES if paged else {})}
    bad = [*refusals]
    paths = ["Idempotency-Key"] if method == "post" else []
    if body is not None:
        paths += ["Body", *error_paths(body, SCHEMAS)]
        bad += [EMPTY_BODY]
    if paths:
        bad += [param_error(*paths)]
    answers = {
        status: answer("Done", listed(schema) if paged and schema else schema, headers),
        404: _said(*((not_found(*nouns),) if nouns else ()), NO_ROUTE),
        405: answer("Not with this method", NO_METHOD, {**RATES, "Allow": TEXT}),
        429: _said(RATE_LIMIT),
    }
    if bad:
        answers[400] = _said(*bad)
    if by_client:
        # with a header WWW-Authenticate, which requires SCA, there is no body
        answers[401] = answer("No, or SCA first", None if sca else INVALID_CREDENTIALS, RATES)
    if forbidden:
        answers[403] = _said(*forbidden)
    if method == "post":
        answers[409] = _said(CONFLICT)
    if body is not None:
        answers[415] = _said(NO_MEDIA)
    described = operation(
        name,
        DOCS + page,
        {**answers, **(more or {})},
        body=body,
        body_required=not optional_body,
        parameters=(*parameters, *((KEY,) if method == "post" and by_client else ())),
        **(rest if by_client else {"security": [], **rest}),
    )
    return {method: described}


def rows(name: str, page: str, schema: Json, *names: str, **more: Any) -> dict[str, Json]:
    """Returns an operation that lists rows by page, with these filters and those by date."""
    words = more.pop("words", None)
    parameters = (*filters(*names, words=words), *more.pop("parameters", ()))
    return call(name, page, schema, parameters=parameters, paged=True, **more)


def _said(*schemas: Json) -> Json:
    return answer("No", either(*schemas), RATES)
