"""Acme Pay for `onboarding`: customers, over its REST API."""

from attrs import frozen
from onboarding import Adapter, Flow, Loss, Problem, Request, Secret, User, UserRecord, hookimpl
from onboarding.adapter import raise_error
from onboarding.errors import ErrorDetails
from onboarding.http import Proof, json_body, url
from onboarding.mapping import ISO_DATE, TEXT, On, at, core, keep, some, translation, wire


@wire(source="https://acme.example/docs/customer")
class Customer:
    """A customer, as Acme takes and shows one; the mail address is fixed at the start."""

    ref: str | None = keep(str)
    name: str | None = at(some(core(User).identity).given_name, TEXT, max=40)
    born: str | None = at(some(core(User).identity).birthdate, ISO_DATE)
    mail: str | None = at(core(User).email, TEXT, on=On.CREATE)


@frozen(kw_only=True)
class Acme(Adapter):
    """Customers at Acme Pay; `token` is the shop's own, as is the host of `base_url`."""

    provider = "acme"
    wire = translation(Customer, "acme")
    token: Secret
    base_url: str

    def create_user(self, user: User, *, key: str | None = None) -> Flow[UserRecord]:
        body, losses = self.wire.to_wire(user)
        return (yield from self._ask("POST", body, self.refuse(losses)))

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        return (yield from self._ask("GET", {}, (), user_id))

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        body, losses = self.wire.update(record.user, user)
        asked = self._ask("PATCH", body, self.refuse(losses), record.id)
        return (yield from asked) if body else record

    def sign(self, request: Request, proof: Proof) -> Request:
        return request.with_headers(Authorization=f"Bearer {self.token.reveal()}")

    def _ask(self, verb: str, body: object, lost: tuple[Loss, ...], *to: str) -> Flow[UserRecord]:
        content = json_body(body) if body else b""
        answer = yield Request(method=verb, url=url(self.base_url, "customers", *to), body=content)
        data = answer.json_object()
        if answer.status >= 400:
            bad = [Problem(self.wire.core_path(n) or "", n, "was refused", n) for n in data["bad"]]
            raise_error(ErrorDetails(status=answer.status, code=data["error"], problems=tuple(bad)))
        user, rest = self.wire.from_wire(data)
        ids = {"provider": "acme", "gateway": self.name, "id": data["ref"]}
        return UserRecord(**ids, user=user, residue=rest, losses=lost, raw=data)


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    return [Acme]
