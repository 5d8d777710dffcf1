"""``quantdeck backup``, ``compact`` and ``retention``: a data folder kept in order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.schedule import AsJson
from quantdeck.cli.up import Config, DataDir

Demo = Annotated[bool, typer.Option("--demo", help="Of the demo's folder.")]


def backup(
    keep: Annotated[
        int | None, typer.Option(help="Copies that stay; that of the settings by default.", min=1)
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the copies; make none.")] = False,
    to: Annotated[
        Path | None,
        typer.Option(help="Write the whole data folder into this file instead: .tar or .tar.gz."),
    ] = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Copy the databases of the data folder while they are in use, and check the copies.

    With --to the whole data folder, the reports and the settings go into one file; keys do not.
    """
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.upkeep import run_archive, run_backup, run_backups

        settings = load(config, flags={"data_dir": data_dir, "schedule.backups_kept": keep})
        if to is not None:
            run_archive(settings, to, config, demo=demo, as_json=as_json)
            return
        (run_backups if list_ else run_backup)(settings, demo=demo, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="Made by quantdeck backup --to.")],
    check: Annotated[
        bool, typer.Option("--check", help="Read it to its end, and change nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move away the data folder that is there.")
    ] = False,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put a data folder and its reports back from one file, once all of it was found whole."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.upkeep import run_restore

        settings = load(config, flags={"data_dir": data_dir})
        run_restore(settings, file, check=check, replace=replace, demo=demo, as_json=as_json)


def compact(
    as_json: AsJson = False, demo: Demo = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Merge the small files of each closed day of the tape; a running deck does so by itself."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.upkeep import run_compact

        run_compact(load(config, flags={"data_dir": data_dir}), demo=demo, as_json=as_json)


def retention(
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove it; without, only what would go is told.")
    ] = False,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Tell what the rules of the settings no longer keep, and remove it if asked to.

    The rules are tape.retention and schedule.raw_days; none is set by default, and nothing is removed.
    """
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.upkeep import run_retention

        settings = load(config, flags={"data_dir": data_dir})
        run_retention(settings, apply=apply, demo=demo, as_json=as_json)
