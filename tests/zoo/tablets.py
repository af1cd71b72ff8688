"""The Ark as it speaks XML: texts alone, no null, no list of one; with a sound adapter for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

from onboarding import Conflict, Rejected
from onboarding.bodies import XML_BODY, parsed_xml, xml_body
from onboarding.mapping import ISO_DATE, NEVER, Codec, at, part, record_only, some, split, wire
from onboarding.spi import Request, Response, as_object, moment
from onboarding.testing import QuotedError, Sample

from .ark import LEFT_OUT, PAYER, SHOWN, SOURCE, Ark, I, Passenger, Sound, U, Zoo
from .breaking import breaks
from .cargo import Chest, Holder, KeptChest, KeptPaper, KeptShares, Paper, R

if TYPE_CHECKING:
    pass

Json = dict[str, Any]

LISTS = ("passengers", "things", "holders", "pages")
"""The keys that are lists, also of one item or of none."""


def element(tag: str, value: object) -> Element:
    """An object as an element: a key is an element below, an item of a list one of its name."""
    made = Element(tag)
    if isinstance(value, Mapping):
        for name, one in value.items():
            for item in one if isinstance(one, list) else [one]:
                if item is not None:
                    made.append(element(str(name), item))
    else:
        made.text = str(value).lower() if isinstance(value, bool) else str(value)
    return made


def data(root: Element) -> Any:
    """What an element holds: a text, or an object of texts, objects and lists."""
    if not len(root):
        return root.text or ""
    found: Json = {}
    for child in root:
        value = data(child)
        if child.tag in LISTS:
            found.setdefault(child.tag, []).append(value)
        elif child.tag in found:
            found[child.tag] = [*_several(found[child.tag]), value]
        else:
            found[child.tag] = value
    return found


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class ArkInXml(Ark):
    """The same provider."""

    media_type = "application/xml"

    def parsed(self, body: bytes) -> Json:
        return as_object(data(parsed_xml(body, levels=9))) if body else {}

    def written(self, told: Json) -> bytes:
        return xml_body(element("ark", told))


def flag(text: Any) -> bool:
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return bool(text == "true")


FLAG: Codec[bool, str] = Codec("`true` or `false`", flag, lambda on: str(on).lower(), "string")


def read_moment(parts: tuple[Any, Any]) -> datetime:
    day, micros = parts
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(microseconds=int(micros))


def write_moment(given: datetime) -> tuple[str, str]:
    there = given.astimezone(UTC)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    return there.date().isoformat(), str((there - midnight) // timedelta(microseconds=1))


DAY_AND_TIME: Codec[datetime, Any] = Codec(
    "a day, and the microseconds since its midnight", read_moment, write_moment, "string",
    exact_read=False,
)  # fmt: skip


def second(text: Any) -> datetime:
    if (found := moment(int(text))) is None:
        raise ValueError("no time")
    return found


SECONDS: Codec[datetime, str] = Codec(
    "Unix seconds", second, lambda at: str(int(at.timestamp())), "string", exact_write=False,
    exact_read=False,
)  # fmt: skip


@wire(source=SOURCE, not_supported=LEFT_OUT, format=XML_BODY)
class TabletPassenger(Passenger):
    """A passenger on a tablet."""

    ashore: str | None = record_only(str)  # type: ignore[assignment]
    born: str | None = at(I.birthdate, ISO_DATE, hidden_when=PAYER)  # type: ignore[assignment]
    agreed: str | None = at(  # type: ignore[assignment]
        some(U.terms).accepted, FLAG, default="false", always_send=True
    )
    agreed_on: str | None = split(
        some(U.terms).accepted_at, DAY_AND_TIME, ("agreed_on", "agreed_at"), clear_with=""
    )
    agreed_at: str | None = part()  # type: ignore[assignment]


@wire(source=SOURCE, format=XML_BODY)
class TabletChest(Chest):
    """A chest on a tablet."""


@wire(source=SOURCE, on=NEVER, format=XML_BODY)
class KeptTabletChest(KeptChest):
    """A chest as the Ark shows it on a tablet."""

    aboard_at: str | None = at(R.created_at, SECONDS)  # type: ignore[assignment]
    stowed: str | None = at(R.active, FLAG)  # type: ignore[assignment]


class InXml(Sound):
    """Passengers of the Ark, carried in XML."""

    wires: ClassVar[tuple[type, ...]] = (TabletPassenger,)
    other_wires: ClassVar[tuple[type, ...]] = (
        TabletChest, KeptTabletChest, Paper, KeptPaper, Holder, KeptShares,
    )  # fmt: skip

    def spoken(self, method: str, place: str, body: Json | None, operation: str) -> Request:
        if body is None:
            return Request(method=method, url=place, operation=operation)
        return Request.xml(method, place, element("passenger", body), operation=operation)

    def object_in(self, response: Response) -> Json:
        return as_object(data(response.xml()))

    def loosely_in(self, response: Response) -> Json:
        return as_object(data(response.loose_xml()))

    def raw_of(self, response: Response) -> Any:
        return response.body


class TabletZoo(Zoo):
    """What is quoted of the Ark, in XML."""

    simulator = ArkInXml
    samples = (
        Sample(payload=data(element("ark", SHOWN | {"born": "1970-01-01"})), name="Ham in XML"),
    )
    errors = (
        QuotedError(
            status=422,
            body=b"<ark><error>invalid</error><fields><home.land>odd</home.land></fields></ark>",
            kind=Rejected, code="invalid", paths=("address.country",),
        ),
        QuotedError(
            status=409, body=b"<ark><error>twice</error></ark>", kind=Conflict, code="twice"
        ),
    )  # fmt: skip

    def body_of(self, request: Request) -> Json:
        return as_object(data(parsed_xml(request.body, levels=9))) if request.body else {}

    def payload_of(self, response: Response) -> Json:
        return as_object(data(response.xml()))

    def answer(self, payload: Json) -> Response:
        return Response(status=200, body=xml_body(element("ark", payload)))

    def complaint(self, wire_path: str) -> Response:
        root = Element("ark")
        SubElement(root, "error").text = "invalid"
        SubElement(SubElement(root, "fields"), wire_path).text = "is odd"
        return Response(status=422, body=xml_body(root))


@wire(source=SOURCE, not_supported=LEFT_OUT)
class UndeclaredTablet(TabletPassenger):
    """A passenger on a tablet, as if it were on paper."""


@breaks("any_text", "an odd text is refused by the paths ['body']", zoo=TabletZoo)
class DeclaresNoFormat(InXml):
    wires = (UndeclaredTablet,)
