"""Users and their status in answers (docs: api-reference/users)."""

from __future__ import annotations

from collections.abc import Mapping

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    NULL,
    TEXT,
    Json,
    either,
    just,
    listed,
    maybe,
    ref,
    shape,
    text,
    whole,
    word,
)

from .users_sent import LEGAL_TYPE, PERSON, PRIVATE, flat
from .words import ACTION, COUNTRY, DATE, EMAIL, LONG_NAME, NAME, PHONE, id_of

_STATUS = word("ACTIVE", "CLOSED", "PENDING_USER_ACTION")
_LEVEL = word("LIGHT", "REGULAR")
_PROOF = maybe(id_of("kyc"))
# docs: list-users; null for a PAYER: natural-user-object-sca
_COMMON = {
    "Id": id_of("user_m"),
    "Tag": maybe(TEXT),
    "CreationDate": DATE,
    "Email": EMAIL,
    "TermsAndConditionsAccepted": BOOLEAN,
}
_NOTHING = dict.fromkeys((*PRIVATE, "Occupation", "IncomeRange"), NULL)
_OF_PAYER = {
    "UserCategory": just("PAYER"),
    "KYCLevel": just("LIGHT"),
    "TermsAndConditionsAcceptedDate": NULL,
    "UserStatus": word("ACTIVE", "CLOSED"),
}
_OF_OWNER = {
    "UserCategory": just("OWNER"),
    "KYCLevel": _LEVEL,
    "TermsAndConditionsAcceptedDate": maybe(DATE),
    "UserStatus": _STATUS,
}
_SEEN_PHONES = {"PhoneNumber": maybe(PHONE), "PhoneNumberCountry": maybe(COUNTRY)}
_SEEN_PRIVATE = {name: maybe(schema) for name, schema in PRIVATE.items()}
_SEEN_NATURAL = {
    **_COMMON,
    "PersonType": just("NATURAL"),
    "FirstName": NAME,
    "LastName": NAME,
    "Address": ref("Address"),
    "ProofOfIdentity": _PROOF,
    "ProofOfAddress": _PROOF,
    "Capacity": word("NORMAL", "DECLARATIVE"),
    **_SEEN_PHONES,
}
_NATURAL_OWNER = {
    **_SEEN_NATURAL,
    **_OF_OWNER,
    **PRIVATE,
    "Occupation": maybe(TEXT),
    "IncomeRange": maybe(whole(1, 6)),
}
_NATURAL_PAYER = {**_SEEN_NATURAL, **_OF_PAYER, **_NOTHING}
_SEEN_LEGAL = {
    **_COMMON,
    "PersonType": just("LEGAL"),
    "Name": LONG_NAME,
    "LegalPersonType": LEGAL_TYPE,
    "LegalRepresentativeAddress": ref("Address"),
    **dict.fromkeys(("ProofOfRegistration", "ShareholderDeclaration", "Statute"), _PROOF),
}
_SEEN_PERSON = {**PERSON, "ProofOfIdentity": _PROOF}
_NOBODY = {**dict.fromkeys(PRIVATE, NULL), "Email": NULL}
_LEGAL_OWNER = {
    **_SEEN_LEGAL,
    **_OF_OWNER,
    "CompanyNumber": maybe(TEXT),
    "HeadquartersAddress": ref("Address"),
}
_LEGAL_PAYER = {
    **_SEEN_LEGAL,
    **_OF_PAYER,
    "CompanyNumber": NULL,
    "HeadquartersAddress": ref("NoAddress"),
}


def _with_sca(owner: Mapping[str, Json], payer: Mapping[str, Json]) -> Json:
    """Adds the key that only the shape with SCA has; it is always present."""
    return either(
        shape({**owner, "PendingUserAction": maybe(ACTION)}),
        shape({**payer, "PendingUserAction": NULL}),
    )


def _seen_flat(person: Mapping[str, Json]) -> dict[str, Json]:
    return flat({**_SEEN_PERSON, **person})


SCHEMAS: dict[str, Json] = {
    "UserSummary": either(
        *(
            shape({**_COMMON, "PersonType": word("NATURAL", "LEGAL"), **category})
            for category in (_OF_OWNER, _OF_PAYER)
        )
    ),
    "UserNaturalSca": _with_sca(_NATURAL_OWNER, _NATURAL_PAYER),
    "UserLegalSca": _with_sca(
        {
            **_LEGAL_OWNER,
            "LegalRepresentative": shape(
                {**_SEEN_PERSON, **PRIVATE, "Email": maybe(EMAIL), **_SEEN_PHONES}
            ),
        },
        {
            **_LEGAL_PAYER,
            "LegalRepresentative": shape({**_SEEN_PERSON, **_NOBODY, **_SEEN_PHONES}),
        },
    ),
    "UserNatural": either(shape(_NATURAL_OWNER), shape(_NATURAL_PAYER)),
    "UserLegal": either(
        shape({**_LEGAL_OWNER, **_seen_flat({**PRIVATE, "Email": maybe(EMAIL)})}),
        shape({**_LEGAL_PAYER, **_seen_flat(_NOBODY)}),
    ),
    # docs: view-user-sca-status; the word for a scope with consent is not documented
    "ScaStatus": shape(
        {
            "UserStatus": _STATUS,
            "IsEnrolled": BOOLEAN,
            "LastEnrollmentDate": maybe(DATE),
            "LastConsentCollectionDate": maybe(DATE),
            "ConsentScope": shape(
                dict.fromkeys(
                    (
                        "ContactInformationUpdate",
                        "RecipientRegistration",
                        "Transfer",
                        "ViewAccountInformation",
                    ),
                    word("ACTIVE", "INACTIVE"),
                )
            ),
        }
    ),
    "PendingUserAction": shape({"PendingUserAction": ACTION}),
    # docs: view-user-regulatory
    "Regulatory": shape(
        {
            "ActionCode": text("^([0-9]{6})?$"),
            "ScopeBlocked": shape({"Inflows": BOOLEAN, "Outflows": BOOLEAN}),
            "KycInformation": maybe(
                shape(dict.fromkeys(("LastKycDate", "KycRenewalDeadline"), maybe(ref("Day"))))
            ),
            "Id": id_of("user_m"),
        }
    ),
    "Day": text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    # docs: validate-data-format
    "CheckedFormat": shape(
        {
            "CompanyNumber": shape(
                {
                    "CompanyNumber": TEXT,
                    "CountryCode": COUNTRY,
                    "IsValid": BOOLEAN,
                    "ValidationRules": listed(TEXT),
                }
            )
        }
    ),
}
