"""The flows about a user's picture."""

from __future__ import annotations

from attrs import frozen
from onboarding import DocumentPage, InvalidInput, Problem
from onboarding.spi import Flow, Request, canonical, media_type_of, reference, url

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import given, media_type

__all__ = ["Avatars"]

_SHOWN_AT = "https://www.paysera.com"
"""docs: user-resource, Display Avatar: another host than the API's."""

IMAGES = ("image/jpeg", "image/png", "image/gif")
"""lib-rest-bundle, the request formats that are images."""


def an_image(page: DocumentPage) -> DocumentPage:
    """The page, if it is an image of a type that Paysera takes. Raises `InvalidInput`."""
    named = canonical(given("image", page, DocumentPage).media_type or "")
    if named not in IMAGES:
        raise InvalidInput(
            [Problem("media_type", "choice", f"expected one of {', '.join(IMAGES)}")]
        )
    if media_type_of(page.content) != named:
        raise InvalidInput([Problem("content", "conflict", f"is no {named}")])
    return page


@frozen(kw_only=True)
class Avatars(PayseraProtocol):
    """Avatars. docs: user-resource, Avatar Management; changing one takes the scope `avatar`."""

    def avatar_url(self, user_id: str, size: str | None = None) -> str:
        """Where anybody may see the picture, without credentials; no document lists the sizes."""
        shown = reference(user_id)
        if shown is None:
            raise InvalidInput([Problem("user_id", "type", "expected an id")])
        query = () if size is None else (("size", size),)
        return url(self.base_url or _SHOWN_AT, "avatar", f"{shown}.jpg", query=query)

    def fetch_avatar(self, user_id: str, size: str | None = None) -> Flow[DocumentPage]:
        """The picture. Raises `NotFound` where there is none."""
        place = self.avatar_url(user_id, size)
        response = yield Request(method="GET", url=place, operation="fetch_avatar", anonymous=True)
        content = self.answered(response).body
        return DocumentPage(content=content, media_type=media_type(response))

    def put_avatar(self, user_id: str, image: DocumentPage) -> Flow[None]:
        """Sends the picture as it is: a PNG, a JPEG or a GIF. Raises `InvalidInput` for others."""
        path = self.of_user(user_id, "avatar")
        response = yield self.upload("PUT", "put_avatar", *path, page=an_image(image))
        self.succeeded(response)

    def delete_avatar(self, user_id: str) -> Flow[None]:
        """Takes the picture away."""
        response = yield self.request("DELETE", "delete_avatar", *self.of_user(user_id, "avatar"))
        self.succeeded(response)
