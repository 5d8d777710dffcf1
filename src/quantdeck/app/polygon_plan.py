"""The feed of stocks captured from Polygon, by the settings."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.polygon_access import polygon_rest
from quantdeck.feeds.polygon.channels import channel_of
from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.feeds.polygon.feed import PolygonFeed
from quantdeck.feeds.polygon.symbols import checked_stock
from quantdeck.hub.capture import FeedPlan
from quantdeck.model.errors import ConfigError
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.net.capture_log import CaptureLog
from quantdeck.net.quarantine import Quarantine

if TYPE_CHECKING:
    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.ports.feed import EventSink, OnData


def polygon_plan(settings: Settings, around: Surroundings) -> FeedPlan:
    """Return the plan of Polygon's stocks.

    Parameters
    ----------
    settings : Settings
        The sections ``feeds.polygon`` and ``capture``.
    around : Surroundings
        Clock, ids, run and folder.

    Raises
    ------
    AuthFailed
        If the vendor's key is not here.
    BadInput
        If a symbol is no stock's.
    ConfigError
        If Alpaca is to bring stocks, too.
    """
    chosen = settings.feeds.polygon
    if settings.feeds.alpaca.symbols:
        raise ConfigError(
            "stocks are captured from one vendor: feeds.alpaca.symbols and feeds.polygon.symbols are "
            "both set; empty one of them"
        )
    key, rest = polygon_rest(settings, around.clock)
    simulated = is_here(chosen.rest_url)
    told = Delay.REALTIME if chosen.realtime else Delay.DELAYED
    quarantine = Quarantine(around.folder / "quarantine" / f"{SOURCE}.jsonl")
    raw = CaptureLog(around.folder / "raw", SOURCE) if settings.capture.raw_log else None

    def make(sink: EventSink, on_data: OnData) -> PolygonFeed:
        return PolygonFeed(
            rest,
            key=key.reveal(),
            sink=sink,
            instruments=around.instruments,
            on_data=on_data,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            channels=tuple(dict.fromkeys(channel_of(name) for name in chosen.channels)),
            realtime=chosen.realtime,
            poll_s=chosen.poll_s,
            realtime_url=chosen.realtime_url,
            delayed_url=chosen.delayed_url,
            simulated=simulated,
            on_bad=quarantine.add,
            tee=raw.write if raw else None,
            # Nobody else asks with this client.
            on_end=rest.close,
        )

    return FeedPlan(
        provenance=Provenance(SOURCE, Delay.SIMULATED if simulated else told, around.run_id),
        venue=UNDERLYING_VENUE,
        symbols=tuple(dict.fromkeys(checked_stock(symbol) for symbol in chosen.symbols)),
        make=make,
        close=raw.close if raw else None,
        trades=Kind.TRADE,
        numbered=False,
    )
