"""`onboarding run` sends everybody once, whatever a line, the provider or a crash does."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result
from onboarding import Gateways
from onboarding.bulk import BulkRun, Journal, Line, UserFile
from onboarding.cli.app import app
from onboarding.simulation import serve

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

CANARY = "Zxqcanary"

ANA = {
    "identity": {
        "given_name": "Ana",
        "family_name": "Petrauskienė",
        "birthdate": "1961-02-03",
        "nationality": "LT",
        "country_of_residence": "LT",
        "national_id": {"code": "46102030000", "country": "LT"},
    },
    "email": "ana@example.com",
    "phone": "+37066612345",
    "category": "OWNER",
    "terms": {"accepted": True},
    "credentials": {"kind": "password", "password": "a long password"},
}


def person(ref: str | None, **changes: Any) -> dict[str, Any]:
    """A user whom both providers take."""
    name = ref or "nobody"
    known = {**ANA, "email": f"{name}@example.com", "phone": None}
    identity = {**ANA["identity"], "national_id": {"code": f"4{name}", "country": "LT"}}  # type: ignore[dict-item]
    made = {**known, "identity": identity, **changes}
    return {"ref": ref, **made} if ref is not None else made


@frozen(kw_only=True)
class Site:
    """A folder with a configuration, and the two simulators that it names."""

    folder: Path
    mangopay: Any
    paysera: Any

    @property
    def config(self) -> Path:
        return self.folder / "onboarding.toml"

    @property
    def out(self) -> Path:
        return self.folder / "results.jsonl"

    def users(self, *users: object, name: str = "users.jsonl") -> Path:
        """A file of users; a text is a line as it is."""
        lines = [user if isinstance(user, str) else json.dumps(user) for user in users]
        place = self.folder / name
        place.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return place

    def run(self, users: Path, *more: str) -> Result:
        """A run that sends one user after the other, so that the results have their order."""
        given = ["--config", str(self.config), "--in-flight", "1", *more]
        return CliRunner().invoke(app, ["run", str(users), *given])

    def results(self) -> list[dict[str, Any]]:
        """The results in the file, without the notes between them."""
        lines = [json.loads(line) for line in self.out.read_text("utf-8").splitlines()]
        return [line for line in lines if line["state"] not in ("run", "intent")]

    @property
    def created(self) -> int:
        """How many users both simulators were asked to register."""
        logged = (*self.mangopay.log, *self.paysera.log)
        paths = [one.path for one in logged if one.method == "POST"]
        return sum(path.endswith(("/users/natural", "/users/legal", "/user")) for path in paths)


CONFIG = """
default = "fr"
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:fr.secret"
base_url = "{fr}"
accept_loss = ["identity.national_id.*"]
[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "file:lt.secret"
base_url = "{lt}"
accept_loss = ["identity.birthdate", "identity.country_of_residence"]
"""


class Stage:
    """A server that stays while the application behind it changes."""

    app: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def stages() -> Iterator[dict[str, tuple[Stage, str]]]:
    fr, lt = Stage(), Stage()
    with serve(fr) as fr_url, serve(lt) as lt_url:
        yield {"fr": (fr, fr_url), "lt": (lt, lt_url)}


@pytest.fixture
def site(tmp_path: Path, stages: dict[str, tuple[Stage, str]]) -> Site:
    (fr, fr_url), (lt, lt_url) = stages["fr"], stages["lt"]
    fr.app = MangoPay.simulator()(client_id="acme", api_key="fr-secret")
    lt.app = Paysera.simulator()(client_id="acme", mac_key="lt-secret")
    (tmp_path / "onboarding.toml").write_text(CONFIG.format(fr=fr_url, lt=lt_url), "utf-8")
    (tmp_path / "fr.secret").write_text("fr-secret", "utf-8")
    (tmp_path / "lt.secret").write_text("lt-secret", "utf-8")
    return Site(folder=tmp_path, mangopay=fr.app, paysera=lt.app)


def states(results: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {result["ref"]: result["state"] for result in results}


# -- what a run does


def test_everybody_onboarded_is_exit_code_0(site: Site) -> None:
    users = site.users(person("a"), person("b"))

    done = site.run(users, "--out", str(site.out))

    assert done.exit_code == 0, done.output
    assert states(site.results()) == {"a": "created", "b": "created"}


@pytest.mark.parametrize("gateway", ["fr", "lt"])
def test_a_result_has_the_status_and_the_levels_of_a_user(site: Site, gateway: str) -> None:
    users = site.users(person("a", phone="+37066612345"))

    site.run(users, "--out", str(site.out), "--gateway", gateway)

    (result,) = site.results()
    assert result["gateway"] == gateway
    assert result["id"]
    assert (result["status"], result["kyc_level"]) == ("pending", "LIGHT")
    assert result["identification_level"] == "unidentified"
    assert set(result["provider_levels"].values()) <= {"LIGHT", "unidentified"}
    kinds = {"fr": ["redirect"], "lt": ["confirm_code", "confirm_code"]}[gateway]
    assert [action["kind"] for action in result["next_actions"]] == kinds
    lost = {loss["path"] for loss in result["losses"] if loss["kind"] == "dropped"}
    assert (
        lost
        == {
            "fr": {"identity.national_id.code", "identity.national_id.country"},
            "lt": {"identity.birthdate", "identity.country_of_residence"},
        }[gateway]
    )


def test_no_bad_line_stops_the_next(site: Site) -> None:
    users = site.users(
        "{not json",
        "[1]",
        '"text"',
        "",
        "[" * 100_000,
        '{"ref": "nan", "email": NaN}',
        {"ref": True, **ANA},
        {"ref": "  ", **ANA},
        {"ref": "x" * 201, **ANA},
        person("wrong", phone="12", email="no"),
        {"ref": "odd", "no_such_field": 1},
        person("blocked", identity={**ANA["identity"], "nationality": "KP", "national_id": None}),  # type: ignore[dict-item]
        person("lossy", tag="x" * 300),
        person("good"),
    )

    done = site.run(users, "--out", str(site.out))

    assert done.exit_code == 1
    found = states(site.results())
    assert {ref: found[ref] for ref in ("wrong", "odd", "blocked", "lossy", "good")} == {
        "wrong": "invalid",
        "odd": "invalid",
        "blocked": "rejected",
        "lossy": "unsupported",
        "good": "created",
    }
    numbered = {ref: state for ref, state in found.items() if ref.startswith("line-")}
    assert set(numbered) == {f"line-{number}" for number in (1, 2, 3, 5, 6, 7, 8, 9)}
    assert set(numbered.values()) == {"invalid"}
    wrong = next(result for result in site.results() if result["ref"] == "wrong")
    assert {problem["path"] for problem in wrong["problems"]} == {"phone", "email"}


def test_the_later_of_two_lines_with_one_ref_is_a_problem(site: Site) -> None:
    users = site.users(person("a"), person("a", email="other@example.com"), person(None))

    for _ in range(2):
        done = site.run(users, "--out", str(site.out))

        assert done.exit_code == 1
        first, second, third = site.results()
        assert (first["ref"], first["line"], first["state"]) == ("a", 1, "created")
        assert (second["ref"], second["line"], second["state"]) == ("line-2", 2, "invalid")
        assert second["problems"][0]["code"] == "duplicate"
        assert "the ref of an earlier line" in second["problems"][0]["message"]
        assert (third["ref"], third["state"]) == ("line-3", "created")
        assert site.created == 2


def test_no_ref_can_take_the_name_of_another_line(site: Site) -> None:
    users = site.users(
        person("line-2"), person(None, email="b@example.com"), person("line-3"), person("line-3")
    )

    done = site.run(users, "--out", str(site.out))

    assert done.exit_code == 1
    assert [(result["ref"], result["state"]) for result in site.results()] == [
        ("line-1", "invalid"),
        ("line-2", "created"),
        ("line-3", "created"),
        ("line-4", "invalid"),
    ]


def test_a_second_run_sends_no_user_and_writes_nothing_new(site: Site) -> None:
    users = site.users(person("a"), person("b", tag="x" * 300), "{", person("c", terms=None))
    site.run(users, "--out", str(site.out))
    before, sent = site.out.read_bytes(), site.created

    done = site.run(users, "--out", str(site.out), "--json")

    assert site.out.read_bytes() == before
    assert site.created == sent
    assert json.loads(done.stdout)["summary"]["before"]["created"] == 1
    assert done.exit_code == 1


def test_who_was_not_sent_is_tried_again_once_corrected(site: Site) -> None:
    site.run(site.users(person("a", phone="12")), "--out", str(site.out))

    done = site.run(site.users(person("a")), "--out", str(site.out))

    assert done.exit_code == 0, done.output
    assert [result["state"] for result in site.results()] == ["invalid", "created"]


def rejected(ref: str) -> dict[str, Any]:
    """A user whose nationality MangoPay blocks."""
    identity = {**ANA["identity"], "nationality": "KP", "national_id": None}  # type: ignore[dict-item]
    return person(ref, identity=identity)


def test_a_rejected_user_is_tried_again_once_its_line_is_another(site: Site) -> None:
    site.run(site.users(rejected("a")), "--out", str(site.out))

    done = site.run(site.users(person("a")), "--out", str(site.out))
    again = site.run(site.users(rejected("a")), "--out", str(site.out))

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert [result["state"] for result in site.results()] == ["rejected", "created"]
    assert "digest" not in site.results()[1]


def test_an_unchanged_rejected_line_is_not_sent_again_and_is_counted(site: Site) -> None:
    users = site.users(rejected("a"), person("b"))
    site.run(users, "--out", str(site.out))
    before, sent = site.out.read_bytes(), site.created

    done = site.run(users, "--out", str(site.out))

    assert (site.out.read_bytes(), site.created) == (before, sent)
    assert "2 users were finished by an earlier run and not sent again; to retry" in done.stdout


def test_a_user_rejected_twice_is_compared_with_the_later_line(site: Site) -> None:
    site.run(site.users(rejected("a")), "--out", str(site.out))
    other = site.users({**rejected("a"), "email": "other@example.com"})
    site.run(other, "--out", str(site.out))
    sent = site.created

    site.run(other, "--out", str(site.out))

    assert site.created == sent
    assert [result["state"] for result in site.results()] == ["rejected", "rejected"]


def test_a_rejected_line_of_an_older_results_file_is_not_sent_again(site: Site) -> None:
    site.run(site.users(rejected("a")), "--out", str(site.out))
    text = site.out.read_text("utf-8")
    site.out.write_text(re.sub(r'"digest":"[0-9a-f]+",', "", text), "utf-8")
    sent = site.created

    site.run(site.users(person("a")), "--out", str(site.out))

    assert site.created == sent


def test_a_created_user_stays_so_whatever_its_line_becomes(site: Site) -> None:
    header = "ref,identity.given_name,identity.family_name,email,category,terms.accepted"
    row = "a,Ana,Smith,a@example.com,PAYER,true"
    site.run(site.users(header, row, name="users.csv"), "--out", str(site.out))

    for other in (row.replace("Ana", "Eva"), f"{row},too many"):
        done = site.run(site.users(header, other, name="users.csv"), "--out", str(site.out))

        assert done.exit_code == 0, done.output
        assert "1 user was finished by an earlier run and not sent again." in done.stdout
    assert site.created == 1


def test_a_reason_names_the_first_users(site: Site) -> None:
    users = site.users(*(person(f"u{number}", phone="12") for number in range(5)))

    done = site.run(users)

    assert "u0, u1, u2 and 2 more" in done.stdout


def test_standard_input_is_read_as_json_lines(site: Site) -> None:
    line = json.dumps(person("a"))

    arguments = ["run", "-", "--config", str(site.config), "--out", str(site.out)]
    done = CliRunner().invoke(app, arguments, input=line)

    assert done.exit_code == 0, done.output


def test_another_user_on_the_line_of_a_created_one_is_invalid(
    site: Site,
) -> None:
    site.run(site.users(person(None), person("b")))

    done = site.run(site.users(person(None, email="other@example.com"), person("b")), "--json")
    again = site.run(site.users(person(None), person("b")))

    assert (done.exit_code, again.exit_code) == (1, 0)
    (result,) = json.loads(done.stdout)["results"]
    assert (result["state"], result["problems"][0]["code"]) == ("invalid", "moved")
    assert site.created == 2


# -- CSV


def test_csv_and_json_lines_say_the_same(site: Site) -> None:
    header = "ref,identity.given_name,identity.family_name,identity.birthdate,identity.nationality"
    header += ",identity.country_of_residence,identity.other_nationalities,email,category"
    header += ",terms.accepted,credentials.kind,credentials.password,address.city,phone"
    row = 'a,"Ana ""A""",Ōe,1961-02-03,LT,LT,PL;LV,a@example.com,OWNER,TRUE,password,"1,2,3",,'
    table = site.users(header, row, name="users.csv")
    same = {
        "ref": "a",
        "identity": {
            "given_name": 'Ana "A"',
            "family_name": "Ōe",
            "birthdate": "1961-02-03",
            "nationality": "LT",
            "country_of_residence": "LT",
            "other_nationalities": ["PL", "LV"],
        },
        "email": "a@example.com",
        "category": "OWNER",
        "terms": {"accepted": True},
        "credentials": {"kind": "password", "password": "1,2,3"},
    }

    with UserFile.open(table) as one, UserFile.open(site.users(same)) as other:
        (left,), (right,) = list(one), list(other)

    assert (left.ref, left.data) == (right.ref, right.data)


def test_a_csv_row_of_another_length_is_a_bad_line(site: Site) -> None:
    table = site.users(
        "\ufeffref,identity.given_name,identity.family_name,email,category,terms.accepted",
        "a,Ana,Smith,a@example.com,PAYER,true",
        "b,Ana,Smith,b@example.com,PAYER",
        ",,,,,",
        'c,"Ana\nMaria",Smith,c@example.com,PAYER,true',
        'd,"Ana" x,Smith,d@example.com,PAYER,true',
        "e,Ana,Smith,e@example.com,PAYER,perhaps",
        "f,Ana,Smith,f@example.com,PAYER,false",
        name="users.csv",
    )

    done = site.run(table, "--out", str(site.out))

    assert done.exit_code == 1
    assert states(site.results()) == {
        "a": "created",
        "b": "invalid",
        "c": "invalid",  # a cell holds no line break
        "line-7": "invalid",
        "e": "invalid",
        "f": "created",
    }


def test_a_stray_quote_spoils_no_other_row(site: Site) -> None:
    table = site.users(
        "ref,identity.given_name,identity.family_name,email,category,terms.accepted",
        'a,"Ana,Smith,a@example.com,PAYER,true',
        "b,Ana,Smith,b@example.com,PAYER,true",
        'c,Ana,Smith",c@example.com,PAYER,"true',
        "d,Ana,Smith,d@example.com,PAYER,true",
        name="users.csv",
    )

    with UserFile.open(table) as file:
        found = [(line.ref, not line.problems) for line in file]

    assert found == [("line-2", False), ("b", True), ("line-4", False), ("d", True)]


def test_blanks_around_a_cell_are_no_part_of_it(site: Site) -> None:
    table = site.users(
        "ref , identity.given_name,email,terms.accepted",
        ' a ,  "Ana, Maria" , ana@example.com\t, true ',
        ' b , " Ana Maria ",\tana@example.com , true ',
        name="users.csv",
    )

    with UserFile.open(table) as file:
        quoted, row = file

    assert quoted.problems  # blanks behind a closing quote are no CSV
    assert row.ref == "b"
    assert row.data == {
        "identity": {"given_name": "Ana Maria"},
        "email": "ana@example.com",
        "terms": {"accepted": True},
    }


def test_a_list_among_extras_needs_json_lines(site: Site) -> None:
    known = {**person("b"), "extras": {"paysera": {"scopes": ["logged_in"]}}}
    table = site.users(
        "ref,identity.given_name,identity.family_name,identity.nationality"
        ",identity.national_id.code,identity.national_id.country"
        ",email,category,terms.accepted,extras.paysera.scopes",
        "a,Ana,Smith,LT,4a,LT,a@example.com,OWNER,true,logged_in",
        name="users.csv",
    )

    site.run(table, "--out", str(site.out), "--gateway", "lt")
    site.run(site.users(known), "--out", str(site.out), "--gateway", "lt")

    assert states(site.results()) == {"a": "invalid", "b": "created"}
    assert site.results()[0]["problems"][0]["path"] == "extras.paysera.scopes"


@pytest.mark.parametrize("header", [f"{CANARY},x", "documents", "email,email", "", '"'])
def test_a_csv_header_of_no_core_paths_is_refused_unshown(site: Site, header: str) -> None:
    done = site.run(site.users(header, "1,2", name="users.csv"))

    assert done.exit_code == 2
    assert CANARY not in done.output


def test_an_invalid_csv_header_is_the_only_problem_reported(site: Site) -> None:
    done = site.run(site.users("no_such_path", "1", name="users.csv"))

    assert done.stdout == ""
    assert "column 1" in done.stderr


@pytest.mark.parametrize(
    ("name", "coding"),
    [("users.csv", "latin-1"), ("users.jsonl", "latin-1"), ("users.jsonl", "utf-16")],
)
def test_a_file_that_is_not_utf_8_is_reported_as_such(site: Site, name: str, coding: str) -> None:
    text = "ref,identity.given_name,\u00e9\n" if name.endswith("csv") else '{"ref": "\u00e9"}\n'
    place = site.folder / name
    place.write_bytes(text.encode(coding))

    done = site.run(place)

    assert "is not UTF-8" in done.output


def test_a_row_that_is_not_utf_8_keeps_its_ref(site: Site) -> None:
    place = site.folder / "users.csv"
    place.write_bytes(b"ref,identity.given_name\na,Ren\xe9\nb,Ana\n")

    with UserFile.open(place) as file:
        bad, good = file

    assert (bad.ref, bad.problems[0].message) == (
        "a",
        "the line is not UTF-8; save the file as UTF-8",
    )
    assert (good.ref, good.problems) == ("b", ())


def test_a_row_of_another_length_gives_a_ref_only_from_the_first_column(site: Site) -> None:
    table = site.users("email,ref,tag", f"a,{CANARY}", name="users.csv")

    with UserFile.open(table) as file:
        (line,) = file

    assert line.ref == "line-2"


@pytest.mark.parametrize("cell", [f"Ana\n{CANARY}", f'"Ana\n{CANARY}"', f"Ana\nEva\n{CANARY}"])
def test_the_rest_of_an_invalid_row_is_not_read_as_a_ref(site: Site, cell: str) -> None:
    table = site.users("ref,identity.given_name,tag", f"a,{cell},x", "b,Ana", name="users.csv")

    with UserFile.open(table) as file:
        refs = [line.ref for line in file]

    assert all(CANARY not in ref and "Eva" not in ref for ref in refs)


def test_every_row_with_a_cell_too_many_keeps_its_ref(site: Site) -> None:
    table = site.users("ref,tag", "a,x,", "b,y,", "c,z,", name="users.csv")

    with UserFile.open(table) as file:
        refs = [line.ref for line in file]

    assert refs == ["a", "b", "c"]


# -- nobody twice


def test_another_gateway_cannot_continue_a_results_file(site: Site) -> None:
    users = site.users(person("a"))
    site.run(users, "--out", str(site.out))

    done = site.run(users, "--out", str(site.out), "--gateway", "lt")

    assert done.exit_code == 2
    assert "fr (mangopay)" in done.output
    assert len(site.paysera.log) == 0


def test_a_file_without_results_is_not_changed(site: Site) -> None:
    users = site.users(person("a"))
    before = users.read_bytes()

    done = site.run(users, "--out", str(users))

    assert done.exit_code == 2
    assert users.read_bytes() == before
    assert site.created == 0


def test_an_unfinished_last_line_is_forgiven(site: Site) -> None:
    users = site.users(person("a"), person("b"))
    to = ("--out", str(site.out), "--gateway", "lt")
    site.run(users, *to)
    whole = site.out.read_bytes()
    site.out.write_bytes(whole[:-20])  # the last result was being written

    done = site.run(users, *to)

    assert done.exit_code == 0  # a search finds the second user
    assert states(site.results()) == {"a": "created", "b": "created"}
    assert site.created == 2


def test_a_broken_line_in_the_middle_is_an_error(site: Site) -> None:
    users = site.users(person("a"))
    site.run(users, "--out", str(site.out))
    first, *rest = site.out.read_bytes().splitlines(keepends=True)
    site.out.write_bytes(b"".join([first, b"{\n", *rest]))

    done = site.run(users, "--out", str(site.out))

    assert done.exit_code == 2
    assert site.created == 1


class Slow:
    """Answers like the simulator behind it, but keeps one user waiting after its registration."""

    def __init__(self, app: Any, mark: bytes) -> None:
        self.app, self.mark = app, mark
        self.reached, self.release = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        answer = self.app(environ, start_response)
        if self.mark in body:
            self.reached.set()
            self.release.wait(30)
        return answer


@contextmanager
def started(
    site: Site, users: Path, app: Any, *more: str, **options: Any
) -> Generator[subprocess.Popen[bytes]]:
    """A run of its own process, against an application behind both gateways; killed at the end."""
    with serve(app) as url:
        site.config.write_text(CONFIG.format(fr=url, lt=url), "utf-8")
        command = [sys.executable, "-m", "onboarding", "run", str(users), *more]
        process = subprocess.Popen([*command, "--config", str(site.config)], **options)
        with process:
            try:
                yield process
            finally:
                process.kill()


def at_paysera(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "identity": {**data["identity"], "birthdate": None}}


def killed(site: Site, gateway: str) -> Path:
    """The users of a run that was killed after its second user reached the provider."""
    app = {"fr": site.mangopay, "lt": site.paysera}[gateway]
    slow = Slow(app, b"second@example.com")
    users = site.users(person("first"), person("second"), person("third"))
    real = site.config.read_text("utf-8")
    with started(site, users, slow, "--out", str(site.out), "--gateway", gateway) as process:
        assert slow.reached.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        slow.release.set()
    site.config.write_text(real, "utf-8")
    return users


def test_a_replay_settles_who_was_being_sent_at_a_kill_with_the_id_of_the_first_call(
    site: Site,
) -> None:
    users = killed(site, "fr")

    done = site.run(users, "--out", str(site.out), "--json")
    again = site.run(users, "--out", str(site.out))

    told = json.loads(done.stdout)
    assert done.exit_code == again.exit_code == 0
    assert states(site.results()) == dict.fromkeys(("first", "second", "third"), "created")
    assert told["summary"]["unknown"] == []
    assert len({result["id"] for result in site.results()}) == 3
    assert stored(site) == 3


def stored(site: Site) -> int:
    """How many users MangoPay has."""
    with Gateways.from_file(site.config) as gateways:
        gateway = gateways["fr"]
        return len(gateway.run(gateway.adapter.list_users()).items)


def test_without_idempotency_keys_who_was_being_sent_at_a_kill_is_searched_for(site: Site) -> None:
    users = killed(site, "lt")

    done = site.run(users, "--out", str(site.out), "--gateway", "lt")

    assert done.exit_code == 0
    assert states(site.results()) == dict.fromkeys(("first", "second", "third"), "created")
    assert site.created == 3


def test_who_was_being_sent_at_a_kill_and_is_not_found_stays_unknown_and_is_named(
    site: Site,
) -> None:
    users = killed(site, "lt")
    site.paysera.permissions -= {"search_by_person_code"}
    to = ("--out", str(site.out), "--gateway", "lt")

    done = site.run(users, *to, "--json")
    again = site.run(users, *to)

    told = json.loads(done.stdout)
    assert done.exit_code == again.exit_code == 3
    assert states(site.results()) == {"first": "created", "second": "unknown", "third": "created"}
    assert told["summary"]["unknown"] == [{"ref": "second", "id": None, "next_step": "look_up"}]
    assert "Unknown outcome: second. Search for them at paysera" in again.stdout
    assert site.created == 3


def test_a_user_whose_answer_is_lost_is_unknown_until_the_next_run(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onboarding.cli.run.REPLAYS", 0)
    slow = Slow(site.mangopay, b"a@example.com")
    users = site.users(person("a"), person("b"))
    with serve(slow) as url:
        config = CONFIG.format(fr=url, lt=url).replace(
            "[gateways.lt]", "[gateways.fr.connection]\ntimeout = 0.3\n[gateways.lt]"
        )
        site.config.write_text(config, "utf-8")

        done = site.run(users, "--out", str(site.out))
        slow.release.set()
        again = site.run(users, "--out", str(site.out))

    assert (done.exit_code, again.exit_code) == (3, 0)
    assert "Unknown outcome: a. Run again" in done.stdout
    assert states(site.results()) == {"a": "created", "b": "created"}
    assert [one["state"] for one in site.results()] == ["unknown", "created", "created"]


def test_a_user_whose_answer_is_lost_is_settled_by_the_same_run(site: Site) -> None:
    site.mangopay.misbehave(kind="truncated", route="POST */users/*", times=1)
    config = site.config.read_text("utf-8").replace("[gateways.fr]", "[gateways.fr]\nretry = false")
    site.config.write_text(config, "utf-8")

    done = site.run(site.users(person("a"), person("b")), "--out", str(site.out))

    assert done.exit_code == 0, done.output
    assert [one["state"] for one in site.results()] == ["created", "created"]
    assert stored(site) == 2


def test_an_unreachable_provider_leaves_users_for_the_next_run(site: Site) -> None:
    users = site.users(person("a"))
    real = site.config.read_text("utf-8")
    site.config.write_text(CONFIG.format(fr="http://127.0.0.1:9", lt="http://127.0.0.1:9"), "utf-8")
    done = site.run(users, "--out", str(site.out))
    site.config.write_text(real, "utf-8")

    again = site.run(users, "--out", str(site.out))

    assert (done.exit_code, again.exit_code) == (1, 0)
    assert [result["state"] for result in site.results()] == ["failed", "created"]


def test_credentials_that_are_not_accepted_end_the_run(site: Site) -> None:
    (site.folder / "fr.secret").write_text("another", "utf-8")
    users = site.users(*(person(f"user-{number}") for number in range(20)))

    done = site.run(users, "--out", str(site.out))
    (site.folder / "fr.secret").write_text("fr-secret", "utf-8")
    again = site.run(users, "--out", str(site.out))

    assert done.exit_code == 2
    assert "client_id and api_key" in done.stderr
    assert again.exit_code == 0, again.output
    assert site.created == 20


def test_two_runs_cannot_write_one_file(site: Site) -> None:
    with (
        Gateways.from_file(site.config) as gateways,
        Journal.open(site.out, gateways["fr"]),
    ):
        done = site.run(site.users(person("a")), "--out", str(site.out))

    assert done.exit_code == 2
    assert site.created == 0


# -- what is told


class Pressing:
    """Answers like the application behind it, but presses Ctrl-C while a user is in flight."""

    def __init__(self, app: Any, mark: bytes, times: int) -> None:
        self.app, self.mark, self.times = app, mark, times

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        answer = self.app(environ, start_response)
        if self.mark in body:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.05)  # the main thread handles a signal when it runs
            self.times = 0
        return answer


interrupting = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def pressed(site: Site, times: int, *more: str) -> Result:
    """A run of three users, in the second of which Ctrl-C is pressed."""
    users = site.users(person("first"), person("second"), person("third"))
    real = site.config.read_text("utf-8")
    with serve(Pressing(site.mangopay, b"second@example.com", times)) as url:
        site.config.write_text(CONFIG.format(fr=url, lt=url), "utf-8")
        try:
            return site.run(users, "--out", str(site.out), *more)
        finally:
            site.config.write_text(real, "utf-8")


@interrupting
@pytest.mark.usefixtures("interruptible")
def test_the_first_interrupt_finishes_the_user_in_flight_and_says_how_to_resume(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    done = pressed(site, 1)

    assert done.exit_code == 130
    assert states(site.results()) == {"first": "created", "second": "created"}
    assert "Waiting for the users in flight." in capfd.readouterr().err
    assert done.stderr == "Error: interrupted; run the same command again to resume\n"
    assert re.search(r"^created +2 ", done.stdout, re.MULTILINE)


@interrupting
@pytest.mark.usefixtures("interruptible")
def test_the_second_interrupt_stops_at_once_and_the_next_run_settles_the_user_in_flight(
    site: Site,
) -> None:
    done = pressed(site, 2, "--json")
    before = states(site.results())
    again = site.run(site.folder / "users.jsonl", "--out", str(site.out))

    told = json.loads(done.stdout)
    assert told["summary"]["exit_code"] == done.exit_code == 130
    assert "the outcome of second is unknown; run the same" in told["error"]["message"]
    assert told["summary"]["unknown"] == [{"ref": "second", "id": None, "next_step": "run_again"}]
    assert states(told["results"]) == before == {"first": "created", "second": "unknown"}
    assert again.exit_code == 0, again.output
    assert stored(site) == 3


class Typed(io.BytesIO):
    """Standard input of which one line comes, and then Ctrl-C."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line:
            signal.raise_signal(signal.SIGINT)
        return line


@interrupting
@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_while_a_run_waits_for_input_ends_it_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(f"{json.dumps(person(ref))}\n" for ref in ("a", "b"))
    monkeypatch.setattr(
        "onboarding.cli.run.users_in", lambda _: UserFile(Typed(lines.encode()), size=None)
    )

    done = site.run(Path("-"), "--out", str(site.out))

    assert done.exit_code == 130
    assert states(site.results()) == {"a": "created", "b": "created"}
    assert "interrupted" in done.stderr


# -- files that cannot be written

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from onboarding.cli import main
main()
"""


def limited(site: Site, size: int, *more: str) -> subprocess.CompletedProcess[bytes]:
    """A run of two users that can write no file beyond a size."""
    command = [sys.executable, "-c", LIMITED, str(size), "run", "--in-flight", "1"]
    command += [str(site.users(person("a"), person("b"))), "--config", str(site.config)]
    return subprocess.run(
        [*command, "--out", str(site.out), *more], capture_output=True, timeout=60, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_a_disk_that_is_full_after_a_send_names_the_user_in_flight_and_the_next_run_settles_it(
    site: Site,
) -> None:
    full = limited(site, 400, "--json")
    done = site.run(site.folder / "users.jsonl", "--out", str(site.out))

    told = json.loads(full.stdout)
    (result,) = told["results"]
    assert (result["ref"], result["state"]) == ("a", "created")
    assert told["error"]["kind"] == "OSError"
    message = told["error"]["message"]
    assert str(site.out) in message
    assert f"a was sent (created with the id {result['id']})" in message
    assert told["summary"]["exit_code"] == full.returncode == 3
    assert full.stderr == b""
    assert done.exit_code == 0, done.output
    assert site.results()[0]["id"] == result["id"]
    assert stored(site) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_no_user_is_sent_if_the_disk_is_full_before(site: Site) -> None:
    with Gateways.from_file(site.config) as gateways:
        Journal.open(site.out, gateways["fr"]).close()

    done = limited(site, site.out.stat().st_size + 9)

    assert (done.returncode, site.created) == (2, 0)
    assert b"was sent" not in done.stderr
    assert str(site.out).encode() in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="devices are POSIX's")
def test_no_user_is_sent_without_a_regular_results_file(site: Site) -> None:
    os.mkfifo(site.folder / "fifo")
    for place, words in (
        (Path("/dev/full"), "is a device"),
        (Path("/dev/zero"), "is a device"),
        (site.folder / "fifo", "is a FIFO"),
        (site.folder, "is a directory"),
    ):
        done = site.run(site.users(person("a")), "--out", str(place))

        assert done.exit_code == 2
        assert words in done.stderr
    assert site.created == 0


@pytest.mark.skipif(sys.platform == "win32", reason="devices are POSIX's")
def test_results_do_not_go_to_the_file_that_standard_output_goes_to(site: Site) -> None:
    command = [sys.executable, "-m", "onboarding", "run", str(site.users(person("a")))]
    command += ["--config", str(site.config), "--out", "/dev/stdout"]

    with (site.folder / "printed").open("wb") as printed:
        done = subprocess.run(command, stdout=printed, stderr=PIPE, timeout=30, check=False)

    assert (done.returncode, site.created) == (2, 0)
    assert b"/dev/stdout: is where the output of the command goes" in done.stderr


# -- the results file without --out


@pytest.mark.parametrize(
    ("name", "results"),
    [
        ("users.jsonl", "users.fr.results.jsonl"),
        ("users.csv", "users.csv.fr.results.jsonl"),
        ("users", "users.fr.results.jsonl"),
    ],
)
def test_without_out_results_go_beside_the_users_and_the_next_run_resumes(
    site: Site, name: str, results: str
) -> None:
    header = "ref,identity.given_name,identity.family_name,email,category,terms.accepted"
    row = "a,Ana,Smith,a@example.com,PAYER,true"
    lines = [header, row] if name.endswith("csv") else [person("a")]
    users = site.users(*lines, name=name)

    first = site.run(users)
    second = site.run(users)

    place = site.folder / results
    assert first.stderr == f"Results: {place}\n"
    assert [json.loads(line)["state"] for line in place.read_text("utf-8").splitlines()] == [
        "run",
        "intent",
        "created",
    ]
    assert "1 user was finished by an earlier run and not sent again." in second.stdout
    assert (first.exit_code, second.exit_code, site.created) == (0, 0, 1)


def test_standard_input_without_out_has_a_new_results_file_each_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.folder)
    text = json.dumps(person(None))

    for _ in range(2):
        done = CliRunner().invoke(app, ["run", "-"], input=text)
        assert done.exit_code == 0, done.output

    assert len(list(site.folder.glob("stdin.fr.*.results.jsonl"))) == 2
    assert stored(site) == 2


def test_a_folder_that_is_not_writable_is_named_with_the_next_step(site: Site) -> None:
    users = site.users(person("a"))
    (site.folder / "users.fr.results.jsonl").mkdir()

    done = site.run(users)

    assert done.exit_code == 2
    assert "users.fr.results.jsonl: is a directory; name a regular file" in done.stderr


# -- the summary


def test_reasons_beyond_the_first_are_counted_and_places_in_lists_are_one_reason(
    site: Site,
) -> None:
    both = [{"type": "IDENTITY_PROOF", "pages": 7}] * 2
    users = site.users(
        *(person(f"list-{number}", documents=both) for number in range(2)),
        {"ref": "odd", "phone": "12", "email": "no", "category": "NO", "terms": 1, "tag": 1},
        {"ref": "odder", "address": 7, "identity": 7, "credentials": 7, "birthplace": 1},
        "[",
        "{",
    )

    done = site.run(users, "--json")
    shown = site.run(users)

    assert re.search(r"and \d+ more; each result lists its problems", shown.stdout)
    paths = [x["path"] for one in json.loads(done.stdout)["results"] for x in one["problems"]]
    assert {"documents.0.pages", "documents.1.pages"} <= set(paths)
    assert re.search(r"documents\[\]\.pages .* 2 +list-0, list-1 *$", shown.stdout, re.MULTILINE)


def test_a_value_that_is_too_long_is_not_called_unsupported(site: Site) -> None:
    done = site.run(site.users(person("a", tag="x" * 300)))

    assert "the provider does not support a field or its value" in done.stdout
    assert "tag" in done.stdout
    assert "longer than 255 characters" in done.stdout
    assert "not supported" not in done.stdout


def test_json_is_one_document_and_nothing_else(site: Site) -> None:
    users = site.users(person("a"), "{")

    done = site.run(users, "--json")

    told = json.loads(done.stdout)
    assert [result["state"] for result in told["results"]] == ["created", "invalid"]
    assert told["summary"]["users"] == 2
    assert told["error"] is None
    assert told["summary"]["results_file"] == str(site.folder / "users.fr.results.jsonl")


@pytest.mark.parametrize(
    "arguments",
    [["--gateway", "nobody"], ["--config", "nowhere.toml"], ["--out", "no/such/folder"]],
)
def test_with_json_an_error_is_json_too(site: Site, arguments: list[str]) -> None:
    done = site.run(site.users(person("a")), "--json", *arguments)

    assert done.exit_code == 2
    assert set(json.loads(done.stdout)["error"]) == {"kind", "message", "problems"}


@pytest.mark.parametrize("gateway", ["fr", "lt"])
def test_no_personal_value_and_no_link_is_shown_or_stored(site: Site, gateway: str) -> None:
    texts = {
        "given_name": CANARY,
        "family_name": CANARY,
        "birthdate": "1931-07-19",
        "nationality": "LT",
        "country_of_residence": "LT",
        "national_id": {"code": f"{CANARY}1", "country": "LT"},
    }
    address = {"line1": CANARY, "city": CANARY, "postal_code": CANARY, "country": "LT"}
    secret = {"kind": "password", "password": CANARY}
    users = site.users(
        person("ok", identity=texts, email=f"{CANARY}@example.com", credentials=secret),
        person("bad", identity=texts, email=CANARY, phone=CANARY, category=CANARY),
        person("no", identity={**texts, "nationality": "KP"}, address=address),
        person("short", identity=texts, credentials={"kind": "password", "password": "Zxqca"}),
        {"ref": "key", CANARY + " is no path": CANARY, "extras": {CANARY: {CANARY: CANARY}}},
        f'{{"ref": "{CANARY}", "email": ',
    )

    done = site.run(users, "--out", str(site.out), "--gateway", gateway)
    loud = site.run(users, "--json", "--gateway", gateway)

    everything = done.output + loud.output + site.out.read_text("utf-8")
    for value in (
        CANARY,
        CANARY.lower(),
        "Zxqca",
        "1931-07",
        "1931, ",
        "1213574400",
        "token=",
        "?token",
        "-secret",
    ):
        assert value not in everything
    assert "created" in states(site.results()).values()


def test_a_run_holds_no_earlier_line_in_memory(site: Site) -> None:
    held: list[weakref.ref[Any]] = []
    most = 0

    class Data(dict[str, Any]):
        """Plain data that can be looked after."""

    def lines() -> Iterator[Line]:
        nonlocal most
        for number in range(10):
            data = Data(phone="12")
            held.append(weakref.ref(data))
            gc.collect()
            most = max(most, sum(one() is not None for one in held))
            yield Line(number=number, ref=str(number), data=data)

    with Gateways.from_file(site.config) as gateways:
        bulk = BulkRun(gateways.default, Journal())
        found = [result.state for result in bulk.run(lines())]

    assert found == ["invalid"] * 10
    assert most <= 3
