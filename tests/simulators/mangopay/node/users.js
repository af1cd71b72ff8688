// Calls every user-related method of MangoPay's official Node SDK against the address it is given,
// and prints one line of JSON for each: its name with what the server answered, or the error.
// The first line lists the methods that the SDK has.
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const sdk = "mangopay4-nodejs-sdk";
const Mangopay = require(sdk);
const services = require(`${sdk}/lib/services`);
const axios = require(require.resolve("axios", { paths: [require.resolve(sdk)] }));

const api = new Mangopay({ clientId: "acme", clientApiKey: "key", baseUrl: process.argv[2] });

const address = {
  AddressLine1: "3 rue de la Cité",
  City: "Paris",
  Region: "Île-de-France",
  PostalCode: "75004",
  Country: "FR",
};
const natural = {
  PersonType: "NATURAL",
  FirstName: "Alex",
  LastName: "Smith",
  Email: "alex.accept@example.com", // spares the sandbox user SCA
  Birthday: 652117514,
  Nationality: "FR",
  CountryOfResidence: "FR",
  Address: address,
  TermsAndConditionsAccepted: true,
  UserCategory: "OWNER",
};
const representative = {
  FirstName: "Gunner",
  LastName: "Beier",
  Email: "gunner.beier@example.com",
  Birthday: 652117514,
  Nationality: "FR",
  CountryOfResidence: "FR",
};
const legal = {
  PersonType: "LEGAL",
  Name: "ACME",
  LegalPersonType: "BUSINESS",
  Email: "acme@example.com",
  CompanyNumber: 123456789,
  HeadquartersAddress: address,
  LegalRepresentativeAddress: address,
  LegalRepresentative: representative,
  TermsAndConditionsAccepted: true,
  UserCategory: "OWNER",
};
const flat = {
  PersonType: "LEGAL",
  Name: "ACME",
  LegalPersonType: "ORGANIZATION",
  Email: "acme@example.com",
  HeadquartersAddress: address,
  LegalRepresentativeAddress: address,
  LegalRepresentativeFirstName: "Gunner",
  LegalRepresentativeLastName: "Beier",
  LegalRepresentativeBirthday: 652117514,
  LegalRepresentativeNationality: "FR",
  LegalRepresentativeCountryOfResidence: "FR",
  TermsAndConditionsAccepted: true,
  UserCategory: "OWNER",
};
const recipient = {
  DisplayName: "My account",
  PayoutMethodType: "LocalBankTransfer",
  RecipientType: "Individual",
  Currency: "EUR",
  Country: "FR",
  IndividualRecipient: { FirstName: "Alex", LastName: "Smith", Address: address },
  LocalBankTransfer: { EUR: { IBAN: "FR7630004000031234567890143" } },
};
const ubo = {
  FirstName: "AcceptUBO",
  LastName: "Smith",
  Birthday: 652117514,
  Nationality: "FR",
  Address: address,
  Birthplace: { City: "Paris", Country: "FR" },
};

const picture = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.alloc(33 * 1024),
]);

// what came over the wire: the SDK's own objects have keys that no answer had
let answered;
axios.interceptors.response.use((response) => {
  answered = response;
  return response;
});

function methods(service) {
  const found = new Set();
  for (let at = Object.getPrototypeOf(service); at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at))
      if (typeof service[name] === "function" && !/^(_|constructor$|initialize$)/.test(name))
        found.add(name);
  return [...found];
}

function keys(value, prefix = "") {
  if (Array.isArray(value)) return value.length && prefix === "" ? keys(value[0]) : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    prefix + name,
    ...keys(inner, `${prefix}${name}.`),
  ]);
}

// a name is a service and its method, with a word for what it is called with
async function call(name, ...args) {
  const [service, method] = name.split(" ")[0].split(".");
  let answer;
  let line;
  try {
    answer = await api[service][method](...args);
    const body = answered.data;
    line = { name, status: answered.status, keys: keys(body), empty: body === "" };
  } catch (error) {
    line = { name, error: error && error.Type ? error : String(error) };
  }
  console.log(JSON.stringify(line));
  return answer;
}

// what no user-related method does: what a user does elsewhere
async function control(action, facts) {
  const url = `${process.argv[2]}/_control/${action}`;
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(facts) });
  if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
}

async function main() {
  const names = Object.keys(services);
  console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, methods(api[name])]))));

  await api.authorize();
  const { status, data } = answered;
  console.log(JSON.stringify({ name: "authorize", status, keys: keys(data) }));
  const john = await call("Users.create natural", { ...natural, NaturalSca: true });
  const acme = await call("Users.create legal", { ...legal, LegalSca: true });
  const vic = await call("Users.create natural legacy", { ...natural });
  const old = await call("Users.create legal legacy", { ...flat });
  const payer = { ...natural, UserCategory: "PAYER", NaturalSca: true };
  const paying = await call("Users.create natural payer", { ...payer });
  const buyer = { ...legal, UserCategory: "PAYER", LegalSca: true };
  const buying = await call("Users.create legal payer", { ...buyer });
  await call("Users.getAll", null, { parameters: { Page: 1, Per_Page: 2 } });
  await call("Users.get natural", vic.Id);
  await call("Users.get legal", old.Id);
  await call("Users.getSca natural", john.Id);
  await call("Users.getSca legal", acme.Id);
  await call("Users.getNatural", john.Id);
  await call("Users.getNaturalSca", john.Id);
  await call("Users.getLegal", old.Id);
  await call("Users.getLegalSca", acme.Id);
  await call("Users.update natural", { ...john, Tag: "2", NaturalSca: true });
  await call("Users.update legal", { ...acme, Tag: "2", LegalSca: true });
  await call("Users.update natural legacy", { ...vic, Tag: "2" });
  await call("Users.update legal legacy", { ...old, Tag: "2" });
  await call("Users.updateNatural", { ...natural, Tag: "3" }, vic);
  await call("Users.updateSca", { ...john, Tag: "3", NaturalSca: true });
  const person = { ...natural, Id: paying.Id, Email: "alex@example.com", NaturalSca: true };
  await call("Users.categorize natural", person);
  await call("Users.categorize legal", { ...legal, Id: buying.Id, LegalSca: true });
  await call("Users.enroll", paying.Id);
  await call("Users.getScaStatus", paying.Id);
  await call("Users.manageConsent", john.Id);

  const owned = { OwnerName: "Alex Smith", OwnerAddress: address };
  const forms = {
    IBAN: { IBAN: "FR7630004000031234567890143", BIC: "BNPAFRPP" },
    GB: { SortCode: "200000", AccountNumber: "55779911" },
    US: { AccountNumber: "11696419", ABA: "071000288", DepositAccountType: "CHECKING" },
    CA: {
      BankName: "TheBank",
      InstitutionNumber: "123",
      BranchCode: "12345",
      AccountNumber: "1234567",
    },
    OTHER: { Country: "JP", BIC: "BNPAFRPP", AccountNumber: "ABC12345" },
  };
  let account;
  for (const [Type, form] of Object.entries(forms)) {
    const sent = { Type, ...owned, ...form };
    const made = await call(`Users.createBankAccount ${Type}`, john.Id, sent);
    account = account || made;
  }
  await call("Users.getBankAccounts", john.Id);
  await call("Users.getBankAccount", john.Id, account.Id);
  await call("BankAccounts.getTransactions", account.Id);
  await call("Users.deactivateBankAccount", john.Id, account.Id);

  const type = { Type: "IDENTITY_PROOF", Tag: "accept" };
  const document = await call("Users.createKycDocument", john.Id, type);
  const page = { File: picture.toString("base64") };
  await call("Users.createKycPage", john.Id, document.Id, page);
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "page-")), "page.png");
  fs.writeFileSync(file, picture);
  await call("Users.createKycPageFromFile", john.Id, document.Id, file);
  fs.rmSync(path.dirname(file), { recursive: true });
  const asked = { Id: document.Id, Status: "VALIDATION_ASKED" };
  await call("Users.updateKycDocument", john.Id, asked);
  await call("Users.getKycDocument", john.Id, document.Id);
  await call("Users.getKycDocuments", john.Id);
  await call("KycDocuments.getAll");
  await call("KycDocuments.get", document.Id);
  await call("KycDocuments.createKycDocumentConsult", document.Id);

  const declaration = await call("UboDeclarations.create", acme.Id);
  const one = await call("UboDeclarations.createUbo", acme.Id, declaration.Id, ubo);
  await call("UboDeclarations.getUbo", acme.Id, declaration.Id, one.Id);
  await call("UboDeclarations.updateUbo", acme.Id, declaration.Id, { ...ubo, Id: one.Id });
  const submitted = { Id: declaration.Id, Status: "VALIDATION_ASKED" };
  await call("UboDeclarations.update", acme.Id, submitted);
  await call("UboDeclarations.get", acme.Id, declaration.Id);
  await call("UboDeclarations.getById", declaration.Id);
  await call("UboDeclarations.getAll", acme.Id);

  const wallet = { Owners: [john.Id], Description: "Savings", Currency: "EUR" };
  const purse = await call("Wallets.create", wallet);
  await control("add_transaction", { user_id: john.Id, amount: 1250, wallet_id: purse.Id });
  await control("add_card", { user_id: john.Id });
  await call("Wallets.get", purse.Id);
  await call("Wallets.getTransactions", purse.Id);
  await call("Users.getWallets", john.Id);
  await call("Users.getTransactions", john.Id);
  await call("Users.getCards", john.Id);
  await call("Users.getPreAuthorizations", john.Id);
  await call("Users.getEMoney", john.Id, 2026);
  await call("Users.getEMoney", john.Id, 2026, 1);

  const payee = await call("Recipients.create", recipient, john.Id);
  await call("Recipients.validate", { ...recipient }, john.Id);
  await call("Recipients.get", payee.Id);
  await call("Recipients.getUserRecipients", john.Id);
  await call("Recipients.getSchema", "LocalBankTransfer", "Individual", "EUR", "FR");
  await call("Recipients.getPayoutMethods", "FR", "EUR");
  await call("Recipients.deactivate", payee.Id);

  await call("Users.getRegulatory", john.Id);
  await call("Users.getBlockStatus", john.Id);
  const number = { CompanyNumber: { CompanyNumber: "123456789", CountryCode: "FR" } };
  await call("Users.validateDataFormat", number);
  await call("Regulatory.getCountryAuthorizations", "FR");
  await call("Regulatory.getAllCountriesAuthorizations");
  const back = { ReturnUrl: "https://example.com" };
  const session = await call("IdentityVerifications.create", acme.Id, back);
  await control("complete_verification", { session_id: session.Id });
  await call("IdentityVerifications.get", session.Id);
  await call("IdentityVerifications.getAll", acme.Id);

  const hook = { EventType: "KYC_CREATED", Url: "http://127.0.0.1:9/hook" };
  const registered = await call("Hooks.create", hook);
  await call("Hooks.get", registered.Id);
  await call("Hooks.getAll");
  await call("Hooks.update", { Id: registered.Id, Status: "DISABLED" });
  await call("Events.getAll");

  const key = `0123456789abcdef-${process.pid}`;
  const keyed = api.OptionsHelper.withIdempotency({}, key);
  await call("Users.create natural payer keyed", { ...payer }, null, keyed);
  delete api.requestOptions.headers["Idempotency-Key"]; // the SDK would send it ever after
  await call("Idempotency.get", key);
  await call("Responses.get", null, { path: { id: key } });
  await call("Users.close natural", { Id: vic.Id, PersonType: "NATURAL" });
  await call("Users.close legal", { Id: old.Id, PersonType: "LEGAL" });
  console.log(JSON.stringify({ name: "rateLimits", limits: api.rateLimits }));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.log(JSON.stringify({ name: "main", error: String(error) }));
    process.exit(1);
  },
);
