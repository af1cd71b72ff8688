"""The Paysera simulator leads a person from registration to the highest level."""

from __future__ import annotations

from typing import Any

from .api import EMAIL_ONLY, LEVELS, REGISTRATION, Api

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and so on \x00\xff"
METADATA = {"title": "Scan", "extension": "jpg", "number": "AB1234567", "date": "2020-01-15"}


def test_a_person_rises_step_by_step_from_registration_to_the_highest_level(api: Api) -> None:
    seen: list[Any] = []

    def look() -> Any:
        user = api.send("GET", "/user/221").json
        if user["identification_level"] not in seen:
            seen.append(user["identification_level"])
        return user

    def describe(document: int, kind: str) -> None:
        body = METADATA | {"type": kind}
        assert api.send("PUT", f"/user/document/{document}/metadata", body).status == 200

    # Registered by e-mail, with one wrong code.
    api.register(EMAIL_ONLY)
    wrong = api.send("PUT", "/user/221/email/confirm", {"code": "ABCDEF"})
    assert wrong.error == (400, "invalid_code")
    assert "email" not in look()
    api.confirm(221, "email")
    assert look()["email"] == "user@example.com"
    api.send("POST", "/user/221/phone", {"phone": "37066612345"})
    api.confirm(221, "phone")
    assert look()["phone"] == "37066612345"

    # Identity provided, its receipt printed, then corrected.
    identity = REGISTRATION["identity"]
    api.send("PUT", "/user/221", {"identity": identity | {"name": "Jon"}})
    assert api.sim.receipt_due(221)
    assert "Jon" in api.send("GET", "/user/221/receipt/identification?locale=en&width=40").text
    api.sim.accept_identity(221)
    look()
    api.send("PUT", "/user/221", {"identity": identity})
    assert look()["identity"] == identity

    # Documents, one of them refused at first.
    headers = {"Content-Type": "image/jpeg"}
    for number, kind in enumerate(("driver_licence", "passport"), start=1):
        api.send("POST", "/user/221/document", JPEG, headers=headers)
        describe(number, kind)
    api.sim.accept_document(1)
    look()
    api.sim.refuse_document(2, "blurred")
    look()
    api.sim.accept_document(2)
    look()

    # An identification request with a face.
    request = "/identification-request/1"
    api.send("POST", "/user/221/identification-request", {})
    api.send("POST", f"{request}/identity-document", {"type": "passport"})
    api.send("PUT", "/identity-document/1/image/0", JPEG, headers=headers)
    api.send("PUT", f"{request}/face-photo/image/0", JPEG, headers=headers)
    api.send("PUT", f"{request}/submit")
    look()
    api.sim.accept_request(1)
    assert api.send("GET", request).json["status"] == "reviewed"
    look()

    # A forgotten password, which now needs the person code.
    reset = {"email": "user@example.com"}
    refused = api.send("POST", "/user/password/reset", reset)
    assert refused.error == (400, "identity_required")
    told = reset | {"identity": {"code": identity["code"]}}
    user_id = api.send("POST", "/user/password/reset", told).json["id"]
    change = {"code": api.sim.code_for(user_id, "password"), "password": "newPassword123"}
    assert api.send("PUT", f"/user/{user_id}/password", change).status == 200

    assert seen == LEVELS
