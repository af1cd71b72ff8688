"""The endpoints: the operation for each method and path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from onboarding_simulators.shared.routing import Paths

from . import (
    body,
    consenting,
    contacts,
    forms,
    granting,
    identifying,
    limits,
    papers,
    passwords,
    positions,
    reading,
    receipts,
    registering,
    services,
    uploads,
    views,
    wallets,
)
from .answers import ApiError
from .body import Intake, json_of
from .calls import Call
from .settings import Settings

_ID = "[1-9][0-9]{0,17}"
_PATTERNS = {
    "user": f"me|{_ID}",
    "id": _ID,
    "service": "[A-Za-z0-9_-]{1,64}",
    "order": "[0-9]{1,2}",
    "token": "[^/]{1,128}",
    "key": "[^/]{1,128}",
    "what": "email|phone|password|login",
    "locale": "[a-z]{2}",
}


@frozen
class Route:
    method: str
    path: str
    operation: Callable[[Call], Any]  # None is answered with 204
    takes: Intake | None = None
    permission: str | None = None
    public: bool = False
    json: bool = True  # whether it answers with JSON


def _route(
    line: str,
    operation: Callable[[Call], Any],
    takes: Intake | None = None,
    *,
    permission: str | None = None,
    public: bool = False,
    json: bool = True,
) -> Route:
    """Returns a route by its method and path, below /rest/v1 unless it begins with `//`."""
    method, path = line.split()
    path = path[1:] if path.startswith("//") else f"/rest/v1{path}"
    return Route(method, path, operation, takes, permission, public, json)


_USER = (
    _route("GET /server", reading.server, public=True),
    _route("GET /configuration", reading.configuration, public=True),
    _route("GET /client", reading.client),
    _route(
        "POST /user",
        registering.register,
        json_of(forms.registration),
        permission="register_user",
    ),
    _route("GET //publickey", reading.show_key, public=True, json=False),
    _route("GET /user", reading.find_user),
    _route("GET /user/<user>", reading.get_user),
    _route(
        "PUT /user/<user>",
        registering.provide_identity,
        json_of(forms.provided_identity),
        permission="provide_identity",
    ),
    _route("POST /user/<user>/phone", contacts.assign_phone, json_of(forms.phone)),
    _route("PUT /user/<user>/phone/confirm", contacts.confirm_phone, json_of(forms.code)),
    _route("POST /user/<user>/email", contacts.assign_email, json_of(forms.email)),
    _route("PUT /user/<user>/email/confirm", contacts.confirm_email, json_of(forms.code)),
    _route("GET /user/<user>/confirmed-phones", reading.confirmed_phones),
    _route("GET /user/<user>/wallets", reading.wallets),
    *(
        _route(f"GET /user/<user>/{name}", reading.showing(name))
        for name in views.FIELDS
        if name != "wallets"
    ),
    _route("POST /user/password/reset", passwords.request_reset, json_of(forms.password_reset)),
    _route("PUT /user/<user>/password", passwords.change_password, json_of(forms.password)),
    _route("GET /user/<user>/services", services.get_services),
    _route("PUT /user/<user>/service/<service>", services.enable_service, json_of(forms.empty)),
    _route("PUT /user/<user>/position", positions.put_position, json_of(forms.position)),
    _route("GET /user/<user>/position", positions.get_position),
    _route("DELETE /user/<user>/position", positions.delete_position),
    _route("GET /positions", positions.find_positions),
    _route("PUT /user/<user>/avatar", uploads.put_avatar, body.image_body),
    _route("DELETE /user/<user>/avatar", uploads.delete_avatar),
    _route("GET //avatar/<id>.jpg", uploads.show_avatar, public=True, json=False),
    _route("GET /wallet", wallets.find_wallet),
    _route("GET /wallet/<id>", wallets.get_wallet),
    _route("GET /wallets", wallets.find_wallets),
    _route("POST /user/<user>/contact-book", contacts.create_book, json_of(forms.contact_book)),
    _route("DELETE /contact-book/<id>", contacts.delete_book),
    _route("DELETE /contact-book/<id>/contacts", contacts.remove_contacts),
    _route("PUT /contact-book/<id>/append", contacts.append_contacts, json_of(forms.contact_book)),
)
_EVIDENCE = (
    _route(
        "POST /user/<user>/document",
        uploads.upload_document,
        body.file_body,
        permission="upload_document",
    ),
    _route(
        "PUT /user/document/<id>/metadata",
        uploads.describe_document,
        json_of(forms.document),
        permission="upload_document",
    ),
    _route("GET /user/<user>/receipt/registration", receipts.registration, json=False),
    _route("GET /user/<user>/receipt/identification", receipts.identification, json=False),
    _route(
        "POST /user/<user>/identification-request",
        identifying.create_request,
        json_of(forms.empty),
    ),
    _route("GET /user/<user>/identification-requests", identifying.list_requests),
    _route(
        "POST /identification-request",
        identifying.create_request_by_phone,
        json_of(forms.phone_alone),
    ),
    _route("GET /identification-request/<id>", identifying.get_request),
    _route(
        "POST /identification-request/<id>/identity-document",
        papers.add_identity_document,
        json_of(forms.identity_document),
    ),
    _route("PUT /identity-document/<id>/image/<order>", papers.put_image, body.image_body),
    _route("GET /identity-document/<id>/image/<order>", papers.get_image, json=False),
    _route(
        "PUT /identification-request/<id>/face-photo/image/<order>",
        identifying.put_face_photo,
        body.image_body,
    ),
    _route(
        "GET /identification-request/<id>/face-photo/image/<order>",
        identifying.get_face_photo,
        json=False,
    ),
    _route(
        "POST /identification-request/<id>/face-photo",
        identifying.start_liveness_check,
        json_of(forms.empty),
    ),
    _route(
        "POST /identification-request/<id>/additional-document",
        papers.add_additional_document,
        json_of(forms.additional_document),
    ),
    _route("POST /additional-document/<id>/file", papers.add_file, body.file_body),
    _route(
        "PUT /identification-request/<id>/submit",
        identifying.submit_request,
        json_of(forms.empty),
    ),
)
_CONSENT = (
    _route("POST //oauth/v1/token", granting.token, body.form_body),
    _route("DELETE //oauth/v1/token", granting.revoke),
    _route("PUT //oauth/v1/tokens/<token>/activate", granting.activate),
    _route("POST //oauth/v1/session", granting.session, body.form_body),
    *(
        _route(f"{method} //frontend{locale}/oauth{key}", operation, takes, public=True, json=False)
        for method, operation, takes in (
            ("GET", consenting.show, None),
            ("POST", consenting.decide, body.form_body),
        )
        for locale in ("", "/<locale>")
        for key in ("", "/<key>")
    ),
    _route("POST //recaptcha/unlock/requests", limits.unlock_requests, body.form_body, public=True),
    _route(
        "POST //recaptcha/unlock/user/<id>/<what>", limits.unlock_user, body.form_body, public=True
    ),
)
ROUTES = _USER + _EVIDENCE + _CONSENT
_BY_PATH: dict[str, dict[str, Route]] = {}
for _each in ROUTES:
    _BY_PATH.setdefault(_each.path, {})[_each.method] = _each
_PATHS = Paths(_BY_PATH, patterns=_PATTERNS)


def find(method: str, path: str, settings: Settings) -> tuple[Route, Mapping[str, str]]:
    """Returns the route and the named segments of a path; raises `ApiError` if there is none."""
    found = _PATHS.find(path)
    if found is None:
        raise ApiError("not_found", "There is no such URL.")
    by_method, parts = found
    if method not in by_method:
        # The framework uses this code for a wrong method too (lib-rest-bundle).
        status = settings.wrong_method_status
        raise ApiError("not_found", "There is no such method here.", status=status)
    return by_method[method], parts
