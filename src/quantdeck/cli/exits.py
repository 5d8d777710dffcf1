"""``quantdeck exits``: rules that close what the paper account holds."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.exit_options import (
    Confirm,
    DaysToExpiry,
    MaxDays,
    StopLoss,
    TakeProfit,
    Trailing,
)
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(help="Exit rules of the paper account: list, set, clear.", no_args_is_help=True)

Demo = Annotated[bool, typer.Option("--demo", help="The account of the demo: simulated.")]
What = Annotated[
    str,
    typer.Argument(
        help="What is held, by its symbol such as AAPL or by the name of the order that opened it; "
        "strategy:NAME; or account."
    ),
]


@app.command("list")
def list_(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line instead.")
    ] = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List what is held with the rules that apply to it, and the wider rules."""
    with reporting():
        from quantdeck.app.exits import run_list
        from quantdeck.app.settings import load

        run_list(load(config, flags={"data_dir": data_dir}), demo=demo, as_json=as_json)


@app.command("set")
def set_(
    what: What,
    stop_loss: StopLoss = None,
    take_profit: TakeProfit = None,
    trailing: Trailing = None,
    max_days: MaxDays = None,
    days_to_expiry: DaysToExpiry = None,
    confirm: Confirm = None,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Set the rules of a position, a strategy or the account; those that are left out are none.

    A running deck takes them up within a second. Rules of a position end with it.
    """
    with reporting():
        from quantdeck.app.exit_flags import ExitFlags
        from quantdeck.app.exits import run_set
        from quantdeck.app.settings import load

        flags = ExitFlags(
            stop_loss=stop_loss,
            take_profit=take_profit,
            trailing=trailing,
            max_days=max_days,
            days_to_expiry=days_to_expiry,
            confirm_s=confirm,
        )
        run_set(load(config, flags={"data_dir": data_dir}), what, flags, demo=demo)


@app.command()
def clear(what: What, demo: Demo = False, data_dir: DataDir = None, config: Config = None) -> None:
    """Forget the rules of a position, a strategy or the account: the wider ones apply again."""
    with reporting():
        from quantdeck.app.exits import run_clear
        from quantdeck.app.settings import load

        run_clear(load(config, flags={"data_dir": data_dir}), what, demo=demo)
