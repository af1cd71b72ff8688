"""`onboarding missing` says what a user still lacks, who acts, and why; it shows no value."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from onboarding import (
    Company,
    DocumentPurpose,
    Identity,
    KYCLevel,
    RefusalReason,
    Terms,
    User,
    UserCategory,
    UserRecord,
    questionnaire,
)
from onboarding.cli.app import app
from onboarding.cli.reasons import MOST_ROWS, Tally, problem_reasons
from onboarding.errors import Problem
from onboarding.requirements import Requirement, RequirementOrigin, RequirementStatus
from onboarding.requirements import missing as find_missing
from onboarding.spi import Actor, Refusal, document

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_stripe import Stripe

CANARY = "Zxqcanary"
BORN = "1931-07-19"

IDENTITY = {
    "given_name": CANARY,
    "family_name": CANARY,
    "birthdate": BORN,
    "nationality": "LT",
    "country_of_residence": "LT",
}
OWNER = {
    "ref": "41",
    "identity": IDENTITY,
    "email": f"{CANARY}@example.com",
    "category": "OWNER",
    "terms": {"accepted": True},
}
NAMELESS = {"ref": "42", "identity": {"family_name": CANARY}, "phone": "+37066612345"}

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:KEY"
accept_loss = ["occupation", "identity.gender"]

[gateways.old]
provider = "mangopay"
client_id = "acme"
api_key = "env:KEY"
api = "legacy"
"""


def missing(*arguments: str, text: str = "", columns: int = 80) -> Result:
    env = {"COLUMNS": str(columns)}
    return CliRunner().invoke(app, ["missing", *arguments], input=text, env=env)


def asked(user: Any, *arguments: str, columns: int = 80) -> Result:
    """The command, asked about one user on standard input."""
    return missing("-", *arguments, text=json.dumps(user), columns=columns)


def statuses(done: Result, number: int = 0) -> dict[str, str]:
    report = json.loads(done.stdout)["users"][number]["targets"][0]
    return {finding["name"]: finding["status"] for finding in report["findings"]}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KEY", "k")
    place = tmp_path / "onboarding.toml"
    place.write_text(CONFIG, "utf-8")
    return str(place)


# -- how a user stands


def test_nothing_missing_is_exit_code_0() -> None:
    done = asked(OWNER, "mangopay/create_owner")

    assert done.exit_code == 0
    assert "41, mangopay/create_owner: met" in done.stdout


def test_missing_fields_are_shown_by_path_with_reason_and_source() -> None:
    user = {**OWNER, "identity": {"given_name": CANARY}}

    done = asked(user, "mangopay/create_owner")

    assert done.exit_code == 1
    for words in (
        "41, mangopay/create_owner: missing",
        "identity.family_name",
        "identity.nationality",
        "is required (category is OWNER)",
        "platform",
        "docs: api-reference/users/natural-user-object-sca",
    ):
        assert words in done.stdout


def test_what_the_provider_decides_is_no_reason_to_fail() -> None:
    done = asked(NAMELESS, "paysera/register", "--json")

    assert done.exit_code == 0
    assert statuses(done)["credentials"] == "provider_decides"
    assert json.loads(done.stdout)["ready"] is True


def test_alternatives_are_shown_as_alternatives() -> None:
    done = asked(OWNER, "mangopay/kyc_regular")

    assert "either hand in: proof of identity" in done.stdout
    assert "or verify on MangoPay's hosted page" in done.stdout
    assert "email or phone" in asked({}, "paysera/register").stdout


def test_an_unsupported_field_makes_a_user_not_ready() -> None:
    user = {**OWNER, "identity": {**IDENTITY, "gender": "female"}}

    done = asked(user, "mangopay/create_owner")

    assert done.exit_code == 1
    assert "unsupported" in done.stdout
    assert "identity.gender" in done.stdout


def test_an_accepted_loss_makes_no_user_unready(config: str) -> None:
    user = {**OWNER, "identity": {**IDENTITY, "gender": "female"}}

    done = asked(user, "fr/create_owner", "--config", config)

    assert done.exit_code == 0
    assert "left out" in done.stdout


def test_a_gateway_answers_by_its_own_settings(config: str) -> None:
    user = {**OWNER, "phone": "+37066612345"}

    sca = asked(user, "fr/create_owner", "--config", config)
    legacy = asked(user, "old/create_owner", "--config", config)

    assert sca.exit_code == 0
    assert legacy.exit_code == 1
    assert "phone" in legacy.stdout


def test_several_targets_and_users_are_counted() -> None:
    text = "".join(f"{json.dumps(user)}\n" for user in (OWNER, NAMELESS))

    done = missing("-", "mangopay/create_owner", "paysera/register", "--all", text=text)

    assert done.exit_code == 1
    assert done.stdout.count("mangopay/create_owner: ") == 2
    assert "2 users" in done.stdout


def many(count: int) -> str:
    """Users of whom every second lacks a name, every third one more, and every fourth is none."""
    users: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        known = dict(IDENTITY)
        if number % 2 == 0:
            del known["family_name"]
        if number % 3 == 0:
            del known["nationality"]
        phone = {"phone": CANARY} if number % 4 == 0 else {}
        users.append({**OWNER, "ref": f"u{number}", "identity": known, **phone})
    return "".join(f"{json.dumps(user)}\n" for user in users)


def row_of(done: Result, words: str) -> list[str]:
    """The cells of the row of a table that has these words."""
    line = next(line for line in done.stdout.splitlines() if words in line)
    return [cell.strip() for cell in line.strip("\u2502").split("\u2502")]


def test_each_reason_is_shown_once_with_the_number_of_users() -> None:
    done = missing("-", "mangopay/payouts", text=many(120))

    assert done.exit_code == 1
    assert row_of(done, "phone") == ["invalid", "phone", "30", "u4, u8, u12, ..."]
    assert row_of(done, "family_name")[:3] == ["missing", "identity.family_name", "30"]
    assert row_of(done, "family_name")[3] == "u2, u6, u10, ..."
    assert row_of(done, "nationality")[2:] == ["30", "u3, u6, u9, ..."]
    assert row_of(done, "enrolment")[2:] == ["90", "u1, u2, u3, ..."]
    assert "120 users, 30 of them invalid" in done.stdout
    assert done.stdout.count("is required (category is OWNER)") == 1
    assert CANARY not in done.output


@pytest.mark.parametrize("more", [[], ["--questionnaire"]])
def test_the_reasons_of_many_users_fit_a_screen(more: list[str]) -> None:
    few, lot = (missing("-", "mangopay/payouts", *more, text=many(count)) for count in (24, 240))

    assert len(lot.stdout.splitlines()) == len(few.stdout.splitlines()) < 50
    assert max(map(len, lot.stdout.splitlines())) <= 80


def test_data_with_one_reason_are_one_row_and_each_has_its_number() -> None:
    users = [{**OWNER, "identity": {}}, {**OWNER, "ref": "44", "identity": {"nationality": "LT"}}]
    text = "".join(f"{json.dumps(user)}\n" for user in users)

    done = missing("-", "mangopay/create_owner", text=text)

    assert "identity.nationality (1)" in done.stdout
    assert row_of(done, "identity.birthdate") == ["missing", "identity.birthdate", "2", "41, 44"]
    assert done.stdout.count("is required (category is OWNER)") == 1


def test_reasons_come_in_one_order_whoever_has_them_first(config: str) -> None:
    users = [
        {**OWNER, "identity": {**IDENTITY, "gender": "female"}},
        {**OWNER, "ref": "44", "identity": {**IDENTITY, "other_nationalities": ["PL"]}},
        {**OWNER, "ref": "45", "identity": {}},
    ]
    text = "".join(f"{json.dumps(user)}\n" for user in users)

    done = missing("-", "fr/create_owner", "--config", config, text=text)

    stands = [row_of(done, words)[0] for words in ("birthdate", "other_nat", "gender")]
    places = [done.stdout.index(words) for words in ("birthdate", "other_nat", "gender")]
    assert stands == ["missing", "unsupported", "left out"]
    assert places == sorted(places)


def test_what_a_screen_does_not_take_is_counted() -> None:
    users = [{f"name_{number}": 1, "ref": f"u{number}"} for number in range(30)]
    text = "".join(f"{json.dumps(user)}\n" for user in users)
    rows = ["ref,tag", *("x," + "y," * number for number in range(2, 32))]

    names = missing("-", "mangopay/create_owner", text=text)
    tally = Tally()
    for number, row in enumerate(rows):
        tally.add(f"u{number}", problem_reasons([Problem("", "shape", row)]))

    assert "and 20 more" in names.stdout
    assert tally.table("x", "stands", "why", "users", "first").row_count == MOST_ROWS
    assert (
        tally.table("x", "stands", "why", "users").caption
        == "and 11 less frequent reasons; see --all"
    )


def test_users_with_nothing_missing_are_only_counted() -> None:
    text = "".join(f"{json.dumps({**OWNER, 'ref': ref})}\n" for ref in "ab")

    done = missing("-", "mangopay/create_owner", text=text)

    assert done.exit_code == 0
    assert "reason" not in done.stdout
    assert row_of(done, "mangopay/create_owner")[1:] == ["2"]


# -- what may be asked about


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    lines, rows = tmp_path / "lines.jsonl", tmp_path / "rows.csv"
    one.write_text(json.dumps(OWNER, indent=2), "utf-8")
    many.write_text(json.dumps([OWNER, NAMELESS], indent=2), "utf-8")
    lines.write_text(f"{json.dumps(OWNER)}\n{json.dumps(NAMELESS)}\n", "utf-8")
    with rows.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ref", "phone"], ["41", "+37066612345"], ["42", ""]])

    refs = {
        place.name: [
            user["ref"]
            for user in json.loads(missing(str(place), "paysera/register", "--json").stdout)[
                "users"
            ]
        ]
        for place in (one, many, lines, rows)
    }

    assert refs == {
        "one.json": ["41"],
        "many.json": ["41", "42"],
        "lines.jsonl": ["41", "42"],
        "rows.csv": ["41", "42"],
    }


def record(**facts: Any) -> UserRecord:
    user = User(
        identity=Identity(
            given_name=CANARY,
            family_name=CANARY,
            birthdate=date.fromisoformat(BORN),
            nationality="LT",
            country_of_residence="LT",
        ),
        email=f"{CANARY}@example.com",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
    )
    return UserRecord(provider="mangopay", gateway="fr", id="user_7", user=user, **facts)


def test_a_stored_record_tells_what_the_provider_decided(tmp_path: Path) -> None:
    light, regular = tmp_path / "light.json", tmp_path / "regular.json"
    light.write_text(record(kyc_level=KYCLevel.LIGHT).to_json(), "utf-8")
    regular.write_text(record(kyc_level=KYCLevel.REGULAR).to_json(), "utf-8")

    done = {place: missing(str(place), "mangopay/kyc_regular") for place in (light, regular)}

    assert done[light].exit_code == 1
    assert done[regular].exit_code == 0
    assert "user_7, mangopay/kyc_regular: met" in done[regular].stdout


def test_a_record_of_one_provider_is_no_more_than_a_user_to_another() -> None:
    report = find_missing(record(), Paysera.targets["fully_identified"])

    assert report == find_missing(record().user, Paysera.targets["fully_identified"])
    assert "email or phone" in {finding.name for finding in report.of(RequirementStatus.MET)}


def test_an_invalid_line_is_shown_and_does_not_stop_the_others() -> None:
    text = f'{{"ref": "40", "phone": "{CANARY}"}}\nno json {CANARY}\n{json.dumps(OWNER)}\n'

    done = missing("-", "mangopay/create_owner", "--all", text=text)

    assert done.exit_code == 1
    assert "40: is not a valid user" in done.stdout
    assert "line-2: is not a valid user" in done.stdout
    assert "41, mangopay/create_owner: met" in done.stdout
    assert "3 users, 2 of them invalid" in done.stdout
    assert CANARY not in done.output


@pytest.mark.parametrize(
    "more",
    [[], ["--json"], ["--questionnaire"], ["--questionnaire", "--json"], ["--schema"]],
)
@pytest.mark.parametrize("target", ["mangopay/payouts", "paysera/fully_identified"])
def test_no_value_of_a_user_is_shown(target: str, more: list[str]) -> None:
    user = {
        **OWNER,
        "tag": CANARY,
        "phone": "+37066612345",
        "address": {"line1": CANARY, "city": CANARY, "postal_code": f"{CANARY}!", "country": "IR"},
        "credentials": {"kind": "password", "password": CANARY},
        "extras": {"paysera": {"card": {CANARY: CANARY}}},
    }

    done = asked(user, target, *more)

    assert done.exit_code in (0, 1), done.output
    for value in (CANARY, BORN, "37066612345"):
        assert value not in done.output


# -- what to ask


def test_a_questionnaire_asks_over_all_targets_at_once() -> None:
    done = missing("--new", "natural", "--questionnaire", "mangopay/create_owner",
                   "paysera/register", "--json")  # fmt: skip

    told = json.loads(done.stdout)["users"][0]
    by_path = {question["path"]: question["targets"] for question in told["questions"]}
    assert done.exit_code == 0
    assert by_path["email"] == ["mangopay/create_owner", "paysera/register"]
    assert "phone" not in by_path
    assert [step["name"] for step in told["steps"]] == ["credentials"]


def test_a_question_under_a_condition_says_when() -> None:
    done = missing("--new", "legal", "--questionnaire", "mangopay/create_owner")

    assert "company.headquarters.region" in done.stdout
    assert "if company.headquarters.country is CA or MX or US" in done.stdout


def test_a_schema_is_that_of_the_questionnaire() -> None:
    done = missing("--new", "legal", "--schema", "mangopay/kyc_regular")

    schema = json.loads(done.stdout)
    target = MangoPay.targets["kyc_regular"]
    assert schema == questionnaire(User(company=Company()), [target]).json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_schema_is_about_one_user() -> None:
    done = asked([OWNER, NAMELESS], "mangopay/create_owner", "--schema")

    assert done.exit_code == 2
    assert "--schema needs exactly one user, and USERS has 2" in done.stderr


@pytest.mark.parametrize("target", Paysera.targets)
def test_no_question_asks_for_another_kind_of_person(target: str) -> None:
    found = questionnaire(User(company=Company()), [Paysera.targets[target]])

    assert found.questions == ()
    assert [step.name for step in found.steps] == ["company"]
    assert found.steps[0].actors == (Actor.PROVIDER,)


# -- targets


def test_every_target_is_listed_with_its_source() -> None:
    done = missing("--list", "--json")

    told = {target["name"]: target for target in json.loads(done.stdout)["targets"]}
    adapters = (MangoPay, Paysera, Stripe)
    known = [target for adapter in adapters for target in adapter.targets.values()]
    assert {target.id for target in known} == set(told)
    assert all(told[target.id]["source"] == target.source for target in known)
    assert all(target.id in missing("--list").stdout for target in known)


def test_targets_of_gateways_are_listed_by_gateway(config: str) -> None:
    done = missing("--list", "--config", config)

    assert "fr/create_owner" in done.stdout
    assert "mangopay/create_owner" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "Missing argument 'USERS'"),
        ("-", "Missing argument 'TARGET...'"),
        ("--new natural", "Missing argument 'TARGET...'"),
        ("nowhere.jsonl mangopay/payouts", "there is no file nowhere.jsonl"),
        ("mangopay/payouts", "USERS comes before the targets"),
        ("- mangopay/payout", "did you mean mangopay/payouts?"),
        ("- mangopay", "the targets are mangopay/create_payer"),
        ("- mangopy/payouts", "did you mean mangopay?"),
        ("--new natural fr/payouts --config nowhere.toml", "nowhere.toml cannot be used"),
    ],
)
def test_wrong_arguments_are_exit_code_2(arguments: str, words: str) -> None:
    done = missing(*arguments.split())

    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("more", [[], ["--questionnaire"]])
def test_no_path_is_cut_at_80_columns(more: list[str]) -> None:
    done = missing("--new", "legal", "mangopay/kyc_regular", *more)

    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "people[representative].identity.country_of_residence" in done.stdout


# -- what the provider asks for --------------------------------------------------------------------


def blocked(day: int = 1, ref: str = "7") -> str:
    """A stored record of a user who is asked for a proof until a day of March."""
    proof = Requirement(
        name="documents.identity",
        status=RequirementStatus.MISSING,
        options=(document(DocumentPurpose.IDENTITY),),
        reason="hand in: proof of identity",
        blocks=("pay_out",),
        deadline=datetime(2027, 3, day, tzinfo=UTC),
        refusal=Refusal(reason=RefusalReason.EXPIRED, provider_code="008711", text=CANARY),
        origin=RequirementOrigin.PROVIDER,
    )
    later = evolve(proof, name="renewal", status=RequirementStatus.UPCOMING, refusal=None)
    record = UserRecord(
        provider="mangopay", gateway="fr", id=ref, user=User(), requirements=(proof, later)
    )
    return record.to_json()


def test_what_the_provider_asks_for_is_shown_with_the_deadline_the_code_and_what_it_stops() -> None:
    done = missing("-", "mangopay/payouts", text=blocked())

    words = ("until 2027-03-01T00:00:00+00:00", "stops pay_out", "code: 008711", "not due")
    for word in (*words, "will stop pay_out"):
        assert word in done.stdout
    assert CANARY not in done.stdout


def test_the_plain_data_of_a_report_has_the_facts_of_the_provider() -> None:
    done = missing("-", "mangopay/payouts", "--json", text=blocked())

    report = json.loads(done.stdout)["users"][0]["targets"][0]
    found = {one["name"]: one for one in report["findings"]}
    proof = found["documents.identity"]
    assert proof["deadline"] == "2027-03-01T00:00:00+00:00"
    assert (proof["origin"], proof["blocks"], proof["past_due"]) == ("provider", ["pay_out"], False)
    assert proof["refusal"] == {"reason": "expired", "provider_code": "008711", "flags": []}
    assert proof["options"][0]["kind"] == "document"
    assert found["renewal"]["status"] == "upcoming"
    assert found["recipient"]["origin"] == "rule"
    assert CANARY not in done.stdout


def test_a_questionnaire_shows_until_when_an_answer_is_due() -> None:
    done = missing("-", "mangopay/payouts", "--questionnaire", text=blocked())

    assert "documents.proof_of_identity" in done.stdout
    assert "until 2027-03-01" in done.stdout


def test_users_with_other_deadlines_share_a_row() -> None:
    text = "".join(f"{blocked(day, ref=str(day))}\n" for day in (1, 2, 3))

    done = missing("-", "mangopay/payouts", text=text)

    assert done.stdout.count("documents.identity") == 1
    assert "until" not in done.stdout
