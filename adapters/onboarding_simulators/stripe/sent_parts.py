"""Parameters that accounts, persons and tokens share (docs: api/accounts/create)."""

from __future__ import annotations

from collections.abc import Mapping

from .parameters import Flag, Kind, Many, Metadata, Number, OneOf, Shape, Text, Whole, Words
from .words import (
    BUSINESS_TYPES,
    COMPANY_DOCUMENTS,
    ETHNICITIES,
    EXEMPTIONS,
    PERSON_DOCUMENTS,
    RACES,
    SIGNED_DOCUMENTS,
    STRUCTURES,
)

text, flag, whole = Text(), Flag(), Whole()
time = Whole(0)
file_id = Text(500)
metadata = Metadata()
expand: Mapping[str, Kind] = {"expand": Many(text)}

address = Shape(
    {
        "city": Text(100),
        "country": text,
        "line1": Text(200),
        "line2": Text(200),
        "postal_code": text,
        "state": text,
    }
)
_JAPANESE = ("city", "country", "line1", "line2", "postal_code", "state", "town")
japanese_address = Shape(dict.fromkeys(_JAPANESE, text))
day = Shape(
    {"day": Whole(1, 31), "month": Whole(1, 12), "year": Whole(1900, 2999)},
    required=("day", "month", "year"),
    clears=True,
)
declaration = Shape({"date": time, "ip": text, "user_agent": text})
pages = Shape({"back": file_id, "front": file_id})
files = Shape({"files": Many(file_id)})
_signed = Shape({"files": Many(file_id), "signer": Shape({"person": text})})

COMPANY: Mapping[str, Kind] = {
    "address": address,
    "address_kana": japanese_address,
    "address_kanji": japanese_address,
    "directors_provided": flag,
    "directorship_declaration": declaration,
    "executives_provided": flag,
    "export_license_id": text,
    "export_purpose_code": text,
    "name": Text(100),
    "name_kana": Text(100),
    "name_kanji": Text(100),
    "owners_provided": flag,
    "ownership_declaration": declaration,
    "ownership_exemption_reason": Words(EXEMPTIONS),
    "phone": text,
    "registration_date": day,
    "registration_number": text,
    "representative_declaration": declaration,
    "structure": Words(STRUCTURES),
    "tax_id": text,
    "tax_id_registrar": text,
    "vat_id": text,
    "verification": Shape({"document": pages}),
}


def _person(name: Text, aliases: Text, *roles: str) -> dict[str, Kind]:
    return {
        "address": address,
        "address_kana": japanese_address,
        "address_kanji": japanese_address,
        "dob": day,
        "email": text,
        "first_name": name,
        "first_name_kana": text,
        "first_name_kanji": text,
        "full_name_aliases": Many(aliases, clears=True),
        "gender": text,
        "id_number": text,
        "id_number_secondary": text,
        "last_name": name,
        "last_name_kana": text,
        "last_name_kanji": text,
        "maiden_name": text,
        "metadata": metadata,
        "phone": text,
        "political_exposure": Words(("existing", "none")),
        "registered_address": address,
        "relationship": Shape(
            {**dict.fromkeys(roles, flag), "percent_ownership": Number(), "title": text}
        ),
        "ssn_last_4": text,
        "verification": Shape({"additional_document": pages, "document": pages}),
    }


# the nationality is a parameter of the person alone
INDIVIDUAL: Mapping[str, Kind] = _person(Text(100), Text(300), "director", "executive", "owner")
ROLES = ("authorizer", "director", "executive", "legal_guardian", "owner", "representative")
PERSON: Mapping[str, Kind] = {
    **_person(text, text, *ROLES),
    "additional_tos_acceptances": Shape({"account": declaration}),
    "documents": Shape(dict.fromkeys(PERSON_DOCUMENTS, files)),
    "nationality": text,
    "us_cfpb_data": Shape(
        {
            "ethnicity_details": Shape(
                {"ethnicity": Many(Words(ETHNICITIES)), "ethnicity_other": text}
            ),
            "race_details": Shape({"race": Many(Words(RACES)), "race_other": text}),
            "self_identified_gender": text,
        }
    ),
}
DOCUMENTS = Shape(
    {name: _signed if name in SIGNED_DOCUMENTS else files for name in COMPANY_DOCUMENTS}
)
BANK: Mapping[str, Kind] = {
    "account_holder_name": text,
    "account_holder_type": Words(("company", "individual")),
    "account_number": Text(needed=True),
    "account_type": Words(("checking", "futsu", "savings", "toza")),
    "country": Text(needed=True),
    "currency": text,
    "routing_number": text,
}
BANK_REQUIRED = ("account_number", "country")
bank_account = OneOf(
    Text(needed=True),
    Shape(
        {
            **BANK,
            "documents": Shape({"bank_account_ownership_verification": files}),
            "object": Words(("bank_account",)),
        },
        required=BANK_REQUIRED,
    ),
)
business_type = Words(BUSINESS_TYPES)
