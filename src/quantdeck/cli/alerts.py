"""``quantdeck alerts``: rules checked, tried on the tape, listed and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(
    help="Alert rules: check them, try them on the tape, list, add, mute, remove.",
    no_args_is_help=True,
)

Rule = Annotated[str, typer.Argument(help="A rule, such as 'last(BTCUSDT) > 65000 for 30s'.")]
Name = Annotated[str, typer.Argument(help="Name or id of a rule.")]
Demo = Annotated[bool, typer.Option("--demo", help="Those of the demo.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="Rules, one a line, each with a name before a colon or without; - reads standard "
            "input."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Say what each rule of a file means, or what is wrong with it and where."""
    with reporting():
        from quantdeck.app.alerts_check import run_check

        run_check(file, as_json=as_json)


@app.command("test")
def try_(
    rule: Rule,
    since: Annotated[
        str, typer.Option(help="From when on: how long before the end, or a time.")
    ] = "1h",
    until: Annotated[str | None, typer.Option(help="Until when; now by default.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="On the tape of the demo.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Say when a rule would have fired, from what is on the tape."""
    with reporting():
        from quantdeck.app.alerts_trial import TrialQuestion, run_trial
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_trial(settings, TrialQuestion(rule, since, until, demo), as_json=as_json)


@app.command("list")
def list_(
    demo: Demo = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List the rules on record."""
    with reporting():
        from quantdeck.app.alerts_rules import run_list
        from quantdeck.app.settings import load

        run_list(load(config, flags={"data_dir": data_dir}), demo=demo, as_json=as_json)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    rule: Rule,
    channel: Annotated[
        list[str] | None,
        typer.Option(help="Tell this channel of the settings; repeatable, or with commas."),
    ] = None,
    demo: Demo = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Add a rule; a running deck watches it within seconds."""
    with reporting():
        from quantdeck.app.alerts_rules import run_add
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_add(settings, name, rule, channels=names(channel), demo=demo, as_json=as_json)


@app.command()
def remove(
    name: Name,
    demo: Demo = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Remove a rule; what it fired stays on record."""
    with reporting():
        from quantdeck.app.alerts_rules import run_remove
        from quantdeck.app.settings import load

        run_remove(load(config, flags={"data_dir": data_dir}), name, demo=demo, as_json=as_json)


@app.command()
def mute(
    name: Name,
    until: Annotated[
        str | None, typer.Option(help="How long, such as 2h, or until when; for good by default.")
    ] = None,
    demo: Demo = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Keep a rule silent: what it fires is listed, and nobody is told."""
    with reporting():
        from quantdeck.app.alerts_rules import run_mute
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_mute(settings, name, until=until, demo=demo, as_json=as_json)


@app.command()
def unmute(
    name: Name,
    demo: Demo = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Let a muted rule be heard again."""
    with reporting():
        from quantdeck.app.alerts_rules import run_unmute
        from quantdeck.app.settings import load

        run_unmute(load(config, flags={"data_dir": data_dir}), name, demo=demo, as_json=as_json)


@app.command()
def metrics(as_json: AsJson = False) -> None:
    """List the figures that rules can look at."""
    with reporting():
        from quantdeck.app.alerts_check import run_metrics

        run_metrics(as_json=as_json)
