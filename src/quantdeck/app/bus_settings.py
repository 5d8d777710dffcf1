"""Settings of the bus between the process that captures and those that follow it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class BusSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How what is captured reaches other processes."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^((nats|tls)://\S+)?$",
            description="nats://host:4222 or tls://host:4222 for processes on several machines; "
            "the tape of data_dir where empty; who asks is NATS_USER and NATS_PASSWORD, NATS_TOKEN "
            "or NATS_CREDS (a file) of the environment",
        ),
    ] = ""
    stream: Annotated[
        str,
        Meta(
            pattern=r"^[A-Z][A-Z0-9_-]{0,31}$",
            description="name of the stream; that of the simulators ends in _DEMO",
        ),
    ] = "QUANTDECK"
    keep_hours: Annotated[
        float, Meta(gt=0, description="how long a stream that is made here keeps events [h]")
    ] = 24
    max_bytes: Annotated[
        int,
        Meta(
            ge=1 << 20,
            description="size at which it lets go of the oldest; reserved on the disk [B]",
        ),
    ] = 4 << 30
    replicas: Annotated[
        int, Meta(ge=1, le=5, description="servers of a cluster that hold each event")
    ] = 1
