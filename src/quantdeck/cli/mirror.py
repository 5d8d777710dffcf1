"""``quantdeck mirror``: a copy of the tape of another machine, for a page and an API of this one."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import serving
from quantdeck.cli.up import Config, DataDir


def mirror(
    demo: Annotated[bool, typer.Option("--demo", help="Copy the tape of the simulators.")] = False,
    port: Annotated[
        int,
        typer.Option(help="Port of /health and measures; the next free one when taken, 0 for any."),
    ] = 8012,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Copy onto this machine what another captures, over bus.url; web and api read the copy."""
    with serving():
        from quantdeck.app.mirror import MirrorOptions, run_mirror
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_mirror(settings, MirrorOptions(demo=demo, port=port))
