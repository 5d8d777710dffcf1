"""Settings of what is kept beside the tape."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class StateSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where accounts, rules, paper accounts and the run ledger are kept."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^(postgres(ql)?://\S+)?$",
            description="postgresql://user@host/database, shared by several machines; files of "
            "data_dir where empty; the password is PGPASSWORD of the environment",
        ),
    ] = ""
