"""Stripe's words for capabilities, levels and refusals, one table each."""

from __future__ import annotations

from onboarding import CapabilityName, IdentificationLevel, KYCLevel, RefusalReason
from onboarding.spi import CapabilityState, LevelPolicy, LevelRow

__all__ = ["CAPABILITIES", "LEVELS", "STATES", "reason_of"]

# docs: api/accounts/object, capabilities
_PAYMENTS = """
acss_debit affirm afterpay_clearpay alma amazon_pay au_becs_debit bacs_debit bancontact
bank_transfer billie bizum blik boleto card cartes_bancaires cashapp crypto eps fpx
gb_bank_transfer giropay grabpay ideal india_international jcb jp_bank_transfer kakao_pay klarna
konbini kr_card legacy link mb_way mobilepay multibanco mx_bank_transfer naver_pay
nz_bank_account_becs_debit oxxo p24 pay_by_bank payco paynow payto pix promptpay revolut_pay
samsung_pay satispay scalapay sepa_bank_transfer sepa_debit sofort sunbit swish twint upi
us_bank_account_ach us_bank_transfer zip
"""
_OTHERS = """
app_distribution card_issuing tax_reporting_us_1099_k tax_reporting_us_1099_misc treasury
"""

CAPABILITIES: dict[str, CapabilityName | None] = {
    "transfers": CapabilityName.RECEIVE_TRANSFERS,
    "payouts_enabled": CapabilityName.PAY_OUT,
    **{f"{name}_payments": CapabilityName.ACCEPT_PAYMENTS for name in _PAYMENTS.split()},
    **dict.fromkeys(_OTHERS.split()),
}
"""The core's name of each capability, and of the flag of payouts; None if the core has none."""

# docs: api/capabilities/object, status; api/accounts/object, payouts_enabled
STATES: dict[str | bool, CapabilityState] = {
    "active": CapabilityState.ACTIVE,
    "pending": CapabilityState.PENDING,
    "inactive": CapabilityState.RESTRICTED,
    "unrequested": CapabilityState.NOT_REQUESTED,
    True: CapabilityState.ACTIVE,
    False: CapabilityState.RESTRICTED,
}

_LOW = KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED
_HIGH = KYCLevel.REGULAR, IdentificationLevel.BASIC_IDENTIFIED
_PERSON = "docs: api/persons/object, verification.status"
_CAPABILITY = "docs: api/capabilities/object, status"

LEVELS = LevelPolicy(
    (
        LevelRow("unverified", *_LOW, f"no person was verified ({_PERSON})"),
        LevelRow("unrequested", *_LOW, f"nothing was asked for ({_CAPABILITY})"),
        LevelRow("inactive", *_LOW, f"something is owed ({_CAPABILITY})"),
        LevelRow("pending", *_LOW, f"a check has not ended ({_PERSON}; {_CAPABILITY})"),
        LevelRow("verified", *_HIGH, f"by data or documents: not told which ({_PERSON})"),
        LevelRow("active", *_HIGH, f"nothing is owed; says nothing of documents ({_CAPABILITY})"),
    )
)
"""The words of the person who opened the account, and of each capability: the weakest counts."""

# docs: api/accounts/object, requirements.errors.code; api/persons/object, details_code, where the
# same codes lack the first word
_REASONS = {
    RefusalReason.UNREADABLE: "document_corrupt document_not_readable",
    RefusalReason.INCOMPLETE: """
        document_address_missing document_id_number_missing document_incomplete
        document_issue_or_expiry_date_missing document_missing_back document_missing_front
        document_name_missing document_not_signed information_missing missing_directors
        missing_executives missing_owners
    """,
    RefusalReason.MISSING: """
        document_not_uploaded requires_additional_memorandum_of_associations
        requires_additional_proof_of_registration
    """,
    RefusalReason.NOT_ACCEPTED: """
        document_country_not_supported document_duplicate_type document_failed_copy
        document_failed_greyscale document_failed_test_mode document_invalid document_too_large
        document_type_not_supported
    """,
    RefusalReason.EXPIRED: "document_expired",
    RefusalReason.FALSIFIED: "document_fraudulent document_manipulated",
    RefusalReason.DATA_MISMATCH: """
        directors_mismatch document_address_mismatch document_directors_mismatch
        document_dob_mismatch document_id_number_mismatch document_name_mismatch
        document_nationality_mismatch document_photo_mismatch extraneous_directors
        failed_address_match failed_document_match failed_id_number_match failed_keyed_identity
        failed_keyed_match failed_name_match failed_tax_id_match legal_entity_structure_mismatch
        invalid_product_description_url_match invalid_statement_descriptor_business_mismatch
        invalid_statement_descriptor_prefix_mismatch
        invalid_url_website_business_information_mismatch
    """,
    RefusalReason.UNDERAGE: "invalid_dob_age_under_18 invalid_dob_age_under_minimum",
}
_OF_CODE = {code: reason for reason, codes in _REASONS.items() for code in codes.split()}


def reason_of(code: str) -> RefusalReason:
    """Returns the core's reason for a code; `OTHER` for one that says something else."""
    return _OF_CODE.get(code.removeprefix("verification_"), RefusalReason.OTHER)
