"""Settings of accounts."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who may use the deck."""

    mode: Annotated[
        Literal["local", "users"],
        Meta(description="local: whoever opens the printed link; users: people log in by name"),
    ] = "local"
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+/?)?$",
            description="address that a proxy serves the deck under; with https the cookie is secure",
        ),
    ] = ""
    proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="addresses or networks of proxies that are believed about where a request "
            "comes from (X-Forwarded-For), where there is a public_url"
        ),
    ] = ("127.0.0.1", "::1")
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="further names, without port, that browsers may ask for"),
    ] = ()
