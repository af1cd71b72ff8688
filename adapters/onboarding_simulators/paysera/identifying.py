"""The operations on identification requests: create, fill, submit, poll."""

# Sources: developers.paysera.com /guides/wallet/user-identification, and the Java and Swift SDK for
# additional fields.

from __future__ import annotations

from typing import Any

from attrs import evolve
from werkzeug.wrappers import Response

from .answers import ApiError
from .body import Faults
from .calls import Call
from .paging import page
from .papers import image_of, links, open_request, papers_of, shown_paper, with_image
from .rows import IdentificationRequest

# in the order of their transitions
STATUSES = ("waiting", "processing", "pending", "reviewed")
_ORDERS = ("id", "created", "status")


def create_request(call: Call) -> dict[str, Any]:
    """POST /user/:id/identification-request; several may be in progress."""
    account = call.account()
    return _created(call, account.id, account.phone.confirmed, account.locale)


def create_request_by_phone(call: Call) -> dict[str, Any]:
    """POST /identification-request; the person need not be a user yet."""
    phone = call.body["phone"]
    owner = call.store.owner(("phone", phone))
    if owner is not None and owner.phone.confirmed != phone:
        owner = None
    call.own(owner.id if owner else None)
    return _created(call, owner.id if owner else None, phone, owner.locale if owner else None)


def list_requests(call: Call) -> dict[str, Any]:
    """GET /user/:id/identification-requests?statuses[]=..., paged."""
    account = call.account()
    statuses = {value for key, value in call.query if key == "statuses[]"}
    if statuses - set(STATUSES):
        faults = Faults()
        faults.add("statuses", "no_such_choice")
        raise faults.error()
    rows = [
        shown_request(call, request)
        for request in call.store.of_user(IdentificationRequest, account.id)
        if not statuses or request.status in statuses
    ]
    return page(call, "identification_requests", rows, _ORDERS)


def get_request(call: Call) -> dict[str, Any]:
    """GET /identification-request/:id; the guide polls it without naming the path."""
    return shown_request(call, call.row(IdentificationRequest))


def put_face_photo(call: Call) -> None:
    request = open_request(call)
    call.store.keep(evolve(request, face_photos=with_image(request.face_photos, call)))


def get_face_photo(call: Call) -> Response:
    return image_of(call.row(IdentificationRequest).face_photos, call)


def start_liveness_check(call: Call) -> dict[str, Any]:
    """POST .../face-photo: a liveness check at a partner, which always passes here."""
    request = open_request(call)
    checks = request.liveness_checks + 1
    call.store.keep(evolve(request, liveness_checks=checks))
    return {
        "id": checks,
        "identification_request_id": request.id,
        "liveliness_score": 1.0,
        "identomat_session_id": f"{request.id:08d}-{checks:04d}",
    }


def submit_request(call: Call) -> dict[str, Any]:
    """PUT .../submit: requires an identity document with an image.

    That a request without one is refused, and the code of the error, are inferences.
    """
    request = open_request(call)
    papers = papers_of(call.store, request)
    if not any(paper.images for paper in papers if not paper.additional):
        raise ApiError("invalid_state", "There is no image of an identity document.")
    request = evolve(request, status="processing")
    call.store.keep(request)
    return shown_request(call, request)


def shown_request(call: Call, request: IdentificationRequest) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": request.id}
    for name in ("user_id", "phone", "locale"):
        if getattr(request, name) is not None:
            shown[name] = getattr(request, name)
    shown["created"] = request.created
    shown["status"] = request.status
    shown["relation_status"] = "unrelated" if request.user_id is None else "related"
    shown["provider"] = "wallet_user" if request.user_id is not None else "wallet_partner"
    if request.face_photos:
        base = f"{call.origin}/rest/v1/identification-request/{request.id}/face-photo"
        shown["face_photos"] = links(request.face_photos, base)
    for paper in papers_of(call.store, request):
        if paper.additional:
            shown["additional_document"] = shown_paper(call, paper)
        else:
            shown.setdefault("identity_documents", []).append(shown_paper(call, paper))
    if request.comment is not None:
        shown["comment"] = request.comment
    return shown


def _created(
    call: Call, user_id: int | None, phone: str | None, locale: str | None
) -> dict[str, Any]:
    request = IdentificationRequest(
        id=call.store.count("identification request"),
        user_id=user_id,
        created=int(call.now),
        phone=phone,
        locale=locale,
    )
    call.store.keep(request)
    return shown_request(call, request)
