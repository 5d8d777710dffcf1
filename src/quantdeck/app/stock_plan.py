"""The feed of captured stocks, by the settings."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.credentials import alpaca_keys, key_hint, surroundings
from quantdeck.feeds.alpaca.endpoints import STOCK_GRADE_OF, STOCK_GRADES
from quantdeck.feeds.alpaca.stocks import AlpacaStocks
from quantdeck.feeds.alpaca.symbols import checked_stock
from quantdeck.hub.capture import FeedPlan
from quantdeck.model.errors import AuthFailed
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.net.capture_log import CaptureLog
from quantdeck.net.quarantine import Quarantine

if TYPE_CHECKING:
    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.ports.feed import EventSink, OnData

_SOURCE = "alpaca"
_RAW = "alpaca-stocks"


def stock_plan(settings: Settings, around: Surroundings) -> FeedPlan:
    """Return the plan of Alpaca's stocks.

    Raises
    ------
    AuthFailed
        If the vendor's key is not here.
    BadInput
        If a symbol is no stock's.
    """
    chosen = settings.feeds.alpaca
    keys = alpaca_keys(surroundings())
    if keys is None:
        raise AuthFailed(
            _SOURCE,
            f"stocks are to be captured (feeds.alpaca.symbols), but no key was found; "
            f"{key_hint('alpaca')}, or use --demo",
        )
    stock_feed = chosen.stock_feed or STOCK_GRADE_OF[chosen.data_feed]
    simulated = is_here(chosen.data_url)
    delay = Delay.SIMULATED if simulated else STOCK_GRADES[stock_feed].delay
    quarantine = Quarantine(around.folder / "quarantine" / f"{_RAW}.jsonl")
    raw = CaptureLog(around.folder / "raw", _RAW) if settings.capture.raw_log else None
    history = settings.capture

    def make(sink: EventSink, on_data: OnData) -> AlpacaStocks:
        return AlpacaStocks(
            key=keys.key.reveal(),
            secret=keys.secret.reveal(),
            sink=sink,
            instruments=around.instruments,
            on_data=on_data,
            clock=around.clock,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            stock_feed=stock_feed,
            simulated=simulated,
            requests_per_minute=chosen.requests_per_minute,
            backfill_s=60.0 * history.backfill_minutes,
            backfill_trades=history.backfill_trades,
            backfill_bars=history.backfill_bars,
            loan=around.stocks,
            data_url=chosen.data_url,
            trading_url=chosen.trading_url,
            ws_url=chosen.stream_url,
            on_bad=quarantine.add,
            tee=raw.write if raw else None,
        )

    return FeedPlan(
        provenance=Provenance(_SOURCE, delay, around.run_id),
        venue=UNDERLYING_VENUE,
        symbols=tuple(dict.fromkeys(checked_stock(symbol) for symbol in chosen.symbols)),
        make=make,
        close=raw.close if raw else None,
        trades=Kind.TRADE,
        numbered=False,
    )
