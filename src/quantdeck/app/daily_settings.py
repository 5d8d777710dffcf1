"""Settings of the daily run."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class DailySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How ``quantdeck daily`` and the daily run of a deck work."""

    preflight: Annotated[
        bool, Meta(description="ask the vendors for a sample first, and stop where one refuses")
    ] = True
    sessions: Annotated[
        int,
        Meta(ge=60, le=5000, description="newest daily bars of each stock that are collected"),
    ] = 500
    quality: Annotated[
        Literal["skip", "stop"],
        Meta(description="symbols whose bars are wrong or late: leave them out, or stop the run"),
    ] = "skip"
    top: Annotated[int, Meta(ge=1, le=50, description="symbols in the table of the message")] = 5
    notify: Annotated[
        bool, Meta(description="tell Slack, webhook and e-mail, as far as they are set up")
    ] = True
