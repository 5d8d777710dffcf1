"""Which feeds a deck runs: the vendors', the simulators', or a recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.feed_settings import SOURCES
from quantdeck.app.polygon_plan import polygon_plan
from quantdeck.app.stock_plan import stock_plan
from quantdeck.feeds.alpaca.loan import StockLoan
from quantdeck.feeds.binance.decode import Decoder
from quantdeck.feeds.binance.feed import BinanceFeed
from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.feeds.replay.feed import ReplayFeed
from quantdeck.feeds.replay.recording import FrameRecording, TapeRecording
from quantdeck.hub.capture import FeedPlan
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable, canonical
from quantdeck.net.capture_log import CaptureLog
from quantdeck.net.quarantine import Quarantine
from quantdeck.sims.dated import listed_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quantdeck.app.settings import BinanceSpot, BinanceUsdm, Settings
    from quantdeck.feeds.replay.frames import OnBroken
    from quantdeck.model.events import Batch
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData
    from quantdeck.sims.binance.server import BinanceSim

DEMO_SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "AVAXUSDT", "XRPUSDT", "ADAUSDT")
"""Three pairs of the simulated market that are cointegrated, as its documentation says."""
DEMO_SEED = 7
DEMO_RATE = 0.6
"""Of orders: a quiet market, of which the minutes below are soon fetched."""
DEMO_MINUTES = 10
DEMO_TRADES = 10_000
"""Fetched of each symbol at the start, at most."""
_DEMO_BARS = 500


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every feed of a process shares.

    Parameters
    ----------
    clock : Clock
        Where the time comes from.
    instruments : InstrumentTable
        Ids of symbols.
    run_id : RunId
        Name of the run.
    folder : Path
        Where raw frames and undecodable ones are kept.
    stocks : StockLoan
        What the box desk wants of the stocks that are captured.
    """

    clock: Clock
    instruments: InstrumentTable
    run_id: RunId
    folder: Path
    stocks: StockLoan = field(default_factory=StockLoan)


def live_plans(settings: Settings, around: Surroundings) -> list[FeedPlan]:
    """Return a plan for every enabled vendor of symbols; none where there are only option chains.

    Raises
    ------
    AuthFailed
        If stocks are to be captured, and the vendor's key is not here.
    ConfigError
        If no vendor of anything is enabled, or two are to bring stocks.
    """
    feeds = settings.feeds
    wanted: list[tuple[str, BinanceUsdm | BinanceSpot]] = [
        ("usdm", feeds.binance_usdm),
        ("spot", feeds.binance_spot),
    ]
    plans = [
        binance_plan(market, each, settings, around, Delay.REALTIME)
        for market, each in wanted
        if each.enabled
    ]
    if feeds.alpaca.symbols:
        plans.append(stock_plan(settings, around))
    if feeds.polygon.symbols:
        plans.append(polygon_plan(settings, around))
    if not plans and not any(getattr(feeds, name).enabled for name in SOURCES):
        raise ConfigError(
            "no feed is enabled; set one of feeds.binance_usdm.enabled, feeds.binance_spot.enabled, "
            "feeds.alpaca.enabled and feeds.tastytrade.enabled to true, name stocks in "
            "feeds.alpaca.symbols or feeds.polygon.symbols, or run with --offline"
        )
    return plans


def demo_symbols(clock: Clock) -> tuple[str, ...]:
    """Return what a demo captures: coins, and the futures of the first, a curve of its basis."""
    listed = listed_at(clock.now_ns() // 1_000_000)
    return (*DEMO_SYMBOLS, *(each.symbol for each in listed if each.pair == DEMO_SYMBOLS[0]))


def demo_plans(settings: Settings, around: Surroundings, sim: BinanceSim) -> list[FeedPlan]:
    """Return plans of the same feeds, pointed at a simulator."""
    from msgspec.structs import replace

    usdm = replace(
        settings.feeds.binance_usdm,
        symbols=demo_symbols(around.clock),
        rest_url=sim.rest_url,
        ws_url=sim.ws_url,
    )
    spot = replace(
        settings.feeds.binance_spot,
        symbols=(),
        rest_url=sim.spot_rest_url,
        ws_url=sim.spot_ws_url,
    )
    # Ten minutes of trades are free here, fill every chart of seconds at once and are enough for a
    # test to tell a cointegrated pair; bars are added up by this very process, so no more than a
    # chart shows at first.
    bars = min(settings.capture.backfill_bars, _DEMO_BARS)
    history = replace(
        settings.capture,
        backfill_minutes=DEMO_MINUTES,
        backfill_trades=DEMO_TRADES,
        backfill_bars=bars,
    )
    settings = replace(settings, capture=history)
    return [
        binance_plan("usdm", usdm, settings, around, Delay.SIMULATED),
        binance_plan("spot", spot, settings, around, Delay.SIMULATED),
    ]


def binance_plan(
    name: str,
    chosen: BinanceUsdm | BinanceSpot,
    settings: Settings,
    around: Surroundings,
    delay: Delay,
) -> FeedPlan:
    """Return the plan of a market of Binance.

    Parameters
    ----------
    name : str
        ``usdm`` or ``spot``.
    chosen : BinanceUsdm or BinanceSpot
        Its section of the settings.
    settings : Settings
        What is fetched when a symbol is added.
    around : Surroundings
        Clock, ids, run and folder.
    delay : Delay
        Whether its data are real or simulated.
    """
    market = MARKETS[name]
    quarantine = Quarantine(around.folder / "quarantine" / f"{market.source}.jsonl")
    raw = CaptureLog(around.folder / "raw", market.source) if settings.capture.raw_log else None
    streams = {"aggTrade": Kind.AGG_TRADE, "trade": Kind.TRADE}
    trades = next((kind for name, kind in streams.items() if name in chosen.streams), None)

    def make(sink: EventSink, on_data: OnData) -> BinanceFeed:
        return BinanceFeed(
            name,
            sink=sink,
            instruments=around.instruments,
            on_data=on_data,
            clock=around.clock,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            rest_url=chosen.rest_url,
            ws_url=chosen.ws_url,
            streams=chosen.streams,
            backfill_s=60.0 * settings.capture.backfill_minutes,
            backfill_trades=settings.capture.backfill_trades,
            backfill_bars=settings.capture.backfill_bars,
            on_bad=quarantine.add,
            tee=raw.write if raw else None,
        )

    return FeedPlan(
        provenance=Provenance(market.source, delay, around.run_id),
        venue=market.venue,
        symbols=tuple(canonical(s, default_venue=market.venue) for s in chosen.symbols),
        make=make,
        close=raw.close if raw else None,
        trades=trades,
    )


class FramePlayer:
    """A plan of recorded frames, and the feed that plays them once it is made.

    Parameters
    ----------
    source : str
        Where they were recorded, such as ``binance-usdm``.
    files : sequence of Path
        The files.
    around : Surroundings
        Clock and ids.
    speed : float or None
        Times real time; None for as fast as possible.
    on_broken : callable
        Takes every line that cannot be used.

    Raises
    ------
    BadInput
        If the source is unknown, or a file cannot be read.
    """

    def __init__(
        self,
        source: str,
        files: Sequence[Path],
        around: Surroundings,
        *,
        speed: float | None,
        on_broken: OnBroken,
    ) -> None:
        market = next((m for m in MARKETS.values() if m.source == source), None)
        if market is None:
            known = ", ".join(m.source for m in MARKETS.values())
            raise BadInput(f"frames of {source!r} cannot be decoded; there are {known}")
        self.feed: ReplayFeed | None = None
        self._market = market
        self._decoder: Decoder | None = None

        def record(sink: EventSink) -> FrameRecording:
            self._decoder = Decoder(market, sink, around.instruments)
            return FrameRecording(files, decode=self._decoder.decode, on_broken=on_broken)

        def make(sink: EventSink, on_data: OnData) -> ReplayFeed:
            self.feed = ReplayFeed(
                source,
                make=record,
                sink=sink,
                on_data=on_data,
                instruments=around.instruments,
                clock=around.clock,
                speed=speed,
            )
            return self.feed

        provenance = Provenance(source, Delay.IMPORTED, around.run_id)
        self.plan = FeedPlan(provenance=provenance, venue=market.venue, symbols=(), make=make)

    def ignored(self) -> Counter[str]:
        """Return the frames of kinds that are not captured, by the venue's name of the kind."""
        return Counter() if self._decoder is None else self._decoder.ignored

    def probe(self) -> Callable[[bytes, int], object]:
        """Return a decoder whose events go nowhere, to try files with."""
        return Decoder(self._market, RingSet(1), InstrumentTable()).decode


class TapePlayer:
    """A plan of what is on a tape, and the feed that plays it once it is made.

    Parameters
    ----------
    batches : callable
        Reads the tape from its beginning.
    around : Surroundings
        Clock and ids.
    source : str
        Where what is played came from, such as ``binance-usdm``.
    speed : float or None
        Times real time; None for as fast as possible.
    """

    def __init__(
        self,
        batches: Callable[[], Iterator[tuple[list[str], Batch]]],
        around: Surroundings,
        *,
        source: str,
        speed: float | None,
    ) -> None:
        self.feed: ReplayFeed | None = None

        def record(sink: EventSink) -> TapeRecording:
            return TapeRecording(batches(), sink=sink, instruments=around.instruments)

        def make(sink: EventSink, on_data: OnData) -> ReplayFeed:
            self.feed = ReplayFeed(
                source,
                make=record,
                sink=sink,
                on_data=on_data,
                instruments=around.instruments,
                clock=around.clock,
                speed=speed,
            )
            return self.feed

        provenance = Provenance(source, Delay.IMPORTED, around.run_id)
        self.plan = FeedPlan(provenance=provenance, venue="TAPE", symbols=(), make=make)
