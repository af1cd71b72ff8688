"""The operations on the documents of an identification request."""

# Sources: developers.paysera.com /guides/wallet/user-identification, and the Java and Swift SDK for
# additional fields.

from __future__ import annotations

from typing import Any

from attrs import evolve
from werkzeug.wrappers import Response

from .answers import ApiError
from .calls import Call
from .rows import IdentificationRequest, IdentityPaper, Upload
from .store import Store


def open_request(call: Call) -> IdentificationRequest:
    """Returns the request in the path; that a submitted one accepts no more is an inference."""
    request = call.row(IdentificationRequest)
    if request.status != "waiting":
        raise ApiError("invalid_state", "The request is submitted.")
    return request


def add_identity_document(call: Call) -> dict[str, Any]:
    """POST .../identity-document: accepts the fields of the guide and of the SDKs."""
    return _added(call, additional=False)


def add_additional_document(call: Call) -> dict[str, Any]:
    return _added(call, additional=True)


def put_image(call: Call) -> None:
    """PUT /identity-document/:id/image/:order; 0 is the front, 1 the back."""
    paper = _open(call, additional=False)
    call.store.keep(evolve(paper, images=with_image(paper.images, call)))


def add_file(call: Call) -> None:
    paper = _open(call, additional=True)
    file: tuple[int, Upload] = (call.store.count("file"), call.body)
    call.store.keep(evolve(paper, files=(*paper.files, file)))


def get_image(call: Call) -> Response:
    """GET of an image: the target of the links in answers."""
    return image_of(call.row(IdentityPaper).images, call)


def with_image(
    images: tuple[tuple[int, Upload], ...], call: Call
) -> tuple[tuple[int, Upload], ...]:
    changed = dict(images) | {int(call.parts["order"]): call.body}
    return tuple((order, changed[order]) for order in sorted(changed))


def image_of(images: tuple[tuple[int, Upload], ...], call: Call) -> Response:
    found = dict(images).get(int(call.parts["order"]))
    if found is None:
        raise ApiError("not_found", "There is no such image.")
    return Response(found.content, content_type=found.content_type)


def links(images: tuple[tuple[int, Upload], ...], base: str) -> list[dict[str, Any]]:
    return [{"link": f"{base}/image/{order}", "order": order} for order, _ in images]


def papers_of(store: Store, request: IdentificationRequest) -> list[IdentityPaper]:
    found = (store.get(IdentityPaper, paper_id) for paper_id in request.papers)
    return [paper for paper in found if paper is not None]


def shown_paper(call: Call, paper: IdentityPaper) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": paper.id, "identification_request_id": paper.request_id}
    shown["type"] = paper.type
    shown |= dict(paper.facts)
    # The guide and the SDKs name the country differently: it is shown under both names.
    country = shown.get("country", shown.get("country_of_issue"))
    if country is not None:
        shown |= {"country": country, "country_of_issue": country}
    if paper.images:
        base = f"{call.origin}/rest/v1/identity-document/{paper.id}"
        shown["images"] = links(paper.images, base)
    if paper.files:
        shown["files"] = [
            {"file_id": number, "mime_type": file.content_type, "document_id": paper.id}
            for number, file in paper.files
        ]
    for name in ("review_status", "reviewed_at", "comment"):
        if getattr(paper, name) is not None:
            shown[name] = getattr(paper, name)
    return shown


def _added(call: Call, *, additional: bool) -> dict[str, Any]:
    request = open_request(call)
    facts = dict(call.body)
    paper = IdentityPaper(
        id=call.store.count("identity document"),
        user_id=request.user_id,
        request_id=request.id,
        additional=additional,
        type=facts.pop("type"),
        facts=tuple(facts.items()),
    )
    call.store.keep(paper)
    call.store.keep(evolve(request, papers=(*request.papers, paper.id)))
    return shown_paper(call, paper)


def _open(call: Call, *, additional: bool) -> IdentityPaper:
    paper = call.row(IdentityPaper)
    if paper.additional is not additional:
        raise ApiError("not_found", "There is no such document.")
    request = call.store.get(IdentificationRequest, paper.request_id)
    if request is None or request.status != "waiting":
        raise ApiError("invalid_state", "The request is submitted.")
    return paper
