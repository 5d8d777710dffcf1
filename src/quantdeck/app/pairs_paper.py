"""A pair on paper over a recording, for the command line, held against its backtest."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.app.pairs_paper_text import tell
from quantdeck.app.pairs_recording import PairRecording
from quantdeck.hub.paper_book import PaperBook
from quantdeck.model.errors import BadInput
from quantdeck.records.open import open_records
from quantdeck.research.pairs.on_quotes import opening
from quantdeck.research.pairs.quote_check import against_bars, first_difference

if TYPE_CHECKING:
    from quantdeck.app.pairs_output import Outputs
    from quantdeck.app.settings import Settings
    from quantdeck.research.pairs.on_quotes import QuoteBacktest
    from quantdeck.research.pairs.plan import PairPlan
    from quantdeck.research.pairs.question import RunQuestion
    from quantdeck.research.pairs.quote_check import BarCheck
    from quantdeck.trading.journal import AnyEvent


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """What is traded, and on what.

    Parameters
    ----------
    run : RunQuestion
        Symbols, timeframe and rules, as typed.
    replay : tuple of Path
        Recorded frames, or folders of them; the tape where empty.
    source : str
        Where frames were recorded.
    since, until : str or None
        Of the tape, as typed.
    lot_y, lot_x : float or None
        Steps of quantities; 10^-8 of coins and 1 of shares where None. [units]
    cash : float
        Deposited at first. [currency]
    wait_ms : int
        After the end of a bar, for what is still on its way. [ms]
    fresh_s : float
        Age beyond which a quote fills nothing. [s]
    demo : bool
        Take the tape of the demo.
    """

    run: RunQuestion
    replay: tuple[Path, ...] = ()
    source: str = "binance-usdm"
    since: str | None = None
    until: str | None = None
    lot_y: float | None = None
    lot_x: float | None = None
    cash: float = 100_000.0
    wait_ms: int = 100
    fresh_s: float = 5.0
    demo: bool = False


@dataclass(frozen=True, slots=True)
class PaperRun:
    """What trading on paper came to, and what the backtest did.

    Parameters
    ----------
    plan : PairPlan
        What was traded.
    events : tuple of Event
        Of the paper account, as they were kept.
    test : QuoteBacktest
        The backtest on quotes.
    difference : str
        Where both ledgers part; empty where they are equal.
    bars : BarCheck
        The backtest of the same bars.
    """

    plan: PairPlan
    events: tuple[AnyEvent, ...]
    test: QuoteBacktest
    difference: str
    bars: BarCheck


def run_paper(settings: Settings, question: PaperQuestion, outputs: Outputs) -> bool:
    """Trade a pair on paper over a recording, and print what came of it; see `quantdeck.cli.pairs_paper`.

    Returns
    -------
    bool
        Whether paper and backtest have the same ledger.

    Raises
    ------
    BadInput
        If a symbol, a file or a rule cannot be.
    NoData
        If there is nothing to play, or too little for a score.
    StoreError
        If a file cannot be written.
    """
    found = paper_run(settings, question)
    tell(found, question, outputs)
    return not found.difference


def paper_run(settings: Settings, question: PaperQuestion) -> PaperRun:
    """Trade a pair on paper over a recording, and by the backtest on the same events.

    Raises
    ------
    BadInput, NoData, StoreError
        As `run_paper`.
    """
    if not 0.0 < question.cash < float("inf"):
        raise BadInput(f"--cash must be positive, was {question.cash:g}")
    recording = PairRecording(settings, question)
    plan = recording.plan()
    cash = Decimal(str(question.cash))
    with tempfile.TemporaryDirectory(prefix="quantdeck-pairs-") as folder:
        records = open_records(Path(folder))
        try:
            book = PaperBook(records.accounts, "replay")
            book.commit(lambda _: [opening(cash)])
            asyncio.run(recording.play(plan, book))
            events = tuple(records.accounts.events("replay"))
        finally:
            records.close()
    test = recording.backtest(plan, cash)
    return PaperRun(
        plan, events, test, first_difference(events, test.events), against_bars(test, plan)
    )
