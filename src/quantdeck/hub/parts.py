"""What a machine is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.hub.page_files import PageFiles
from quantdeck.hub.risk_parts import RiskParts
from quantdeck.model.spread import Spread, one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.hub.alert_parts import AlertParts
    from quantdeck.hub.box_desk import BoxParts
    from quantdeck.hub.capture import FeedPlan
    from quantdeck.hub.exit_parts import ExitSetup
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.market_parts import MarketParts
    from quantdeck.hub.option_desk import OptionParts
    from quantdeck.hub.pair_paper import PairPaper
    from quantdeck.hub.paper_parts import PaperParts
    from quantdeck.hub.playbook_parts import PlaybookParts
    from quantdeck.hub.price_book import PriceBook
    from quantdeck.hub.research_parts import ResearchParts
    from quantdeck.hub.schedule_parts import ScheduleParts
    from quantdeck.hub.uploads import UploadParts
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.bus import BusStatus
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.compute import Executor
    from quantdeck.ports.due import DueStore
    from quantdeck.ports.findings import FindingStore
    from quantdeck.ports.layouts import LayoutStore
    from quantdeck.ports.records import RunStore
    from quantdeck.ports.tape import TapeReader, TapeWriter
    from quantdeck.views.payloads import Mode, ReplayPosition


@dataclass(frozen=True, slots=True)
class Parts:
    """What a machine is put together from.

    Parameters
    ----------
    mode : Mode
        Live, demo or replay.
    version : str
        Version of quantdeck.
    clock : Clock
        Where the time comes from.
    instruments : InstrumentTable
        Ids of symbols.
    plans : sequence of FeedPlan
        The feeds.
    reader : TapeReader
        The tape.
    writer : TapeWriter or None
        None where nothing is to be recorded, as in a replay.
    ring_rows : int
        Rows of every ring, a power of two.
    bars_kept : int
        Bars kept in memory per symbol and timeframe.
    hz : float
        Refreshes of live topics. [1/s]
    replay : callable or None
        Gives how far the replay has come.
    boxes : BoxParts or None
        The box desk's; None where no vendor of option chains is set up.
    uploads : UploadParts or None
        Takes in files; None where nothing is recorded.
    alerts : AlertParts or None
        Watches rules; None where there are no records to keep them in.
    runs : RunStore or None
        Keeps backtests; None to keep them as long as the process lives.
    options : OptionParts or None
        The option desk's; None where the box desk's chains alone are studied.
    prices : callable or None
        Makes the prices of years of a machine; None where there are none.
    market : MarketParts or None
        The Market page's watchlist and what was collected; None where nothing is kept.
    research : ResearchParts or None
        Tables of features, models and reports; None where nothing is kept.
    playbook : PlaybookParts or None
        Makes and keeps playbooks; None where nothing is kept.
    due : DueStore or None
        The run ledger, with the daily runs; None where nothing is kept.
    schedule : ScheduleParts or None
        What is run by the clock; None where nothing is recorded.
    pairs : callable or None
        Makes what trades pairs on paper of a machine; None where none is traded.
    paper : PaperParts or None
        The paper account; None where nothing is kept.
    exits : ExitSetup or None
        Exit rules of the paper account; None where nothing is kept.
    findings : FindingStore or None
        What was detected; None where nothing is kept.
    layouts : LayoutStore or None
        Arranged pages; None where nothing is kept.
    risk : RiskParts
        How risk is studied where nobody says otherwise.
    page_files : PageFiles
        Files of users that pages are made of.
    compute : Executor or None
        Does sweeps, walks forward and scans of all pairs; None to do them in this process.
    bus : callable or None
        Tells how publishing goes; None where nothing is published.
    """

    mode: Mode
    version: str
    clock: Clock
    instruments: InstrumentTable
    plans: Sequence[FeedPlan]
    reader: TapeReader
    writer: TapeWriter | None = None
    ring_rows: int = 1 << 16
    bars_kept: int = 7200
    hz: float = 10.0
    replay: Callable[[], ReplayPosition] | None = None
    boxes: BoxParts | None = None
    uploads: UploadParts | None = None
    alerts: AlertParts | None = None
    runs: RunStore | None = None
    options: OptionParts | None = None
    prices: Callable[[Machine], PriceBook] | None = None
    market: MarketParts | None = None
    research: ResearchParts | None = None
    playbook: PlaybookParts | None = None
    paper: PaperParts | None = None
    exits: ExitSetup | None = None
    due: DueStore | None = None
    schedule: ScheduleParts | None = None
    pairs: Callable[[Machine], PairPaper | None] | None = None
    findings: FindingStore | None = None
    layouts: LayoutStore | None = None
    risk: RiskParts = field(default_factory=RiskParts)
    page_files: PageFiles = field(default_factory=PageFiles)
    compute: Executor | None = None
    bus: Callable[[], BusStatus] | None = None

    @property
    def spread(self) -> Spread:
        """How large pieces of work are gone through."""
        return one_by_one if self.compute is None else self.compute.map
