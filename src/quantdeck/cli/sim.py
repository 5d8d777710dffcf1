"""``quantdeck sim``: one vendor's simulator, for trying out bots."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import serving


def sim(
    vendor: Annotated[
        str,
        typer.Argument(help="Which vendor: alpaca, binance, newsapi, polygon, tastytrade, yahoo."),
    ],
    port: Annotated[
        int, typer.Option(help="Port; with binance and polygon the next one is taken, too.")
    ] = (9443),
    spot_port: Annotated[
        int | None,
        typer.Option(help="With binance: port of the spot streams; the next one by default."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same market.")] = 7,
    rate: Annotated[float, typer.Option(help="Multiplies how many events there are.")] = 1.0,
    size: Annotated[
        str, typer.Option(help="Options listed: small, medium, or full with 22,000 of SPX.")
    ] = "medium",
    fault: Annotated[
        list[str] | None,
        typer.Option(help="NAME or NAME=VALUE, repeatable; --fault list names them all."),
    ] = None,
) -> None:
    """Serve a vendor's protocol on loopback, with a seeded market and faults on demand."""
    with serving():
        from quantdeck.app.simulate import run_sim

        run_sim(
            vendor,
            port=port,
            spot_port=spot_port,
            seed=seed,
            rate=rate,
            faults=fault or [],
            size=size,
        )
