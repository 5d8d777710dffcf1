"""``quantdeck keys``: which vendors' keys are here."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.schedule import AsJson


def keys(
    vendor: Annotated[
        str, typer.Argument(help="alpaca, tastytrade, polygon or newsapi; all by default.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say whose keys are here; exits with 3 where that of the named vendor is missing."""
    with reporting():
        from quantdeck.app.keys import run_keys

        raise SystemExit(run_keys(vendor, as_json=as_json))
