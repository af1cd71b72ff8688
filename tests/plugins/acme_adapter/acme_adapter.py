"""Acme Pay for `onboarding`: customers, over its REST API; `token` and host are the shop's own."""

from attrs import frozen  # noqa: I001 # a short list of names is easier to read
from onboarding import Loss, Problem, Secret, User, UserRecord
from onboarding.spi import (
    ISO_DATE, TEXT, Adapter, ErrorDetails, Flow, On, Proof, Request, Translation, Url,
    as_object, at, core, hookimpl, raise_error, record_only, some, translation, url, wire,
)  # fmt: skip


@wire(source="https://acme.example/docs/customer")
class Customer:
    ref: str | None = record_only(str)
    name: str | None = at(some(core(User).identity).given_name, TEXT, max=40)
    born: str | None = at(some(core(User).identity).birthdate, ISO_DATE)
    mail: str | None = at(core(User).email, TEXT, on=On.CREATE)  # fixed at the start


@frozen(kw_only=True)
class Acme(Adapter):
    provider, wires, wire = "acme", (Customer,), translation(Customer, "acme")
    token: Secret
    base_url: Url

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        self.validated_key(idempotency_key)
        body, losses = self.wire.to_wire(user)
        return (yield from self._ask("POST", body, self.refuse(losses)))

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        return (yield from self._ask("GET", None, (), user_id))

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        body, losses = self.wire.update(record.user, user)
        asked = self._ask("PATCH", body, self.refuse(losses), record.id)
        return (yield from asked) if body else self.unchanged(record, losses)

    def sign(self, request: Request, proof: Proof) -> Request:
        return request.with_headers(Authorization=f"Bearer {self.token.reveal()}")

    def wire_for(self, user: User) -> Translation:
        return self.wire

    def _ask(self, verb: str, body: object, lost: tuple[Loss, ...], *to: str) -> Flow[UserRecord]:
        answer = yield Request.json(verb, url(self.base_url, "customers", *to), body, operation="")
        if answer.status >= 400:
            said = answer.loose_object()
            code = "name_taken" if said.get("error") == "name_taken" else f"http_{answer.status}"
            paths = [(self.wire.core_path(name), name) for name in as_object(said.get("bad"))]
            bad = tuple(Problem(path or "", code, "was refused", name) for path, name in paths)
            raise_error(ErrorDetails(status=answer.status, code=code, problems=bad, raw=said))
        return self.record(self.wire, answer.json_object(), answer, id="ref", losses=lost)


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    return [Acme]
