"""Settings of alerts and of the channels that are told; addresses that are secret are none."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """The channel ``email``; the password of the login is SMTP_PASSWORD of the environment."""

    host: Annotated[
        str | None, Meta(description="SMTP server; without one there is no channel email")
    ] = None
    port: Annotated[int, Meta(ge=1, le=65535, description="its port")] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="encryption: starttls, tls from the first byte, or none (no login then)"),
    ] = "starttls"
    username: Annotated[str, Meta(description="login; none if empty")] = ""
    sender: Annotated[str, Meta(description="address that messages are from")] = ""
    recipients: Annotated[tuple[str, ...], Meta(description="addresses that they go to")] = ()


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of alerts beside the page."""

    console: Annotated[
        bool, Meta(description="channel console: a line on the terminal the deck runs in")
    ] = True
    outside_in_demo: Annotated[
        bool, Meta(description="use Slack, webhook and e-mail in the demo, too")
    ] = False
    outside_in_replay: Annotated[
        bool, Meta(description="use Slack, webhook and e-mail in a replay, too")
    ] = False
    timeout_s: Annotated[
        float, Meta(gt=0, le=30, description="longest wait for a channel's answer [s]")
    ] = 10
    email: Email = msgspec.field(default_factory=Email)
