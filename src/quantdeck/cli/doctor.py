"""``quantdeck doctor``: is this installation in order, and what would mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the numeric kernels now, so no click waits.")
    ] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="Ask vendors what time it is, and what every key may do."),
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file of the tape to its end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Check the installation, the settings, the tape and the page, and say what would mend them."""
    with reporting():
        from quantdeck.app.doctor import run_doctor

        run_doctor(config, data_dir=data_dir, warm=warm, online=online, deep=deep, as_json=as_json)
