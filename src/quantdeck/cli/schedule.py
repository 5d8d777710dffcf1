"""``quantdeck schedule``: jobs that are run by the clock, and when."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

Demo = Annotated[
    bool, typer.Option("--demo", help="Of the demo's folder; simulators are asked, no key.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="daily, verify, detect, backup, compact or retention.")]

app = typer.Typer(
    help="Show jobs that are run by the clock; switch them on and off; run one now.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(
    as_json: AsJson = False, demo: Demo = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Show every job, when it is due next, and what came of its last run."""
    with reporting():
        from quantdeck.app.schedule import ScheduleOptions, run_list
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_list(settings, ScheduleOptions(demo=demo, as_json=as_json))


@app.command("on")
def on(
    name: Name,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Have a job run by the clock, by every process on the data folder."""
    _switch(name, on=True, as_json=as_json, demo=demo, data_dir=data_dir, config=config)


@app.command("off")
def off(
    name: Name,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Have a job run no more by the clock; what is due meanwhile is not made up for."""
    _switch(name, on=False, as_json=as_json, demo=demo, data_dir=data_dir, config=config)


@app.command("run")
def run(
    name: Name,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Run a job now, whether or not it is due or on; exits with 3 where it fails."""
    with reporting():
        from quantdeck.app.schedule import ScheduleOptions, run_one
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        code = run_one(settings, name, ScheduleOptions(demo=demo, as_json=as_json))
    raise SystemExit(code)


def _switch(
    name: str, *, on: bool, as_json: bool, demo: bool, data_dir: DataDir, config: Config
) -> None:
    with reporting():
        from quantdeck.app.schedule import ScheduleOptions, run_switch
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_switch(settings, name, ScheduleOptions(demo=demo, as_json=as_json), on=on)
