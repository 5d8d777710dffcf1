"""``quantdeck users``: accounts, for whoever may read the data folder."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(help="Accounts of a deck with accounts.mode users.", no_args_is_help=True)


@app.command("list")
def list_(data_dir: DataDir = None, config: Config = None) -> None:
    """List accounts with their roles."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.users import run_users

        run_users(load(config, flags={"data_dir": data_dir}))


@app.command("reset")
def reset(
    name: Annotated[str, typer.Argument(help="Name of the account.")],
    ask: Annotated[
        bool, typer.Option("--ask", help="Type the password instead of having one made up.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Give an account another password, switch it on, and end its sessions and tokens."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.users import run_reset

        typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else None
        chosen = run_reset(load(config, flags={"data_dir": data_dir}), name, typed)
        print("The password is changed." if ask else f"password {chosen}")
