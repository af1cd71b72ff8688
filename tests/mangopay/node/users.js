// Calls every user-related method of MangoPay's official Node SDK against the address it is given,
// and prints one line of JSON for each: its name with the keys of the answer, or the error.
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const Mangopay = require("mangopay4-nodejs-sdk");

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
  Email: "gunner.accept@example.com",
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

async function call(name, promise) {
  let line;
  let answer;
  try {
    answer = await promise;
    const shown = Array.isArray(answer) ? answer[0] || {} : answer;
    line = { name, keys: typeof shown === "object" && shown ? Object.keys(shown) : [] };
  } catch (error) {
    line = { name, error: error && error.Type ? error.Type : String(error) };
  }
  console.log(JSON.stringify(line));
  return answer;
}

async function main() {
  const users = api.Users;
  const john = await call("Users.create", users.create({ ...natural, NaturalSca: true }));
  const acme = await call("Users.create", users.create({ ...legal, LegalSca: true }));
  const old = await call("Users.create", users.create({ ...flat }));
  const payer = { ...natural, UserCategory: "PAYER" };
  const paying = await call("Users.create", users.create({ ...payer, NaturalSca: true }));
  await call("Users.getAll", users.getAll(null, { parameters: { Page: 1, Per_Page: 2 } }));
  await call("Users.get", users.get(john.Id));
  await call("Users.getSca", users.getSca(john.Id));
  await call("Users.getNatural", users.getNatural(john.Id));
  await call("Users.getNaturalSca", users.getNaturalSca(john.Id));
  await call("Users.getLegal", users.getLegal(old.Id));
  await call("Users.getLegalSca", users.getLegalSca(acme.Id));
  await call("Users.update", users.update({ ...john, Tag: "second", NaturalSca: true }));
  const owner = { ...natural, Id: paying.Id, NaturalSca: true };
  await call("Users.categorize", users.categorize(owner));
  await call("Users.enroll", users.enroll(john.Id));
  await call("Users.getScaStatus", users.getScaStatus(john.Id));
  await call("Users.manageConsent", users.manageConsent(john.Id));

  const iban = {
    Type: "IBAN",
    OwnerName: "Alex Smith",
    OwnerAddress: address,
    IBAN: "FR7630004000031234567890143",
  };
  const account = await call("Users.createBankAccount", users.createBankAccount(john.Id, iban));
  await call("Users.getBankAccounts", users.getBankAccounts(john.Id));
  await call("Users.getBankAccount", users.getBankAccount(john.Id, account.Id));
  await call("Users.deactivateBankAccount", users.deactivateBankAccount(john.Id, account.Id));

  const type = { Type: "IDENTITY_PROOF", Tag: "accept" };
  const document = await call("Users.createKycDocument", users.createKycDocument(john.Id, type));
  const page = { File: picture.toString("base64") };
  await call("Users.createKycPage", users.createKycPage(john.Id, document.Id, page));
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "page-")), "page.png");
  fs.writeFileSync(file, picture);
  const added = users.createKycPageFromFile(john.Id, document.Id, file);
  await call("Users.createKycPageFromFile", added);
  const asked = { Id: document.Id, Status: "VALIDATION_ASKED" };
  await call("Users.updateKycDocument", users.updateKycDocument(john.Id, asked));
  await call("Users.getKycDocument", users.getKycDocument(john.Id, document.Id));
  await call("Users.getKycDocuments", users.getKycDocuments(john.Id));
  await call("KycDocuments.getAll", api.KycDocuments.getAll());
  await call("KycDocuments.get", api.KycDocuments.get(document.Id));
  const links = api.KycDocuments.createKycDocumentConsult(document.Id);
  await call("KycDocuments.createKycDocumentConsult", links);

  const declarations = api.UboDeclarations;
  const declaration = await call("UboDeclarations.create", declarations.create(acme.Id));
  const created = declarations.createUbo(acme.Id, declaration.Id, ubo);
  const one = await call("UboDeclarations.createUbo", created);
  await call("UboDeclarations.getUbo", declarations.getUbo(acme.Id, declaration.Id, one.Id));
  const changed = declarations.updateUbo(acme.Id, declaration.Id, { ...ubo, Id: one.Id });
  await call("UboDeclarations.updateUbo", changed);
  const submitted = { Id: declaration.Id, Status: "VALIDATION_ASKED" };
  await call("UboDeclarations.update", declarations.update(acme.Id, submitted));
  await call("UboDeclarations.get", declarations.get(acme.Id, declaration.Id));
  await call("UboDeclarations.getAll", declarations.getAll(acme.Id));

  const wallet = { Owners: [john.Id], Description: "Savings", Currency: "EUR" };
  await call("Wallets.create", api.Wallets.create(wallet));
  await call("Users.getWallets", users.getWallets(john.Id));
  await call("Users.getTransactions", users.getTransactions(john.Id));
  await call("Users.getCards", users.getCards(john.Id));
  await call("Users.getPreAuthorizations", users.getPreAuthorizations(john.Id));
  await call("Users.getEMoney", users.getEMoney(john.Id, 2026));
  await call("Users.getEMoney", users.getEMoney(john.Id, 2026, 1));

  const payee = await call("Recipients.create", api.Recipients.create(recipient, john.Id));
  await call("Recipients.validate", api.Recipients.validate(recipient, john.Id));
  await call("Recipients.get", api.Recipients.get(payee.Id));
  await call("Recipients.getUserRecipients", api.Recipients.getUserRecipients(john.Id));
  const schema = api.Recipients.getSchema("LocalBankTransfer", "Individual", "EUR", "FR");
  await call("Recipients.getSchema", schema);
  await call("Recipients.getPayoutMethods", api.Recipients.getPayoutMethods("FR", "EUR"));

  await call("Users.getRegulatory", users.getRegulatory(john.Id));
  await call("Users.getBlockStatus", users.getBlockStatus(john.Id));
  const number = { CompanyNumber: { CompanyNumber: "123456789", CountryCode: "FR" } };
  await call("Users.validateDataFormat", users.validateDataFormat(number));
  await call("Regulatory.getCountryAuthorizations", api.Regulatory.getCountryAuthorizations("FR"));
  const back = { ReturnUrl: "https://example.com" };
  const session = await call(
    "IdentityVerifications.create",
    api.IdentityVerifications.create(john.Id, back),
  );
  await call("IdentityVerifications.get", api.IdentityVerifications.get(session.Id));
  await call("IdentityVerifications.getAll", api.IdentityVerifications.getAll(john.Id));

  const hook = { EventType: "KYC_CREATED", Url: "http://127.0.0.1:9/hook" };
  const registered = await call("Hooks.create", api.Hooks.create(hook));
  await call("Hooks.get", api.Hooks.get(registered.Id));
  await call("Hooks.getAll", api.Hooks.getAll());
  await call("Hooks.update", api.Hooks.update({ Id: registered.Id, Status: "DISABLED" }));
  await call("Events.getAll", api.Events.getAll());

  const key = { headers: { "Idempotency-Key": "0123456789abcdef-" + process.pid } };
  await call("Users.create", users.create({ ...payer, NaturalSca: true }, null, key));
  const first = api.Idempotency.get(key.headers["Idempotency-Key"]);
  await call("Idempotency.get", first);
  await call("Users.close", users.close({ Id: old.Id, PersonType: "LEGAL" }));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.log(JSON.stringify({ name: "main", error: String(error) }));
    process.exit(1);
  },
);
