"""The vocabularies of the API."""

from __future__ import annotations

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
app_distribution card_issuing tax_reporting_us_1099_k tax_reporting_us_1099_misc transfers treasury
"""
CAPABILITIES = (*(f"{name}_payments" for name in _PAYMENTS.split()), *_OTHERS.split())

INDIVIDUAL, COMPANY = "individual", "company"
BUSINESS_TYPES = (
    "company", "government_entity", "individual", "non_profit",
)  # fmt: skip
STRUCTURES = (
    "", "free_zone_establishment", "free_zone_llc", "government_instrumentality",
    "governmental_unit", "incorporated_non_profit", "incorporated_partnership",
    "limited_liability_partnership", "llc", "multi_member_llc", "private_company",
    "private_corporation", "private_partnership", "public_company", "public_corporation",
    "public_partnership", "registered_charity", "single_member_llc", "sole_establishment",
    "sole_proprietorship", "tax_exempt_government_instrumentality", "unincorporated_association",
    "unincorporated_non_profit", "unincorporated_partnership",
)  # fmt: skip
EXEMPTIONS = (
    "", "qualified_entity_exceeds_ownership_threshold", "qualifies_as_financial_institution",
)  # fmt: skip
COMPANY_DOCUMENTS = (
    "bank_account_ownership_verification", "company_license", "company_memorandum_of_association",
    "company_ministerial_decree", "company_registration_verification",
    "company_tax_id_verification", "proof_of_address", "proof_of_registration",
    "proof_of_ultimate_beneficial_ownership",
)  # fmt: skip
SIGNED_DOCUMENTS = (
    "proof_of_registration", "proof_of_ultimate_beneficial_ownership",
)  # fmt: skip
PERSON_DOCUMENTS = (
    "company_authorization", "passport", "visa",
)  # fmt: skip
PURPOSES = (
    "account_requirement", "additional_verification", "business_icon", "business_logo",
    "customer_signature", "dispute_evidence", "identity_document", "issuing_regulatory_reporting",
    "pci_document", "platform_terms_of_service", "tax_document_user_upload", "terminal_android_apk",
    "terminal_reader_splashscreen", "terminal_wifi_certificate", "terminal_wifi_private_key",
)  # fmt: skip
MINORITY = (
    "lgbtqi_owned_business", "minority_owned_business", "none_of_these_apply",
    "prefer_not_to_answer", "women_owned_business",
)  # fmt: skip
ETHNICITIES = (
    "cuban", "hispanic_or_latino", "mexican", "not_hispanic_or_latino", "other_hispanic_or_latino",
    "prefer_not_to_answer", "puerto_rican",
)  # fmt: skip
RACES = (
    "african_american", "american_indian_or_alaska_native", "asian", "asian_indian",
    "black_or_african_american", "chinese", "ethiopian", "filipino", "guamanian_or_chamorro",
    "haitian", "jamaican", "japanese", "korean", "native_hawaiian",
    "native_hawaiian_or_other_pacific_islander", "nigerian", "other_asian",
    "other_black_or_african_american", "other_pacific_islander", "prefer_not_to_answer", "samoan",
    "somali", "vietnamese", "white",
)  # fmt: skip
ACCOUNT_TYPES = (
    "custom", "express", "standard",
)  # fmt: skip
WEEKDAYS = (
    "friday", "monday", "saturday", "sunday", "thursday", "tuesday", "wednesday",
)  # fmt: skip
WORKDAYS = (
    "friday", "monday", "thursday", "tuesday", "wednesday",
)  # fmt: skip

CURRENCIES = {
    "AT": "eur", "AU": "aud", "BE": "eur", "BG": "eur", "CA": "cad", "CH": "chf", "CY": "eur",
    "CZ": "czk", "DE": "eur", "DK": "dkk", "EE": "eur", "ES": "eur", "FI": "eur", "FR": "eur",
    "GB": "gbp", "GR": "eur", "HR": "eur", "HU": "huf", "IE": "eur", "IT": "eur", "JP": "jpy",
    "LT": "eur", "LU": "eur", "LV": "eur", "MT": "eur", "NL": "eur", "NO": "nok", "NZ": "nzd",
    "PL": "pln", "PT": "eur", "RO": "ron", "SE": "sek", "SG": "sgd", "SI": "eur", "SK": "eur",
    "US": "usd",
}  # fmt: skip
"""The currency of each country in which the simulator opens accounts."""
