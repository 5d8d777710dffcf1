"""Detects what is out of the ordinary in what was recorded and collected, and keeps it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.analytics.detection.chain_days import chain_day, session_of
from quantdeck.analytics.detection.fresh_news import NewsRules, fresh_news
from quantdeck.analytics.detection.large_trades import TradeRules
from quantdeck.analytics.detection.unusual_options import OptionActivityRules, unusual_options
from quantdeck.analytics.headlines import headline_of
from quantdeck.jobs.detect_trades import TradeWatch
from quantdeck.model.collected import Story
from quantdeck.model.errors import NoData
from quantdeck.model.findings import KINDS, Finding, FindingKind, Findings
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.ports.findings import DetectionRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.detection.chain_days import ChainDay
    from quantdeck.model.headlines import Headline
    from quantdeck.ports.box_store import StoredSnapshot
    from quantdeck.ports.collected import CollectedStore
    from quantdeck.ports.collecting import ChainKeeper
    from quantdeck.ports.findings import FindingStore
    from quantdeck.ports.tape import TapeReader

DAY_NS = 86_400_000_000_000
MOST_BACK_NS = 7 * DAY_NS
"""A look goes back so far at most by itself, however long nobody looked. [ns]"""
OVERLAP_NS = 60_000_000_000
"""The end of the span before is looked at again: prints may come late. [ns]"""
NEWS_LATE_NS = DAY_NS // 4
"""Stories are fetched late: one published so long before the span is new all the same. [ns]"""
TOLD_BEFORE_NS = 14 * DAY_NS
"""A story is told again if one like it is so old or younger. [ns]"""
MOST_STORIES = 2_000
SESSIONS = 10
"""Sessions of option chains before that are looked at."""
FRESH_CHAIN_NS = DAY_NS
"""A chain that is older says nothing of now; over a weekend that of Friday does. [ns]"""

_MOST_WHYS = 3


@dataclass(frozen=True, slots=True)
class DetectRules:
    """What is out of the ordinary.

    Parameters
    ----------
    trades, news, options
        Of each kind.
    window_days : float
        How far back a symbol's own orders are looked at. [days]
    """

    trades: TradeRules = field(default_factory=TradeRules)
    news: NewsRules = field(default_factory=NewsRules)
    options: OptionActivityRules = field(default_factory=OptionActivityRules)
    window_days: float = 5.0


@dataclass(frozen=True, slots=True)
class DetectStores:
    """What is looked at, and where findings are kept.

    Parameters
    ----------
    reader : TapeReader
        Prints.
    collected : CollectedStore
        Stories.
    chains : ChainKeeper
        Option chains.
    findings : FindingStore
        What was found.
    """

    reader: TapeReader
    collected: CollectedStore
    chains: ChainKeeper
    findings: FindingStore


@dataclass(frozen=True, slots=True)
class DetectQuestion:
    """What is to be looked at.

    Parameters
    ----------
    now_ns : int
        The time, UTC. [ns]
    weights : mapping of str to float
        How much a canonical symbol matters, for news and options.
    symbols : tuple of str
        Look at nothing but these; at all prints on the tape and all of `weights` where empty.
    since_ns : int or None
        From when on; where the last run ended where None, or a day ago where none was. [ns]
    until_ns : int or None
        Up to when, to look at a recording; the next run goes on from where the last one without it
        ended. Up to now where None. [ns]
    kinds : tuple of str
        Which kinds.
    simulated : bool
        Whether the data are simulated.
    """

    now_ns: int
    weights: Mapping[str, float]
    symbols: tuple[str, ...] = ()
    since_ns: int | None = None
    until_ns: int | None = None
    kinds: tuple[FindingKind, ...] = KINDS
    simulated: bool = False

    @property
    def end_ns(self) -> int:
        """Up to when, UTC. [ns]."""
        return self.now_ns if self.until_ns is None else self.until_ns


def detect(
    question: DetectQuestion, stores: DetectStores, rules: DetectRules | None = None
) -> Findings:
    """Look once; see `Detector.run`. Blocks: to be called in a thread.

    Raises
    ------
    StoreError
        If something cannot be read or kept.
    """
    return Detector(stores, rules).run(question)


class Detector:
    """Looks again and again, and reads only what is new of the tape. For one thread at a time.

    Parameters
    ----------
    stores : DetectStores
        What is looked at, and where findings are kept.
    rules : DetectRules or None
        What is out of the ordinary.
    """

    def __init__(self, stores: DetectStores, rules: DetectRules | None = None) -> None:
        self._stores = stores
        self._rules = rules or DetectRules()
        self._trades = TradeWatch(
            stores.reader, self._rules.trades, window_days=self._rules.window_days
        )
        self._days: dict[str, ChainDay] = {}

    def run(self, question: DetectQuestion) -> Findings:
        """Look at everything since the last run, keep what was found, and return what is new.

        Raises
        ------
        StoreError
            If something cannot be read or kept.
        """
        store = self._stores.findings
        until_ns, last = question.end_ns, store.last_run()
        last_ns = None if last is None else last.until_ns
        since_ns = _since(question, last_ns)
        found: list[Finding] = []
        notes: list[str] = []
        looked: dict[str, int] = {}
        for kind, look in (
            ("trade", self._look_at_trades),
            ("news", self._look_at_news),
            ("options", self._look_at_options),
        ):
            if kind in question.kinds:
                some, looked[kind] = look(question, since_ns, notes)
                found += some
        # What was looked at in part is looked at by the next run all the same.
        is_of_all = not question.symbols and set(question.kinds) == set(KINDS)
        goes_on = last_ns is None or since_ns <= last_ns
        is_whole = is_of_all and goes_on and question.until_ns is None
        run = DetectionRun(until_ns=until_ns, notes=tuple(notes), looked=looked)
        new = store.add(found, now_ns=question.now_ns, run=run if is_whole else None)
        return Findings(
            new=tuple(sorted(new, key=lambda each: (KINDS.index(each.kind), -each.score))),
            since_ns=since_ns,
            until_ns=until_ns,
            notes=tuple(notes),
            looked=looked,
            simulated=question.simulated,
        )

    def _look_at_trades(
        self, question: DetectQuestion, since_ns: int, notes: list[str]
    ) -> tuple[list[Finding], int]:
        since_ns -= OVERLAP_NS
        found: list[Finding] = []
        whys: list[str] = []
        count = 0
        for prints in self._trades.streams(question.symbols or None, since_ns=since_ns):
            some, orders, why = self._trades.look(
                prints, since_ns=since_ns, until_ns=question.end_ns
            )
            found += some
            count += orders
            whys += [why] if why else []
        notes += _condensed("large trades", whys)
        return found, count

    def _look_at_news(
        self, question: DetectQuestion, since_ns: int, notes: list[str]
    ) -> tuple[list[Finding], int]:
        weights = _weights(question)
        stories = self._stories(since_ns - TOLD_BEFORE_NS)
        if not stories:
            notes.append("news: no story is kept; collect some, such as by quantdeck collect")
        elif not weights:
            notes.append("news: no symbol is watched, held or in a playbook; name some")
        begin_ns = since_ns - NEWS_LATE_NS
        found = fresh_news(
            stories, weights, since_ns=begin_ns, now_ns=question.end_ns, rules=self._rules.news
        )
        count = sum(each.published_ns > begin_ns for each in stories)
        return list(found), count

    def _stories(self, since_ns: int) -> list[Headline]:
        store = self._stores.collected
        return [
            headline_of(story, held.source)
            for held in store.held(Story)
            for story in store.read(
                Story, source=held.source, since_ns=since_ns, limit=MOST_STORIES
            )
        ]

    def _look_at_options(
        self, question: DetectQuestion, _since_ns: int, notes: list[str]
    ) -> tuple[list[Finding], int]:
        found: list[Finding] = []
        count = 0
        used: set[str] = set()
        whys: list[str] = []
        for symbol in sorted(_weights(question)):
            stored = [
                each
                for each in self._stores.chains.snapshots(underlying=symbol)
                if each.taken_ns <= question.end_ns
            ]
            if not stored or venue_of(symbol) != UNDERLYING_VENUE:
                continue
            sessions = _last_of_sessions(stored)
            if not _is_fresh(sessions[0].taken_ns, question.end_ns):
                session = session_of(sessions[0].taken_ns)
                name = root_of(symbol)
                whys.append(f"{name}: not enough data: the newest chain is of {session}")
                continue
            used |= {each.path for each in sessions}
            days = [day for each in sessions if (day := self._day(each)) is not None]
            if not days:
                continue
            some, why = unusual_options(days[0], days[1:], self._rules.options)
            found += some
            count += len(days[0].names)
            whys += [why] if why else []
        notes += _condensed("options", whys)
        self._days = {path: day for path, day in self._days.items() if path in used}
        return found, count

    def _day(self, stored: StoredSnapshot) -> ChainDay | None:
        if stored.path not in self._days:
            try:
                self._days[stored.path] = chain_day(self._stores.chains.read(stored))
            except NoData:
                # Given up since the list was read.
                return None
        return self._days[stored.path]


def _condensed(what: str, whys: Sequence[str]) -> list[str]:
    # One is told as an example of many.
    if len(whys) <= _MOST_WHYS:
        return [f"{what}: {why}" for why in whys]
    return [f"{what}: {len(whys)} symbols cannot be judged, such as {whys[0]}"]


def _since(question: DetectQuestion, last_ns: int | None) -> int:
    if question.since_ns is not None:
        return question.since_ns
    if last_ns is None or question.until_ns is not None:
        return question.end_ns - DAY_NS
    return max(min(last_ns, question.now_ns), question.now_ns - MOST_BACK_NS)


def _is_fresh(taken_ns: int, now_ns: int) -> bool:
    return now_ns - taken_ns <= FRESH_CHAIN_NS or session_of(taken_ns) == session_of(now_ns)


def _last_of_sessions(stored: Sequence[StoredSnapshot]) -> list[StoredSnapshot]:
    source = stored[0].source
    last: dict[str, StoredSnapshot] = {}
    for each in stored:
        if each.source == source:
            last.setdefault(session_of(each.taken_ns).isoformat(), each)
    return [last[day] for day in sorted(last, reverse=True)[: SESSIONS + 1]]


def _weights(question: DetectQuestion) -> Mapping[str, float]:
    if not question.symbols:
        return question.weights
    return {symbol: question.weights.get(symbol, 1.0) for symbol in question.symbols}
