"""The option desk of a deck: which chains it asks for beside the box desk's, of whom, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quantdeck.analytics.options.study import OptionRules
from quantdeck.app.box_sources import Seams, delay_of, make_feed
from quantdeck.app.credentials import surroundings
from quantdeck.app.feed_settings import SOURCES
from quantdeck.app.polygon_chains import PolygonDesk
from quantdeck.app.yahoo_access import SOURCE as YAHOO
from quantdeck.app.yahoo_access import yahoo_chains, yahoo_provenance
from quantdeck.feeds.polygon.endpoints import SOURCE as POLYGON
from quantdeck.hub.option_desk import OptionParts
from quantdeck.model.instruments import canonical
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.ports.chains import ChainRequest, ChainSource
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.model.feed import Delay


def option_parts(settings: Settings, around: Surroundings, *, demo: bool) -> OptionParts:
    """Return the option desk that the settings ask for.

    Parameters
    ----------
    settings : Settings
        The sections ``options`` and ``boxes``.
    around : Surroundings
        Clock, run and folder.
    demo : bool
        The box desk's simulator is asked, whatever source is named.

    Raises
    ------
    AuthFailed
        If the key of the source that is named is not here.
    ConfigError
        If Yahoo is meant and yfinance is not installed.
    BadInput
        If an underlying is not a symbol.
    """
    chosen, boxes = settings.options, settings.boxes
    has_boxes = demo or any(getattr(settings.feeds, each).enabled for each in SOURCES)
    tickers = boxes.tickers if has_boxes else ()
    watched = {canonical(each, default_venue=UNDERLYING_VENUE) for each in tickers}
    names = [canonical(each, default_venue=UNDERLYING_VENUE) for each in chosen.underlyings]
    own = None if demo else _own(settings, around, has_boxes=has_boxes)
    return OptionParts(
        requests=tuple(
            ChainRequest(
                name,
                expiries=chosen.expiries_per_underlying,
                lowest=chosen.min_moneyness,
                highest=chosen.max_moneyness,
            )
            for name in dict.fromkeys(names)
            if name not in watched
        ),
        source=None if own is None else own[0],
        delay=None if own is None else own[1],
        store=ChainStore(around.folder),
        keep=boxes.max_snapshots_retained,
        rules=OptionRules(
            boxes=boxes.rules(),
            rate=chosen.rate,
            widest_spread=chosen.max_spread,
            wing=chosen.wing_delta,
        ),
        refresh_s=chosen.refresh_seconds,
        poll_s=chosen.poll_seconds,
        close=None if own is None else own[0].close,
    )


class _ClosableChains(ChainSource, Protocol):
    async def close(self) -> None: ...


def _own(
    settings: Settings, around: Surroundings, *, has_boxes: bool
) -> tuple[_ClosableChains, Delay] | None:
    name, yahoo = settings.options.source, settings.feeds.yahoo
    if name == "auto" and not has_boxes and yahoo.enabled:
        name = YAHOO
    if name == YAHOO:
        return yahoo_chains(yahoo, around), yahoo_provenance(yahoo, around.run_id).delay
    if name == "auto":
        return None
    if name == POLYGON:
        source = PolygonDesk(settings, around)
        return source, source.delay
    seams = Seams(around.clock, around.run_id)
    feed = make_feed(settings, name, seams, environ=surroundings())
    return feed, delay_of(settings, name)
