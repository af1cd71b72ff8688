"""Two promises of the MangoPay adapter that one changed word would break."""

from __future__ import annotations

import json

import pytest
from onboarding import ActionRequired, Document, DocumentPage, DocumentPurpose, InvalidInput, Secret
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway

from onboarding_mangopay import MangoPay

PAPER = MangoPay(client_id="acme", api_key=Secret("key"))

# docs: guides/sca/wallets
DEMAND = {"WWW-Authenticate": "PendingUserAction RedirectUrl=https://sca.example/?token=secret"}


def test_a_demand_that_the_user_authenticates_is_no_refused_token() -> None:
    def provider(request: Request) -> Response:
        if request.operation == "login":
            token = {"access_token": "t", "expires_in": 3600}
            return Response(status=200, body=json.dumps(token).encode())
        return Response(status=401, headers=DEMAND)

    gateway = PaperGateway(PAPER, provider)

    with pytest.raises(ActionRequired):
        gateway.run(gateway.adapter.fetch_user("user_m_1"))

    assert [request.operation for request in gateway.sent] == ["login", "fetch_user"]


# docs: create-kyc-document-page: 7 MB, which is 10 MB in base64; counted as the simulator's
# body is, in steps of 1024
MOST = 7 * 1024 * 1024


@pytest.mark.parametrize(("size", "refused"), [(MOST, False), (MOST + 1, True)])
def test_a_page_may_have_seven_mebibytes(size: int, refused: bool) -> None:
    page = DocumentPage(content=b"%PDF-" + bytes(size - 5))
    document = Document(purpose=DocumentPurpose.ADDRESS, pages=(page,))

    flow = PAPER.submit_document("user_m_1", document)

    if refused:
        with pytest.raises(InvalidInput, match="too_large"):
            next(flow)
    else:
        assert next(flow).method == "POST"
    flow.close()
