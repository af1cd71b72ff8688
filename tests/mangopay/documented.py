"""The fields that MangoPay's documents give each answer, nested ones by dotted path."""

from __future__ import annotations

from .stage import ADDRESS, FLAT_LEGAL_KEYS, LEGAL_KEYS, PAYER_SHOWN, REPRESENTATIVE_KEYS, SCA_KEYS


def inside(path: str, keys: str) -> str:
    return " ".join([path, *(f"{path}.{key}" for key in keys.split())])


def address(path: str) -> str:
    return inside(path, " ".join(ADDRESS))


MONEY = "Currency Amount"
# docs: the answers of create-natural-user-sca, create-natural-user, create-legal-user-sca ...
NATURAL = f"{SCA_KEYS} {address('Address')}"
NATURAL_LEGACY = f"{' '.join(PAYER_SHOWN)} {address('Address')}"
ADDRESSES = f"{address('HeadquartersAddress')} {address('LegalRepresentativeAddress')}"
LEGAL = f"{LEGAL_KEYS} {inside('LegalRepresentative', REPRESENTATIVE_KEYS)} {ADDRESSES}"
LEGAL_LEGACY = f"{FLAT_LEGAL_KEYS} {ADDRESSES}"
ACTION = "PendingUserAction PendingUserAction.RedirectUrl"
# docs: list-users
ROW = (
    "Id Tag CreationDate PersonType Email KYCLevel TermsAndConditionsAccepted "
    "TermsAndConditionsAcceptedDate UserCategory UserStatus"
)
# docs: view-user-sca-status
SCOPES = "ContactInformationUpdate RecipientRegistration Transfer ViewAccountInformation"
SCA_STATUS = (
    "UserStatus IsEnrolled LastEnrollmentDate LastConsentCollectionDate "
    f"{inside('ConsentScope', SCOPES)}"
)
# docs: create-iban-bank-account and its kin
ACCOUNT = f"UserId OwnerName {address('OwnerAddress')} Type Id Tag CreationDate Active"
# docs: kyc-document-object, create-kyc-document
DOCUMENT = (
    "Type UserId Flags Id Tag CreationDate ProcessedDate Status RefusedReasonType "
    "RefusedReasonMessage"
)
# docs: ubo-declaration-object, ubo-object
DECLARATION = "Id UserId CreationDate ProcessedDate Status Reason Message Ubos"
UBO = (
    f"FirstName LastName {address('Address')} Nationality Birthday "
    f"{inside('Birthplace', 'City Country')} Id CreationDate IsActive"
)
# docs: create-wallet, list-transactions-user, list-cards-user, view-user-emoney
WALLET = f"Description Owners {inside('Balance', MONEY)} Currency FundsType Id Tag CreationDate"
TRANSACTION = (
    f"Id Tag CreationDate AuthorId CreditedUserId {inside('DebitedFunds', MONEY)} "
    f"{inside('CreditedFunds', MONEY)} {inside('Fees', MONEY)} Status ResultCode ResultMessage "
    "ExecutionDate Type Nature CreditedWalletId DebitedWalletId"
)
CARD = (
    "ExpirationDate Alias CardProvider CardType Country Product BankCode Active Currency Validity "
    "UserId Id Tag CreationDate Fingerprint"
)
EMONEY = f"UserId {inside('CreditedEMoney', MONEY)} {inside('DebitedEMoney', MONEY)}"
# docs: create-recipient, view-recipient-schema, view-payout-methods
RECIPIENT = (
    "Id Status CreationDate DisplayName PayoutMethodType RecipientType Currency Country "
    f"RecipientScope UserId Tag {inside('IndividualRecipient', 'FirstName LastName Address')} "
    "LocalBankTransfer LocalBankTransfer.EUR LocalBankTransfer.EUR.IBAN PendingUserAction "
    "RecipientVerificationOfPayee"
)
RULE = "Required MaxLength MinLength Pattern AllowedValues Label EndUserDisplay"
SCHEMA = " ".join(
    inside(name, RULE)
    for name in ("DisplayName", "PayoutMethodType", "RecipientType", "Currency", "Country", "Tag")
)
# docs: view-user-regulatory-status, validate-user-data-format, view-country-authorizations
REGULATORY = (
    f"Id ActionCode {inside('ScopeBlocked', 'Inflows Outflows')} "
    f"{inside('KycInformation', 'LastKycDate KycRenewalDeadline')}"
)
FORMAT = inside("CompanyNumber", "CompanyNumber CountryCode IsValid ValidationRules")
COUNTRY = (
    "CountryCode CountryName LastUpdate "
    f"{inside('Authorization', 'BlockUserCreation BlockBankAccountCreation BlockPayout')}"
)
# docs: create-idv-session, view-idv-session, list-idv-sessions-user
SESSION = "Id Tag CreationDate HostedUrl Status ReturnUrl"
WHOLE_SESSION = f"{SESSION} UserId LastUpdate Checks PSCs"
SHORT_SESSION = "Id Status CreationDate LastUpdate"
# docs: retry-psc-session, list-psc-sessions-user; the Python SDK's Psc
PERSON = (
    "Id SessionId MainSessionId Status HostedUrl Data LastUpdate FirstName LastName Email "
    "DateOfBirth Country Nationality PscType"
)
# docs: hook-object, list-events, view-api-response, overview/authentication
HOOK = "Url Status Validity EventType Id Tag CreationDate Email"
EVENT = "ResourceId EventType Date"
RESPONSE = "StatusCode ContentLength ContentType Date RequestURL Resource"
TOKEN = "access_token token_type expires_in"
