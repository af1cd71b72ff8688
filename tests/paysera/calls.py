"""What Paysera's user resource offers, the call for it, and the test that ran it over a socket."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from onboarding import Gateway, IdentificationLevel

from onboarding_paysera import Paysera, ServiceName
from onboarding_paysera.documents import KINDS
from onboarding_paysera.errors import CODES

__all__ = ["CALLS", "Row", "page"]


@frozen
class Row:
    """`what` is as Paysera spells it; `call` a name of the gateway's or the adapter's."""

    kind: str
    what: str
    call: str
    test: str

    @property
    def shown_call(self) -> str:
        """A call of the core, or a flow of the adapter's own."""
        core = hasattr(Gateway, CORE.get(self.call, self.call))
        return f"`{CORE.get(self.call, self.call)}`" if core else f"`run(adapter.{self.call}(…))`"


# a flow of the core -> the call of a gateway
CORE = {"list_wallets": "wallets"}

_LIFE = "a_person_rises_through_core_calls_from_registration_to_the_highest_level"
_SINGLE = "each_datum_can_be_asked_for_by_itself"
_ASSIGNED = "an_assigned_contact_waits_for_its_code_and_is_shown_after_it"
_PASSWORD = "a_password_is_changed_by_the_code_that_was_sent_or_by_the_old_one"
_SERVICES = "the_seven_services_have_names_and_another_is_kept"
_POSITION = "a_position_is_put_shown_found_unless_hidden_and_forgotten"
_AVATAR = "an_avatar_arrives_byte_for_byte_is_seen_by_anybody_and_goes"
_DOCUMENT = "a_document_arrives_as_it_is_with_the_documented_metadata"
_BOOK = "a_contact_book_takes_contacts_in_and_out"
_RECEIPT = "a_receipt_is_due_once_an_identity_was_provided_and_fetching_it_is_how_it_is_printed"
_REQUEST = "a_request_is_filled_submitted_and_polled_until_it_is_reviewed"

_QUICK = (
    ("Get User Info", "fetch_user", _LIFE),
    ("Register User", "create_user", _LIFE),
    ("Phone/Email", "assign_contact", _ASSIGNED),
    ("Password", "change_password", _PASSWORD),
    ("Services", "list_services", _SERVICES),
    ("Position", "put_position", _POSITION),
    ("Avatar", "put_avatar", _AVATAR),
    ("Documents", "submit_document", _DOCUMENT),
    ("Contact Book", "create_contact_book", _BOOK),
)
_ENDPOINTS = (
    ("GET /user/:id", "fetch_user", _LIFE),
    ("GET /user", "find_user", "a_user_is_found_by_each_criterion"),
    ("GET /user/:id/email", "fetch_email", _SINGLE),
    ("GET /user/:id/phone", "fetch_phone", _SINGLE),
    ("GET /user/:id/address", "fetch_address", _SINGLE),
    ("GET /user/:id/identity", "fetch_identity", _SINGLE),
    ("GET /user/:id/confirmed-phones", "fetch_confirmed_phones", _SINGLE),
    ("GET /user/:id/pes", "fetch_political_exposures", _SINGLE),
    (
        "GET /user/:id/wallets",
        "list_wallets",
        "the_wallets_of_a_user_are_listed_with_their_account_numbers",
    ),
    (
        "GET /wallet/:id",
        "fetch_wallet",
        "the_wallets_of_a_user_are_listed_with_their_account_numbers",
    ),
    ("POST /user", "create_user", _LIFE),
    ("POST /user/:userId/phone", "assign_contact", _ASSIGNED),
    ("PUT /user/:userId/phone/confirm", "confirm", _ASSIGNED),
    (
        "POST /user/:userId/email",
        "assign_contact",
        "another_address_leaves_the_confirmed_one_until_its_code_came",
    ),
    ("PUT /user/:userId/email/confirm", "confirm", _LIFE),
    ("POST /user/password/reset", "request_password_reset", _PASSWORD),
    ("PUT /user/:userId/password", "change_password", _PASSWORD),
    ("GET /user/:userId/services", "list_services", _SERVICES),
    ("PUT /user/:userId/service/:service", "enable_service", _SERVICES),
    ("PUT /user/:userId/position", "put_position", _POSITION),
    ("GET /user/:userId/position", "fetch_position", _POSITION),
    ("DELETE /user/:userId/position", "delete_position", _POSITION),
    ("GET /positions", "find_positions", _POSITION),
    ("GET /avatar/:userId.jpg", "fetch_avatar", _AVATAR),
    ("PUT /user/:userId/avatar", "put_avatar", _AVATAR),
    ("DELETE /user/:userId/avatar", "delete_avatar", _AVATAR),
    ("POST /user/:userId/document", "submit_document", _DOCUMENT),
    ("PUT /user/document/:documentId/metadata", "submit_document", _DOCUMENT),
    ("PUT /user/:userId", "update_user", _RECEIPT),
    ("GET /user/:userId/receipt/identification", "identification_receipt", _RECEIPT),
    (
        "GET /user/:userId/receipt/registration",
        "registration_receipt",
        "the_receipt_of_a_registration_has_its_language_and_width",
    ),
    ("POST /user/:userId/contact-book", "create_contact_book", _BOOK),
    ("DELETE /contact-book/:contactBookId", "delete_contact_book", _BOOK),
    ("DELETE /contact-book/:id/contacts", "remove_contacts", _BOOK),
    ("PUT /contact-book/:id/append", "append_contacts", _BOOK),
    ("POST /user/:id/identification-request", "create_identification", _REQUEST),
    (
        "POST /identification-request",
        "create_identification_by_phone",
        "somebody_who_is_no_user_yet_is_asked_for_by_phone",
    ),
    ("GET /identification-request/:id", "fetch_identification", _REQUEST),
    (
        "GET /user/:id/identification-requests",
        "list_identifications",
        "requests_are_listed_page_by_page_and_by_status",
    ),
    ("POST /identification-request/:id/identity-document", "add_identity_document", _REQUEST),
    ("PUT /identity-document/:id/image/:order", "put_document_image", _REQUEST),
    ("PUT /identification-request/:id/face-photo/image/:order", "put_face_photo", _REQUEST),
    ("POST /identification-request/:id/face-photo", "start_liveness_check", _REQUEST),
    ("POST /identification-request/:id/additional-document", "add_additional_document", _REQUEST),
    ("POST /additional-document/:id/file", "put_document_file", _REQUEST),
    ("PUT /identification-request/:id/submit", "submit_identification", _REQUEST),
    ("GET /server", "server_time", "a_wrong_clock_costs_two_requests_once"),
    (
        "POST /oauth/session",
        "open_session",
        "a_session_asks_with_an_address_that_the_client_vouches_for",
    ),
    (
        "POST /oauth/token, authorization_code",
        "exchange_code",
        "consent_gives_a_token_and_the_token_the_users_own_data",
    ),
    ("POST /oauth/token, password", "log_in", "a_password_gives_a_token"),
    (
        "POST /oauth/token, refresh_token",
        "refresh_token",
        "a_token_ends_and_its_refresh_gives_the_next",
    ),
    (
        "PUT /oauth/token/activate",
        "activate_token",
        "a_refresh_in_two_phases_leaves_the_old_token_until_the_new_one_is_active",
    ),
    (
        "DELETE /oauth/token",
        "revoke_token",
        "a_revoked_token_is_dead_and_so_is_its_refresh_token",
    ),
    ("any other", "raw", "raw_signs_any_request_and_maps_its_no"),
)
_WORDS = (
    *(("credential type", word) for word in ("main-password", "pre-salt-sha1-base64")),
    *(("document type", word) for word in KINDS),
    *(("service", word) for word in ServiceName),
    *(("level", level.name.lower()) for level in IdentificationLevel),
    *(("error", code) for code in CODES),
)
_BY_KIND = {
    "credential type": ("create_user", "credentials_arrive_as_they_were_given"),
    "document type": ("submit_document", _DOCUMENT),
    "service": ("enable_service", "each_service_that_has_a_name_can_be_enabled"),
    "level": ("fetch_user", _LIFE),
    "error": ("raw", "each_code_of_an_error_is_met_over_a_socket"),
}

CALLS = (
    *(Row("quick reference", *row) for row in _QUICK),
    *(Row("endpoint", *row) for row in _ENDPOINTS),
    *(Row(kind, word, *_BY_KIND[kind]) for kind, word in _WORDS),
)

_HEAD = """# Paysera, call by call

Every row of the user resource's quick reference, and every endpoint, credential type, document
type, service, level and error code: the call for it, and the test that ran it over a socket. The
tests write this page: `ONBOARDING_UPDATE_DOCS=1 pytest tests/paysera/test_calls.py`.
"""


def page() -> str:
    """The page of the documentation that shows the rows."""
    lines: list[Any] = [("Kind", "At Paysera", "Call", "Test"), ["---"] * 4]
    lines += [
        (row.kind, f"`{row.what}`", row.shown_call, row.test.replace("_", " ")) for row in CALLS
    ]
    return _HEAD + "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def is_a_call(name: str) -> bool:
    """Whether a gateway or an adapter has it."""
    return hasattr(Paysera, name)
