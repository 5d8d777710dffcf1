"""Settings of the store that holds sealed files for several machines."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where sealed files of the tape lie, if not in ``data_dir``."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^((s3|file)://\S+)?$",
            description="s3://bucket/prefix, or file:///folder that machines mount, for tapes that "
            "several machines read; data_dir where empty; keys are AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment",
        ),
    ] = ""
    endpoint: Annotated[
        str,
        Meta(
            pattern=r"^(https?://\S+)?$",
            description="https://host:port of a store that is not Amazon's",
        ),
    ] = ""
    region: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$", description="region of the bucket")] = (
        "us-east-1"
    )
    grace_hours: Annotated[
        float,
        Meta(
            gt=0,
            description="how long a file that was merged or has expired stays in the store, for "
            "readers that began before [h]",
        ),
    ] = 1
