"""Values as people type and paste them: taken in the meant spelling, or refused in plain words."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast

import jsonschema
import pytest
from onboarding import (
    Address,
    Company,
    Document,
    DocumentPage,
    DocumentPurpose,
    Identity,
    InvalidInput,
    LegalPersonType,
    MigratedHash,
    Password,
    Person,
    PersonRole,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
    questionnaire,
)
from onboarding.bulk import UserFile
from onboarding.mapping import Pattern, translation
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.rows import Row, rows_of
from onboarding.spi import Adapter, Criterion, Flow, Request
from onboarding.values.base import Shape, checks_of, step_of
from onboarding.values.media_types import canonical, media_type_of
from onboarding.values.pdf import is_encrypted

import onboarding_mangopay
import onboarding_paysera
from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.accounts import FORMS
from onboarding_paysera import ContactList, Paysera

FR = MangoPay(name="fr", client_id="acme", api_key=Secret("k"))
LT = Paysera(name="lt", client_id="acme", mac_key=Secret("k"))
BOTH = pytest.mark.parametrize("adapter", [FR, LT], ids=["mangopay", "paysera"])

TYPED, ASCII = "jonas@b\u00fccher.example", "jonas@xn--bcher-kva.example"


def sent(flow: Flow[Any]) -> Request:
    return next(flow)


def body(flow: Flow[Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(sent(flow).body or b""))


def person(adapter: Adapter, **more: Any) -> User:
    if adapter is LT:
        return User(**more)
    ana = Identity(given_name="Ana", family_name="Petit", nationality="FR")
    terms = Terms(accepted=True)
    return User(identity=ana, category=UserCategory.PAYER, terms=terms, **more)


def record(adapter: Adapter, user: User) -> UserRecord:
    return UserRecord(provider=adapter.provider, gateway=adapter.name, id="1", user=user)


def problems(read: Callable[[], object]) -> dict[str, str]:
    try:
        read()
    except (InvalidInput, Unsupported) as error:
        return {problem.path: problem.message for problem in error.problems}
    return {}


# -- e-mail addresses


@BOTH
def test_an_international_domain_is_sent_in_ascii_and_comes_back_as_it_was(
    adapter: Adapter,
) -> None:
    user = person(adapter, email=TYPED)
    wire = adapter.wire_for(user)

    written, _ = wire.to_wire(user)
    back, unmapped = wire.from_wire(written)

    assert ASCII in written.values()
    assert back.email == TYPED
    assert unmapped == {}


@BOTH
@pytest.mark.parametrize("on_file", [TYPED, ASCII, TYPED.upper()])
@pytest.mark.parametrize("given", [TYPED, ASCII, "Jonas@B\u00dcCHER.example"])
def test_another_spelling_of_an_international_domain_is_no_change(
    adapter: Adapter, on_file: str, given: str
) -> None:
    old, new = person(adapter, email=on_file), person(adapter, email=given)

    assert adapter.wire_for(old).update(old, new) == ({}, ())
    assert changed_paths(old, new) == set()


@BOTH
@pytest.mark.parametrize("email", ["j\u00f6rg@example.com", "j\u00f6rg@b\u00fccher.example"])
def test_a_local_part_that_is_not_ascii_is_refused_in_words(adapter: Adapter, email: str) -> None:
    found = problems(lambda: next(adapter.create_user(person(adapter, email=email))))

    assert found.keys() == {"email"}
    assert "only ASCII letters are accepted" in found["email"]
    assert "before the @" in found["email"]


@BOTH
def test_an_unsendable_address_on_file_is_never_the_reason_to_refuse_an_update(
    adapter: Adapter,
) -> None:
    shown = {"email": "j\u00f6rg@example.com", "Email": "j\u00f6rg@example.com"}
    wire = adapter.wire_for(person(adapter))
    old, unmapped = wire.from_wire(shown)
    new = old.replace({"identity.given_name": "Ana"})

    written, losses = wire.update(old, new, unmapped=unmapped)

    assert losses == ()
    assert (shown["email"] in written.values()) is (adapter is LT)  # where each update has it


@BOTH
def test_a_domain_that_idna_does_not_have_is_refused_in_words(adapter: Adapter) -> None:
    found = problems(lambda: next(adapter.create_user(person(adapter, email="a@\u2602-.example"))))

    assert "domain" in found["email"]


def test_the_representatives_address_is_sent_in_ascii_too() -> None:
    ana = Person(
        ref="ana",
        roles=(PersonRole.REPRESENTATIVE,),
        identity=Identity(given_name="Ana", family_name="P"),
        email=TYPED,
    )
    kind = LegalPersonType.BUSINESS
    company = Company(legal_name="A", legal_person_type=kind)
    legal = User(
        company=company,
        people=(ana,),
        email=TYPED,
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
    )

    assert body(FR.create_user(legal))["LegalRepresentative"]["Email"] == ASCII


@pytest.mark.parametrize(
    "begin",
    [
        lambda email: FR.register_hook("KYC_SUCCEEDED", "https://example.com", email=email),
        lambda email: FR.update_hook("1", email=email),
        lambda email: LT.assign_contact(record(LT, User()), email=email),
        lambda email: LT.request_password_reset(email=email),
        lambda email: LT.find_user(Criterion(email=email)),
        lambda email: LT.create_contact_book("1", ContactList(emails=(email,))),
        lambda email: LT.open_session(
            redirect_uri="https://example.com/back", state="s" * 16, email=email
        ),
    ],
)
def test_every_other_call_with_an_address_spells_it_alike(
    begin: Callable[[str], Flow[Any]],
) -> None:
    request = sent(begin(TYPED))

    there = f"{request.url} {(request.body or b'').decode()}".replace("%40", "@")
    assert ASCII in there
    assert problems(lambda: next(begin("j\u00f6rg@example.com")))
    (unfit,) = problems(lambda: next(begin("\u00e9"))).items()
    assert unfit[0] in ("email", "emails.0")
    assert "e-mail address" in unfit[1]


@pytest.mark.parametrize(
    ("email", "known"),
    [
        ("jonas@example.com", "both"),
        (TYPED, "both"),
        (ASCII, "both"),
        ("jonas@\u674e.\u674e", "both"),
        ("jonas@b_c.example", "paysera"),
        ("a..b@b\u00fccher.example", "paysera"),
        ("j\u00f6rg@example.com", ""),
        ("j\u00f6rg@b\u00fccher.example", ""),
    ],
)
@BOTH
def test_a_schema_takes_the_addresses_that_can_be_sent(
    adapter: Adapter, email: str, known: str
) -> None:
    target = "create_payer" if adapter is FR else "register"
    leaf = questionnaire(User(), [adapter.target(target)]).json_schema()["properties"]["email"]

    taken = jsonschema.Draft202012Validator(leaf).is_valid(email)

    assert taken is (known in ("both", adapter.provider))
    assert taken is not bool(
        problems(lambda: next(adapter.create_user(person(adapter, email=email))))
    )


def test_a_hashed_contact_is_the_hash_of_the_address_that_is_sent() -> None:
    assert ContactList(emails=(TYPED,)).hashed() == ContactList(emails=(ASCII,)).hashed()


# -- doors


Door = Callable[[str, str], User]


def _nested(path: str, value: str) -> dict[str, Any]:
    data: Any = value
    steps = (step_of(step) for step in path.split("."))
    for name in reversed([name for step in steps for name in step if name]):
        data = {name: data}
    return cast("dict[str, Any]", data)


def _by_parse(path: str, value: str) -> User:
    return User.parse(_nested(path, value))


def _by_csv(path: str, value: str) -> User:
    text = io.StringIO()
    csv.writer(text).writerows([[path], [value]])
    (line,) = UserFile(io.BytesIO(text.getvalue().encode()), is_csv=True)
    assert line.data is not None
    return User.parse(line.data)


def _by_json_lines(path: str, value: str) -> User:
    (line,) = UserFile(io.BytesIO(json.dumps(_nested(path, value)).encode() + b"\n"))
    assert line.data is not None
    return User.parse(line.data)


def _by_form(path: str, value: str) -> User:
    asked = questionnaire(User(), MangoPay.targets.values())
    answers = {question.path: value for question in asked if question.path == path}
    assert answers, f"{path} is asked for by nobody"
    return User.parse(_nested(path, answers[path]))


DOORS = {"parse": _by_parse, "csv": _by_csv, "json": _by_json_lines}
EACH_DOOR = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
AROUND = ("\u00a0{}\u00a0", "\u200b{}", "{}\ufeff", " \t{} ", "\u2009{}\u3000")


@EACH_DOOR
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("identity.given_name", "Ana Mar\u00eda"),
        ("identity.birthdate", "1987-07-14"),
        ("identity.nationality", "FR"),
        ("category", "PAYER"),
        ("email", "ana@example.com"),
        ("phone", "+33612345678"),
        ("address.postal_code", "75004"),
    ],
)
def test_blanks_at_the_ends_of_a_text_are_taken_away_at_every_door(
    door: Door, path: str, value: str, around: str
) -> None:
    assert door(path, around.format(value)) == User.parse(_nested(path, value))


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(
    ("path", "value"),
    [("email", "ana@example.com"), ("identity.nationality", "FR"), ("address.city", "Paris")],
)
def test_answers_to_a_questionnaire_are_read_alike(path: str, value: str, around: str) -> None:
    if path.startswith("address"):
        assert _by_parse(path, around.format(value)) == User.parse(_nested(path, value))
    else:
        assert _by_form(path, around.format(value)) == User.parse(_nested(path, value))


def test_secrets_and_login_names_keep_their_blanks() -> None:
    known = User.parse({"credentials": {"kind": "password", "password": " s3cret\u00a0"}})
    moved = User.parse(
        {
            "credentials": {
                "kind": "migrated_hash",
                "hash": " h ",
                "salt": "\ufeffs",
                "username": " ana ",
            }
        }
    )

    assert known.credentials == Password(password=Secret(" s3cret\u00a0"))
    assert moved.credentials == MigratedHash(
        hash=Secret(" h "), salt=Secret("\ufeffs"), username=" ana "
    )


def test_a_text_of_blanks_alone_is_still_refused() -> None:
    assert problems(lambda: User.parse({"tag": "\ufeff \u00a0"})).keys() == {"tag"}


# -- phone numbers


NOT_ONE_NUMBER = (
    "+33612345678 ext 5",
    "+33612345678;ext=5",
    "+33612345678x5",
    "+33612345678#5",
    "+33612345678,5",
    "+33612345678~5",
    "+33612345678 int 5",
    "+33612345678;isub=1",
    "+33612345678 \\ x5",
    "+1 800 FLOWERS",
    "+33612345678 +33612345679",
    "+33612345678 / 0612345679",
    "Ana +33612345678",
)


@EACH_DOOR
@pytest.mark.parametrize("path", ["phone", "people[representative].phone"])
@pytest.mark.parametrize("text", NOT_ONE_NUMBER)
def test_more_or_less_than_one_phone_number_is_refused_by_path_and_never_cut(
    door: Door, path: str, text: str
) -> None:
    found = problems(lambda: door(path, text))

    assert found.keys() == {path}
    assert "without letters or an extension" in found[path]


@pytest.mark.parametrize("text", NOT_ONE_NUMBER)
@pytest.mark.parametrize(
    "build", [User, partial(Person, ref="a", roles=(PersonRole.REPRESENTATIVE,))]
)
def test_a_constructor_refuses_it_in_the_same_words(build: Callable[..., Any], text: str) -> None:
    assert "without letters or an extension" in problems(lambda: build(phone=text))["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "+33 6 12 34 56 78",
        "+33 (0)6.12.34.56.78",
        "(+33) 612-345/678",
        "tel:+33-6-12-34-56-78",
        "\u202a+33612345678\u202c",
        "+33\u00a06\u201112\u201334\u00a056\u00a078",
        "\uff0b\uff13\uff13612345678",
    ],
)
def test_one_number_is_taken_however_its_digits_are_set_apart(text: str) -> None:
    assert User.parse({"phone": text}).phone == "+33612345678"


@pytest.mark.parametrize("text", ["06 12 34 56 78 ext 5", "0800 FLOWERS", "0612345678 \\ x5"])
def test_a_number_on_file_with_more_than_a_number_is_read_as_it_came(text: str) -> None:
    shown = {"PhoneNumber": text, "PhoneNumberCountry": "FR"}

    user, _ = FR.wire_for(person(FR)).from_wire(shown)

    assert user.phone == text


# -- postal codes and the words of patterns


@EACH_DOOR
@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
def test_typographic_dashes_and_spaces_of_a_postal_code_become_ordinary_ones(
    door: Door, dash: str
) -> None:
    user = door("address.postal_code", f"\u00a0SW1A\u00a01AA{dash}7")

    assert user.address == Address(postal_code="SW1A 1AA-7")


@pytest.mark.parametrize("code", ["75004\u00a0", "20007\u20131234", "D.C. 20007"])
def test_a_postal_code_beyond_the_pattern_is_refused_in_words(code: str) -> None:
    user = person(FR, email="ana@example.com", address=Address(postal_code=code, country="FR"))

    found = problems(lambda: next(FR.create_user(user)))

    assert found.keys() == {"address.postal_code"}
    assert "letters, digits, dashes and spaces" in found["address.postal_code"]


def _modules() -> Iterator[Any]:
    for package in (onboarding_mangopay, onboarding_paysera):
        yield package
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            if found.name.rpartition(".")[2] == "simulator":
                continue
            module = import_module(found.name)
            yield module
            for inner in iter_modules(getattr(module, "__path__", ()), f"{found.name}."):
                yield import_module(inner.name)


def _rows() -> Iterator[tuple[str, Row]]:
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, type) and hasattr(value, "__wire__"):
                yield from ((f"{value.__name__}.{row.wire}", row) for row in rows_of(value))


def _patterns() -> dict[str, Pattern]:
    found = {name: row.pattern for name, row in _rows() if row.pattern is not None}
    for word, form in FORMS.items():
        for mapped in form.plan.fields:
            if mapped.row.pattern is not None:
                found[f"{word}.{mapped.wire}"] = mapped.row.pattern
    return found


def _shapes(cls: type) -> Iterator[Shape]:
    for check in checks_of(cls).values():
        if check.shape is not None:
            yield check.shape
        if check.kind and hasattr(check.kind[0], "__attrs_attrs__"):
            yield from _shapes(check.kind[0])


def test_every_pattern_of_both_adapters_and_every_form_of_the_core_is_said_in_words() -> None:
    patterns = _patterns()
    words = {name: pattern.words for name, pattern in patterns.items()}
    words |= {shape.name: shape.expected for shape in _shapes(User)}

    assert {"MangoAddress.PostalCode", "NaturalUser.Email", "GB.SortCode"} <= words.keys()
    assert {"PayseraParameters.phone_link", "phone", "media_type"} <= words.keys()
    for name, text in words.items():
        plain = text.replace("{code}", "").replace("E.164: +", "")
        assert len(plain.split()) > 1, name
        assert not set(plain) & set("[](){}\\^$*+?|"), f"{name} speaks in regular expressions"


def test_every_refusal_of_a_pattern_has_its_words() -> None:
    for adapter in (FR, LT):
        for cls in type(adapter).wires:
            plan = translation(cls, adapter.provider).plan
            for mapped in plan.fields:
                if mapped.row.pattern is None or not mapped.on:
                    continue
                lost = _losses(adapter, cls, mapped.core, "!")
                assert f"the provider accepts {mapped.row.pattern.words}" in lost, mapped.wire


def _losses(adapter: Adapter, cls: type, path: str, value: str) -> list[str]:
    from onboarding.testing import changed

    wire, user = translation(cls, adapter.provider), User()
    if path.startswith("extras."):
        _, provider, name = path.split(".")
        user = User(extras={provider: {name: value}})
    else:
        user = changed(User(), path, value)
    return [loss.reason for loss in wire.to_wire(user)[1] if loss.core_path == path]


@pytest.mark.parametrize("words", ["", " ", "[0-9]+", "letters | digits"])
def test_a_pattern_without_plain_words_cannot_be_declared(words: str) -> None:
    with pytest.raises(ValueError, match="in words"):
        Pattern("[0-9]+", words)


# -- documents


JPEG, PNG = b"\xff\xd8\xff" + bytes(40_000), b"\x89PNG\r\n\x1a\n" + bytes(40_000)
LARGE = b"%" * 40_000
PDF = b"%PDF-1.7\n" + LARGE + b"\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF"


def paper(content: bytes, media_type: str | None = None, **more: Any) -> Document:
    page = DocumentPage(content=content, media_type=media_type)
    return Document(purpose=DocumentPurpose.IDENTITY, pages=(page,), **more)


@pytest.mark.parametrize(
    ("spelled", "content", "registered"),
    [
        ("IMAGE/JPEG", JPEG, "image/jpeg"),
        ("image/jpg", JPEG, "image/jpeg"),
        ("image/pjpeg", JPEG, "image/jpeg"),
        ("image/png; charset=binary", PNG, "image/png"),
        ("Application/X-PDF", PDF, "application/pdf"),
    ],
)
def test_a_media_type_is_kept_in_its_registered_spelling_and_taken(
    spelled: str, content: bytes, registered: str
) -> None:
    page = DocumentPage(content=content, media_type=spelled)
    data = {"content": b64encode(content).decode(), "media_type": f" {spelled} "}
    read = User.parse({"documents": [{"purpose": "proof_of_identity", "pages": [data]}]})

    assert page.media_type == read.documents[0].pages[0].media_type == registered
    assert sent(FR.submit_document("1", paper(content, spelled))).method == "POST"
    upload = sent(LT.upload_document("1", page))
    assert upload.headers["Content-Type"] == registered
    if registered != "application/pdf":
        assert sent(LT.put_avatar("1", page)).method == "PUT"


@pytest.mark.parametrize("text", ["jpeg", "image/", "/png", "image/jpeg/x", "im age/png"])
def test_what_is_no_media_type_is_refused(text: str) -> None:
    assert problems(lambda: DocumentPage(content=PNG, media_type=text)).keys() == {"media_type"}


def test_another_media_type_than_that_of_the_bytes_is_refused_by_path() -> None:
    found = problems(lambda: next(FR.submit_document("1", paper(PNG, "IMAGE/JPG"))))

    assert found == {"pages.0.media_type": "the bytes are image/png"}


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n", bytes(1024)])
def test_a_pdf_is_known_by_its_header_in_the_first_1024_bytes(before: bytes) -> None:
    assert media_type_of(before + PDF) == "application/pdf"
    assert sent(FR.submit_document("1", paper(before + PDF))).method == "POST"


@pytest.mark.parametrize("content", [bytes(1025) + PDF, b"\xef\xbb\xbf" + PNG, b"", b"PDF-1.7"])
def test_other_bytes_have_no_known_media_type(content: bytes) -> None:
    assert media_type_of(content) is None


@pytest.mark.parametrize("text", ["image/jpeg", "text/plain", "", ";", "A/B;c=d;e"])
def test_a_canonical_media_type_stays_as_it_is(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


def _page(text: str) -> DocumentPage:
    data = {"purpose": "proof_of_identity", "pages": [{"content": text}]}
    return User.parse({"documents": [data]}).documents[0].pages[0]


@pytest.mark.parametrize("prefix", ["image/png", "IMAGE/PNG", "image/x-png", "", "text/plain"])
def test_a_data_uri_is_read_with_line_breaks_and_its_type_checked(prefix: str) -> None:
    lines = b64encode(PNG).decode()
    lines = "\r\n".join(lines[at : at + 76] for at in range(0, len(lines), 76))

    assert _page(f" data:{prefix};base64,{lines}\n").content == PNG


@pytest.mark.parametrize("prefix", ["image/jpeg", "image/jpg", "application/pdf;name=a.pdf"])
def test_a_data_uri_of_another_type_than_its_bytes_is_refused(prefix: str) -> None:
    found = problems(lambda: _page(f"data:{prefix};base64,{b64encode(PNG).decode()}"))

    assert found.keys() == {"documents.0.pages.0.content"}
    assert "the bytes are image/png" in found["documents.0.pages.0.content"]


def classic(trailer: bytes, content: bytes = b"", junk: bytes = b"") -> bytes:
    """A PDF with a cross-reference table."""
    body = b"%PDF-1.7\n1 0 obj << /Length 9 >> stream\n" + content + b"\nendstream endobj\n"
    end = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R " + trailer + b" >>\n"
    return junk + body + end + b"startxref\n%d\n%%%%EOF\n" % len(body)


def streamed(trailer: bytes, content: bytes = b"") -> bytes:
    """A PDF with a cross-reference stream."""
    body = b"%PDF-1.7\n1 0 obj << /Length 9 >> stream\n" + content + b"\nendstream endobj\n"
    end = (
        b"7 0 obj\n<< /Type /XRef /Root 1 0 R " + trailer + b" >>\nstream\n...\nendstream endobj\n"
    )
    return body + end + b" endobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


ENCRYPT = b"/Encrypt 9 0 R"
ENCRYPTED = {
    "by reference": classic(ENCRYPT, LARGE),
    "in place": classic(b"/Encrypt<< /Filter /Standard /V 4 >>", LARGE),
    "behind a byte order mark": classic(ENCRYPT, LARGE, junk=b"\xef\xbb\xbf"),
    "in a cross-reference stream": streamed(ENCRYPT, LARGE),
    "with an offset that leads nowhere": PDF.replace(b" >>", b" /Encrypt 9 0 R >>"),
    "without an offset": b"%PDF-1.7\n" + LARGE + b"\ntrailer << /Encrypt 9 0 R >>\n",
}
OPEN = {
    "plain": classic(b""),
    "plain, with a cross-reference stream": streamed(b""),
    "with the word in its text": classic(b"", b"(How to Encrypt a file: /Encrypt 9 0 R) Tj"),
    "with a trailer in its text": classic(b"", b"(trailer << /Encrypt 9 0 R >> startxref) Tj"),
    "with the word in its text, streamed": streamed(b"", b"(trailer << /Encrypt 9 0 R >>) Tj"),
    "with a name that begins alike": classic(b"/EncryptMetadata true /Encryption 9 0 R"),
    "with nothing behind its header": b"%PDF-1.7",
}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_an_encrypted_pdf_is_refused_by_its_page_before_it_is_sent(name: str) -> None:
    found = problems(lambda: next(FR.submit_document("1", paper(ENCRYPTED[name]))))

    assert found == {"pages.0": "the PDF is password protected; send it without a password"}


@pytest.mark.parametrize("name", OPEN)
def test_a_pdf_that_is_not_encrypted_is_not_refused_for_a_word_in_it(name: str) -> None:
    assert not is_encrypted(OPEN[name])


def test_paysera_is_sent_an_encrypted_pdf_for_its_documents_refuse_none() -> None:
    page = DocumentPage(content=ENCRYPTED["by reference"], filename="a.pdf")

    assert sent(LT.upload_document("1", page)).body == page.content
