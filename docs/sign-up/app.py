"""A sign-up at two providers: form, the provider's page, return, notifications, status page.

Run it with `uvicorn app:app`. In your own application, the own id comes from the person's login.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from onboarding import Gateways, User
from onboarding.directory import AsyncDirectory
from onboarding.errors import NoAnswer, OnboardingError, Problem, UnknownUser, Unsupported
from onboarding.requirements import Target, questionnaire
from onboarding.service import AsgiNotifications, AsyncOnboardingService

TARGETS = {"mangopay": "create_owner", "stripe": "accept_payments"}
COUNTRIES = ("DE", "FR", "GB", "LT", "US")
WORDS = re.compile(r"[^.\[\]]+")
TYPES = {"nationality": "country", "accepted": "checkbox", "email": "email"}
UNREACHABLE = Problem("", "unavailable", "The provider cannot be reached: try again later.")
pages = Jinja2Templates(Path(__file__).parent)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Opens the gateways and the directory before the server starts."""
    config = os.environ.get("ONBOARDING_CONFIG", "onboarding.toml")
    url = os.environ.get("ONBOARDING_DIRECTORY", "sqlite:///onboarding.db")
    async with Gateways.from_file(config) as gateways, await AsyncDirectory.open(url) as directory:
        app.state.gateways = gateways
        app.state.service = AsyncOnboardingService(gateways.aio, directory, gateways.routes)
        app.mount("/notifications", AsgiNotifications(inbox=app.state.service))
        yield


app = FastAPI(lifespan=running)


@app.get("/")
def start(request: Request) -> Response:
    """Asks for the kind of person and the country, which choose the provider."""
    return page(request, "start", countries=COUNTRIES)


@app.get("/sign-up")
def form(request: Request, kind: str, country: str) -> Response:
    """Asks for what the provider needs before the first call."""
    found = fields(kind, country, {}, ())
    return page(request, "form", fields=found, own_id=secrets.token_urlsafe(12))


@app.post("/sign-up")
async def sign_up(request: Request, kind: str, country: str) -> Response:
    """Creates the user once, however often the form is sent, and goes to the provider's page."""
    typed = {name: str(value) for name, value in (await request.form()).items() if value}
    own_id, data = typed.pop("own_id"), beginning(kind, country)
    for name, value in typed.items():
        *outer, last = WORDS.findall(name)
        place = data
        for word in outer:
            place = place.setdefault(word, {})
        place[last] = True if value == "on" else value
    if "terms" in data and request.client is not None:
        data["terms"] |= {"accepted_at": str(datetime.now(UTC)), "ip_address": request.client.host}
    problems: Iterable[Problem]
    try:
        user = User.parse(data)
        await app.state.service.onboard(own_id, goal(user).supposed(user))
        return await proceed(request, own_id)
    except NoAnswer:
        problems = (UNREACHABLE,)
    except OnboardingError as error:
        problems = getattr(error, "problems", ()) or (Problem("", "refused", "It was refused."),)
    found = fields(kind, country, typed, problems)
    elsewhere = [one for one in problems if one.path not in [field["name"] for field in found]]
    return page(request, "form", 422, fields=found, own_id=own_id, problems=elsewhere)


@app.get("/users/{own_id}")
async def status(request: Request, own_id: str) -> Response:
    """Shows how far the user is, as last retrieved."""
    state = await app.state.service.state(own_id)
    due = state.due(datetime.now(UTC) + timedelta(days=30)) if state is not None else ()
    acts = [one for one in due if one.actors]
    return page(request, "status", own_id=own_id, state=state, due=acts)


@app.get("/users/{own_id}/back")
async def back(request: Request, own_id: str) -> Response:
    """Reads the user again: the return of the browser proves nothing."""
    await app.state.service.refresh(own_id)
    return RedirectResponse(request.url_for("status", own_id=own_id), 303)


@app.api_route("/users/{own_id}/proceed", methods=["GET", "POST"])
async def proceed(request: Request, own_id: str) -> Response:
    """Goes to the provider's page, or to the status page if there is no page for the user."""
    here, again = (str(request.url_for(name, own_id=own_id)) for name in ("back", "proceed"))
    try:
        link = await app.state.service.create_link(own_id, return_url=here, refresh_url=again)
    except (Unsupported, UnknownUser):
        return RedirectResponse(request.url_for("status", own_id=own_id), 303)
    return RedirectResponse(link.url, 303)


def beginning(kind: str, country: str) -> dict[str, Any]:
    """Returns what is known of a new user: the kind and the country."""
    if kind == "company":
        return {"company": {"headquarters": {"country": country}}}
    return {"identity": {"country_of_residence": country}}


def goal(user: User) -> Target:
    """Returns the target of a new user at the provider that the routes choose."""
    gateways: Gateways = app.state.gateways
    gateway = gateways[gateways.routes.choose(user).require()]
    return gateway.adapter.target(TARGETS[gateway.provider])


def fields(
    kind: str, country: str, typed: Mapping[str, str], problems: Iterable[Problem]
) -> list[dict[str, Any]]:
    """Returns a field of the form for each question, with what was typed and its problem."""
    user = User.parse(beginning(kind, country))
    found = questionnaire(user, [goal(user)])
    told = {problem.path: problem.message for problem in problems}
    made: list[dict[str, Any]] = []
    for question in (one for one in found if one.path != "terms.ip_address"):
        schema, words = found.json_schema(), WORDS.findall(question.path)
        for word in words:
            schema = schema["properties"][word]
        type = "country" if "country" in words[-1] else TYPES.get(words[-1], "text")
        shown = [word for word in words if word not in ("people", "identity", "company")]
        made.append(
            {"name": question.path, "label": " ".join(shown).replace("_", " ").capitalize(),
             "kind": schema.get("format", type), "when": question.when, "schema": schema,
             "value": typed.get(question.path, ""), "problem": told.get(question.path)}
        )  # fmt: skip
    return made


def page(request: Request, view: str, status: int = 200, **shown: Any) -> Response:
    """Returns one view of the page."""
    return pages.TemplateResponse(request, "page.html", {"view": view, **shown}, status)
