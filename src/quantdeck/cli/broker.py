"""``quantdeck broker``: an order on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

Demo = Annotated[bool, typer.Option("--demo", help="The account of the demo: simulated.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Wait = Annotated[
    float,
    typer.Option(
        min=0, max=3600, help="So long a fill is waited for [s]; the order stands anyway."
    ),
]
OutFile = Annotated[
    Path | None,
    typer.Option("--out-file", help="List all orders of the account in this CSV file."),
]


def broker(
    side: Annotated[str, typer.Argument(help="BUY, SELL, or PLAYBOOK for an idea of a playbook.")],
    symbol: Annotated[
        str,
        typer.Argument(
            help="AAPL, BTCUSDT, an option such as SPY261218P00600000, or legs in quotes such as "
            "'+1 SPY261218C00600000 -1 SPY261218C00610000'."
        ),
    ],
    quantity: Annotated[
        str | None, typer.Argument(help="Units, contracts or packages; of an idea its own size.")
    ] = None,
    price: Annotated[
        str | None,
        typer.Argument(help="Most that is paid, or least that is taken; at the market without."),
    ] = None,
    fill_at_price: Annotated[
        bool,
        typer.Option(
            "--fill-at-price", help="Filled at once at the price stated, whatever quotes say."
        ),
    ] = False,
    stop: Annotated[
        str | None, typer.Option(help="Trade at the market once this price is reached.")
    ] = None,
    tif: Annotated[str, typer.Option(help="day, or gtc: until cancelled.")] = "day",
    order_id: Annotated[
        str,
        typer.Option(
            "--id", help="Your name for it: placing it twice does nothing the second time."
        ),
    ] = "",
    strategy: Annotated[str, typer.Option(help="Kind of trade, whose limit of risk applies.")] = "",
    session: Annotated[
        str | None, typer.Option(help="Of PLAYBOOK: which; the newest by default.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would come to, and place nothing.")
    ] = False,
    wait: Wait = 3.0,
    out_file: OutFile = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Place an order of the paper account; exit code 3 where a limit refuses it.

    It is filled from live quotes by the deck that runs on the data folder, and waits where none does.
    """
    with reporting():
        from quantdeck.app.broker import OrderQuestion, run_broker
        from quantdeck.app.settings import load

        question = OrderQuestion(
            side=side,
            what=symbol,
            quantity=quantity,
            price=price,
            stop=stop,
            fill_at_price=fill_at_price,
            tif=tif,
            name=order_id,
            strategy=strategy,
            session=session,
            is_dry=dry_run,
            wait_s=wait,
            out_file=out_file,
            demo=demo,
        )
        run_broker(load(config, flags={"data_dir": data_dir}), question, as_json=as_json)
