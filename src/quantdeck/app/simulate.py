"""Runs one vendor's simulator until it is interrupted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.app.signals import until_told_to_stop
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.sims.binance.server import BinanceSim
from quantdeck.sims.faults import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

_VENDORS = ("binance",)


def run_sim(
    vendor: str,
    *,
    port: int,
    spot_port: int | None,
    seed: int,
    rate: float,
    faults: Sequence[str],
) -> None:
    """Serve a simulator, saying where, until interrupted.

    Parameters
    ----------
    vendor : str
        ``binance``.
    port : int
        Of futures; 0 takes a free one.
    spot_port : int or None
        Of spot; None takes the one after `port`.
    seed : int
        Of the market.
    rate : float
        Multiplies the messages.
    faults : sequence of str
        Switched on from the start; ``list`` prints what there is instead.

    Raises
    ------
    BadInput
        If vendor or fault are unknown.
    ConfigError
        If a port is taken.
    """
    if vendor not in _VENDORS:
        raise BadInput(f"there is no simulator of {vendor!r}; there are {', '.join(_VENDORS)}")
    if "list" in faults:
        print(describe())  # noqa: T201
        return
    after = spot_port if spot_port is not None else port + 1 if port else 0
    sim = BinanceSim(
        seed=seed, port=port, spot=True, spot_port=after, faults=tuple(faults), rate=rate
    )
    asyncio.run(_serve(sim))


async def _serve(sim: BinanceSim) -> None:
    try:
        async with sim:
            print(  # noqa: T201
                "quantdeck sim binance: simulated data\n"
                f"  futures  REST {sim.rest_url}  streams {sim.ws_url}\n"
                f"  spot     REST {sim.spot_rest_url}  streams {sim.spot_ws_url}\n"
                f"  faults   {sim.rest_url}/sim/faults  (Ctrl-C ends)",
                flush=True,
            )
            await until_told_to_stop()
    except OSError as error:
        raise ConfigError(
            f"cannot listen: {error.strerror or error}; try another --port"
        ) from error
