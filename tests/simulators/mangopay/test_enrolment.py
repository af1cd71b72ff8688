"""The life of an enrolment at the simulator."""

from __future__ import annotations

import pytest
from tests.mangopay.stage import (
    FLAT_LEGAL,
    LEGAL,
    NATURAL,
    OLD_LEGAL,
    OLD_NATURAL,
    OWNER,
    PAYER,
    SCA_OWNER,
    START,
    Json,
    Stage,
    errors,
    good,
    refusal,
    representative,
    without,
)

# --- the life of an enrolment ----------------------------------------------------------------


def test_a_redirect_is_shown_once_only(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    for path in ("sca/users", NATURAL):
        assert stage.seen(user["Id"], path) == user | {"PendingUserAction": None}


def test_a_finished_sca_page_activates_the_user(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    stage.clock.advance(5)

    stage.sim.activate(user["Id"])

    assert stage.seen(user["Id"])["UserStatus"] == "ACTIVE"
    assert stage.seen(f"{user['Id']}/sca-status") == {
        "UserStatus": "ACTIVE",
        "IsEnrolled": True,
        "LastEnrollmentDate": int(START) + 5,
        "LastConsentCollectionDate": None,
        "ConsentScope": {
            "ContactInformationUpdate": "INACTIVE",
            "RecipientRegistration": "INACTIVE",
            "Transfer": "INACTIVE",
            "ViewAccountInformation": "INACTIVE",
        },
    }


def test_a_pending_user_has_an_sca_status(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    status = stage.seen(f"{user['Id']}/sca-status")

    assert (status["UserStatus"], status["IsEnrolled"]) == ("PENDING_USER_ACTION", False)


def test_there_is_no_sca_status_before_the_first_enrolment(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, OWNER)
    path = f"sca/users/{user['Id']}"

    assert stage.call("GET", f"{path}/sca-status").status_code == 404
    good(stage.call("POST", f"{path}/enrollment"))
    assert good(stage.call("GET", f"{path}/sca-status"))["IsEnrolled"] is False


def test_an_enrolment_gives_a_new_link_but_no_new_status(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    stage.sim.activate(user["Id"])

    answer = good(stage.call("POST", f"sca/users/{user['Id']}/enrollment", {"Id": user["Id"]}))

    assert list(answer) == ["PendingUserAction"]
    assert answer["PendingUserAction"] != user["PendingUserAction"]
    assert stage.seen(user["Id"])["UserStatus"] == "ACTIVE"


def test_an_empty_body_labelled_as_json_is_fine_where_none_is_needed(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    path = f"sca/users/{user['Id']}/enrollment"
    answer = stage.call("POST", path, Content_Type="application/json")

    assert answer.status_code == 200


def test_a_payer_does_not_enrol(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    answer = stage.call("POST", f"sca/users/{user['Id']}/enrollment")

    text = "This endpoint is not allowed for User categorized as PAYER"
    assert refusal(answer) == (400, "not_allowed_for_user_category_payer", text)


def test_a_legal_user_without_the_email_of_its_representative_does_not_enrol(
    stage: Stage,
) -> None:
    user = stage.made(OLD_LEGAL, without(FLAT_LEGAL, "LegalRepresentativeEmail"))

    answer = stage.call("POST", f"sca/users/{user['Id']}/enrollment")

    assert errors(answer) == {"LegalRepresentative.Email": "'Email' must not be empty."}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (NATURAL, OWNER | {"Email": "john.doe+accept@example.com"}),
        (LEGAL, representative(Email="accept@example.com")),
    ],
)
def test_an_accepting_email_spares_the_sandbox_user_sca(
    stage: Stage, path: str, body: Json
) -> None:
    user = stage.made(path, body)

    assert (user["UserStatus"], user["PendingUserAction"]) == ("ACTIVE", None)
    assert stage.seen(f"{user['Id']}/sca-status")["IsEnrolled"] is True


def test_the_origin_of_the_link_is_a_setting(stage: Stage) -> None:
    stage.sim.sca_origin = "http://localhost:1"

    user = stage.made(NATURAL, OWNER)

    assert user["PendingUserAction"]["RedirectUrl"].startswith("http://localhost:1/?token=")


def test_an_owner_is_made_without_sca_only_by_permission(stage: Stage) -> None:
    body = OWNER | {"ScaContext": "USER_NOT_PRESENT"}

    assert stage.call("POST", NATURAL, body).status_code == 403
    stage.sim.enrolment_waived = True
    user = stage.made(NATURAL, body)
    assert (user["UserStatus"], user["PendingUserAction"]) == ("ACTIVE", None)


def test_only_an_owner_is_verified(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    with pytest.raises(ValueError, match="OWNER"):
        stage.sim.set_kyc_level(user["Id"], "REGULAR")
    with pytest.raises(ValueError, match="LIGHT"):
        stage.sim.set_kyc_level(user["Id"], "HEAVY")
    with pytest.raises(LookupError):
        stage.sim.activate("nobody")
