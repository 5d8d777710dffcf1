"""Panels of your own: name this file as `panels.file` in config.yaml and open the page Panels."""

import numpy as np

from quantdeck.views.user_panels import Column, Control, Desk, Format, Guide, panel

SYMBOL = Control("symbol", "Symbol", "symbol", default="")
BARS = Control("bars", "Bars", "integer", default="20", minimum=2, maximum=500)


@panel(
    title="Tape speed",
    columns=(
        Column("symbol", "Symbol"),
        Column("last", "Last", Format.PRICE),
        Column("per_s", "Trades", Format.RATE, help="Over the newest 200 executions."),
        Column("bought", "Bought", Format.PROGRESS, help="Volume whose taker bought / all volume."),
    ),
)
def tape_speed(desk: Desk) -> list[dict]:
    """Newest price of every symbol, trades a second, and who takes: of the newest 200 executions."""
    rows = []
    for symbol in desk.symbols():
        ticks = desk.ticks(symbol, 200)
        seconds = (ticks.ts_ns[-1] - ticks.ts_ns[0]) / 1e9
        rows.append(
            {
                "id": symbol,
                "symbol": symbol,
                "last": ticks.price[-1],
                "per_s": len(ticks) / seconds if seconds > 0 else None,
                "bought": ticks.size[ticks.side > 0].sum() / ticks.size.sum(),
            }
        )
    return rows


@panel(
    title="Momentum",
    kind="stream-lines",
    columns=(Column("momentum", "Momentum", Format.PERCENT, decimals=3, signed=True),),
    guides=(Guide(0.0, "no change"),),
    controls=(SYMBOL, BARS),
)
def momentum(desk: Desk, *, symbol: str, bars: int) -> dict:
    """Log return of the close over the chosen count of bars of 1 s: ln(close[t] / close[t - n])."""
    history = desk.bars(symbol, "1s", 600)
    logs = np.log(history.close)
    change = np.full(len(logs), np.nan)
    change[bars:] = logs[bars:] - logs[:-bars]
    return {"x": history.start_ns, "momentum": change}


@panel(title="In words", kind="markdown", every_s=5, height=4, width=12)
def in_words(desk: Desk) -> str:
    """Say how many symbols and connections there are, as the Dashboard has them."""
    feeds = desk.rows("dashboard.feeds")
    return f"**{len(desk.symbols())}** symbols come in over **{len(feeds)}** connections."
