"""Settings of who does large pieces of work."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class ComputeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where sweeps, scans of all pairs and other large pieces of work are done."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^(inline|process(:[1-9]\d{0,2})?|ray:auto|ray:[^/\s:]+:\d+|ray://[^/\s:]+:\d+)?$",
            description="process:N for N processes of this machine (process: as many as it has "
            "processors), ray:host:6379 or ray:auto for a Ray cluster that this machine is a node of, "
            "ray://host:10001 for one that it is not; this process alone where empty or inline",
        ),
    ] = ""
    reads: Annotated[
        Literal["workers", "here"],
        Meta(
            description="who reads files: workers, from data_dir that they have under the same path, "
            "or this process (here), which sends what it read"
        ),
    ] = "workers"
