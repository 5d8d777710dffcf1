"""The Market page of a deck: where its watchlist and what was collected are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.daily_job import DailyJob
from quantdeck.app.detect_job import DetectJob
from quantdeck.app.market_jobs import market_jobs
from quantdeck.app.research_jobs import research_jobs
from quantdeck.app.research_parts import research_stores
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.hub.market_parts import MarketParts
from quantdeck.model.errors import BadInput
from quantdeck.ports.jobs import JobQuestion
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistorySource
    from quantdeck.records.open import Records

DEMO_WATCHED = ("AAPL", "SPY", "MSFT", "NVDA", "BTCUSDT", "ETHUSDT")
"""What a new demo watches, as typed."""

_MOST_FIRST = 8


def market_parts(
    settings: Settings,
    folder: Path,
    records: Records,
    sources: Mapping[str, HistorySource],
    clock: Clock,
    *,
    demo: bool,
) -> MarketParts:
    """Return what the Market page of a deck is made of.

    Parameters
    ----------
    settings : Settings
        Names the stocks that are followed.
    folder : Path
        Of the tape.
    records : Records
        Where the watchlist is kept.
    sources : mapping of str to HistorySource
        Who is asked for bars, by the venue of the symbols.
    clock : Clock
        Where the time comes from.
    demo : bool
        Watch some stocks and coins of the simulators at first, and collect of them.

    Raises
    ------
    BadInput
        If a followed symbol is none.
    """
    followed = settings.history.symbols or (DEMO_WATCHED if demo else ())
    # Of a list that was once kept and is empty now, somebody wanted it so.
    first = followed[:_MOST_FIRST] if records.is_new else ()
    stores = research_stores(settings, folder, records, demo=demo)
    jobs = market_jobs(settings, folder, sources, clock, demo=demo)
    jobs |= research_jobs(settings, folder, stores, clock, demo=demo)
    jobs["daily"] = DailyJob(settings, folder, records, clock, demo=demo)
    jobs["detect"] = DetectJob(settings, folder, records, clock, demo=demo)
    return MarketParts(
        watchlist=records.watchlist,
        collected=RecordStore(folder),
        typed=market_symbol,
        first=tuple(dict.fromkeys(map(typed_symbol, first))),
        chains=ChainStore(folder),
        jobs=jobs,
        begin=(JobQuestion(kind="collect"),) if demo else (),
    )


def market_symbol(text: str) -> str:
    """Return the canonical symbol for what a person typed into the watchlist.

    Raises
    ------
    BadInput
        If it is none.

    Examples
    --------
    >>> market_symbol(" ko "), market_symbol("btcusdt")
    ('US:KO', 'BINANCE-USDM:BTCUSDT')
    """
    if not text.strip():
        raise BadInput("no symbol was typed; name a stock such as KO, or a coin such as BTCUSDT")
    return typed_symbol(text.strip())
