"""A record has the further ids that the provider shows, by the provider's names."""

from __future__ import annotations

from typing import Any

import pytest
from onboarding import Secret, UserRecord
from onboarding.bodies import json_body
from onboarding.spi import Response

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

ADAPTERS: dict[str, Any] = {
    "mangopay": MangoPay(client_id="acme", api_key=Secret("key"), name="fr"),
    "paysera": Paysera(client_id="acme", mac_key=Secret("key"), name="lt"),
}


def fetched(provider: str, shown: dict[str, Any]) -> UserRecord:
    flow = ADAPTERS[provider].fetch_user("7")
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=json_body(shown)))
    record: UserRecord = done.value.value
    return record


@pytest.mark.parametrize(
    ("provider", "shown", "references"),
    [
        (
            "mangopay",
            {"Id": "7", "ProofOfIdentity": "kyc_1", "ProofOfAddress": None, "Address": None},
            {"ProofOfIdentity": "kyc_1"},
        ),
        (
            "mangopay",
            {
                "Id": "7",
                "PersonType": "LEGAL",
                "PendingUserAction": None,
                "LegalRepresentative": {"ProofOfIdentity": "kyc_2"},
                "Statute": "kyc_3",
            },
            {"LegalRepresentative.ProofOfIdentity": "kyc_2", "Statute": "kyc_3"},
        ),
        ("mangopay", {"Id": "7", "ProofOfIdentity": {"odd": 1}}, {}),
        (
            "paysera",
            {"id": 7, "wallets": [14471, 14472]},
            {"wallets.0": "14471", "wallets.1": "14472"},
        ),
        ("paysera", {"id": 7, "wallets": [None, -1, " "]}, {}),
        ("paysera", {"id": 7}, {}),
    ],
)  # fmt: skip
def test_a_record_has_every_id_that_the_answer_shows(
    provider: str, shown: dict[str, Any], references: dict[str, str]
) -> None:
    record = fetched(provider, shown)

    assert record.id == "7"
    assert record.references == references


def test_references_come_back_from_json() -> None:
    record = fetched("paysera", {"id": 7, "wallets": [14471]})

    assert UserRecord.from_json(record.to_json()).references == {"wallets.0": "14471"}
