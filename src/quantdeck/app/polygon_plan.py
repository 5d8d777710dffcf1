"""The feed of stocks captured from Polygon, by the settings."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.polygon_access import PolygonAccess, polygon_rest
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


def polygon_plan(
    settings: Settings, around: Surroundings, *, demo: PolygonAccess | None = None
) -> FeedPlan:
    """Return the plan of Polygon's stocks.

    Parameters
    ----------
    settings : Settings
        The sections ``feeds.polygon`` and ``capture``.
    around : Surroundings
        Clock, ids, run and folder.
    demo : PolygonAccess or None
        The simulator, which stocks are captured from as they are asked for; its owner closes it.

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
    if settings.feeds.alpaca.symbols and demo is None:
        raise ConfigError(
            "stocks are captured from one vendor: feeds.alpaca.symbols and feeds.polygon.symbols are "
            "both set; empty one of them"
        )
    asked = _real(settings, around) if demo is None else demo
    told = Delay.REALTIME if chosen.realtime else Delay.DELAYED
    quarantine = Quarantine(around.folder / "quarantine" / f"{SOURCE}.jsonl")
    raw = CaptureLog(around.folder / "raw", SOURCE) if settings.capture.raw_log else None

    def make(sink: EventSink, on_data: OnData) -> PolygonFeed:
        return PolygonFeed(
            asked.rest,
            key=asked.key.reveal(),
            sink=sink,
            instruments=around.instruments,
            on_data=on_data,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            channels=tuple(dict.fromkeys(channel_of(name) for name in chosen.channels)),
            realtime=chosen.realtime or demo is not None,
            poll_s=chosen.poll_s,
            realtime_url=asked.realtime_url,
            delayed_url=asked.delayed_url,
            simulated=asked.simulated,
            on_bad=quarantine.add,
            tee=raw.write if raw else None,
            # Nobody else asks with this client.
            on_end=asked.rest.close if demo is None else None,
        )

    symbols = chosen.symbols if demo is None else ()
    return FeedPlan(
        provenance=Provenance(SOURCE, Delay.SIMULATED if asked.simulated else told, around.run_id),
        venue=UNDERLYING_VENUE,
        symbols=tuple(dict.fromkeys(checked_stock(symbol) for symbol in symbols)),
        make=make,
        close=raw.close if raw else None,
        trades=Kind.TRADE,
        numbered=False,
    )


def _real(settings: Settings, around: Surroundings) -> PolygonAccess:
    chosen = settings.feeds.polygon
    key, rest = polygon_rest(settings, around.clock)
    return PolygonAccess(
        key=key,
        rest=rest,
        realtime_url=chosen.realtime_url,
        delayed_url=chosen.delayed_url,
        simulated=is_here(chosen.rest_url),
    )
