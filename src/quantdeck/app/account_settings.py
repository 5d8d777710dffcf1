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
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="further names, without port, that browsers may ask for"),
    ] = ()
