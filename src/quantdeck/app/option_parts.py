"""The option desk of a deck: which chains it asks for beside the box desk's, of whom, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.options.study import OptionRules
from quantdeck.app.box_sources import Seams, delay_of, make_feed
from quantdeck.app.credentials import surroundings
from quantdeck.hub.option_desk import OptionParts
from quantdeck.model.instruments import canonical
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.ports.chains import ChainRequest
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings


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
    BadInput
        If an underlying is not a symbol.
    """
    chosen, boxes = settings.options, settings.boxes
    watched = {canonical(each, default_venue=UNDERLYING_VENUE) for each in boxes.tickers}
    names = [canonical(each, default_venue=UNDERLYING_VENUE) for each in chosen.underlyings]
    named = chosen.source if chosen.source != "auto" and not demo else None
    feed = None
    if named is not None:
        seams = Seams(around.clock, around.run_id)
        feed = make_feed(settings, named, seams, environ=surroundings())
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
        source=feed,
        delay=None if named is None else delay_of(settings, named),
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
        close=None if feed is None else feed.close,
    )
