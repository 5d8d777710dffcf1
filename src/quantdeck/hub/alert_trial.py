"""A rule tried on the tape: when it would have fired, by the same engine over the same live state."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.engine import TICK_NS, Engine
from quantdeck.alerts.logic import calls
from quantdeck.alerts.metric import ArgumentType, Group
from quantdeck.alerts.syntax import Number, Rule
from quantdeck.alerts.watch import Firing
from quantdeck.hub.alert_indicators import history_rows
from quantdeck.hub.alert_metrics import DeckFigures
from quantdeck.hub.alert_rate_history import HELD_NS, KeptRate, RateHistory, kept_rates
from quantdeck.hub.state import LiveState
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from quantdeck.alerts.syntax import Call
    from quantdeck.model.events import Batch, Rows
    from quantdeck.ports.tape import Coverage, TapeReader
    from quantdeck.views.boxes import RateLine

# A running deck is a little late.
_PHASE_NS = 5_000_000
# Box rates are kept every few minutes, and for months.
_SLOW_TICK_NS = 10_000_000_000
_FAR_NS = 1 << 62
_STEP_NS = 100_000_000
_SECOND_NS = 1_000_000_000
_MOST_KEPT = 1000
_TICK_HISTORY_NS = 900 * _SECOND_NS
_SHORT_HISTORY_NS = 60 * _SECOND_NS
_TRADES = (Kind.TRADE, Kind.AGG_TRADE)


class Trial(msgspec.Struct, frozen=True):
    """What became of a rule on the tape.

    Parameters
    ----------
    start_ns, end_ns : int
        The time that was looked at, UTC. [ns]
    fired : int
        How often it would have fired.
    firings : tuple of Firing
        The first thousand of them, oldest first.
    unknown_s : dict of str to float
        How long each figure was unknown, by its words; 0 where it never was. [s]
    events : int
        Events that were played.
    """

    start_ns: int
    end_ns: int
    fired: int
    firings: tuple[Firing, ...]
    unknown_s: dict[str, float]
    events: int


async def try_rule_aside(
    rule: Rule,
    reader: TapeReader,
    *,
    start_ns: int,
    end_ns: int | None = None,
    benchmark: RateLine | None = None,
) -> Trial:
    """As `try_rule`, in a thread; it ends soon after the caller is cancelled."""
    ending = threading.Event()
    try:
        return await asyncio.to_thread(
            try_rule,
            rule,
            reader,
            start_ns=start_ns,
            end_ns=end_ns,
            benchmark=benchmark,
            stopped=ending.is_set,
        )
    finally:
        ending.set()


def try_rule(
    rule: Rule,
    reader: TapeReader,
    *,
    start_ns: int,
    end_ns: int | None = None,
    benchmark: RateLine | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Trial:
    """Return when a rule would have fired.

    What its figures need from before the beginning is played first, without looking at the rule.
    Events are taken in portions of a tenth of a second, so a crossing that is over within one is not
    seen; a running deck looks after every read from a socket. Figures that are read once a second are
    read just after it begins; a deck that is busy may read them later.

    Parameters
    ----------
    rule : Rule
        What is tried.
    reader : TapeReader
        The tape.
    start_ns, end_ns : int, int or None
        The time that is looked at; until the end of the tape where None, UTC. [ns]
    benchmark : RateLine or None
        What box rates are compared with.
    stopped : callable
        Asked now and then; where it says yes, the trial ends with what there is so far.

    Returns
    -------
    Trial
        Every firing, and how long each figure was unknown.

    Raises
    ------
    NoData
        If nothing of the rule's symbols is on the tape in that time.
    BadInput
        If the time ends before it begins.
    """
    if end_ns is not None and end_ns <= start_ns:
        raise BadInput("the trial ends before it begins; give --until a time after --since")
    coverage, rates = reader.coverage(), list[KeptRate]()
    if any(METRICS[call.metric].group is Group.RATES for call in calls(rule.condition)):
        last_ns = _FAR_NS if end_ns is None else end_ns
        rates = kept_rates(reader, start_ns=start_ns - HELD_NS, end_ns=last_ns)
    player = _Player(rule, coverage, RateHistory(rates, benchmark), start_ns)
    ends = [c.last_ns for c in player.streams] + [rate.ts_ns for rate in rates[-1:]]
    last_ns = max(ends, default=0)
    if last_ns < start_ns:
        raise NoData(_nothing(player.symbols, coverage))
    until_ns = last_ns + 1 if end_ns is None else min(end_ns, last_ns + 1)
    if player.symbols:
        batches = reader.replay(
            player.kinds(),
            symbols=player.symbols,
            start_ns=start_ns - _history_ns(rule),
            end_ns=until_ns,
        )
        for portion in _portions(batches, player.instruments):
            if stopped():
                break
            player.play(*portion)
    if not stopped():
        player.pass_time(until_ns)
    return player.trial(until_ns)


class _Player:
    def __init__(
        self, rule: Rule, coverage: Sequence[Coverage], rates: RateHistory, start_ns: int
    ) -> None:
        self.instruments = InstrumentTable()
        self._rule = rule
        self._state = LiveState(self.instruments)
        # Of symbols with one root, that of which there is most comes first.
        known = sorted(coverage, key=lambda c: -c.rows)
        symbols = list(dict.fromkeys(c.symbol for c in known))
        self._figures = DeckFigures(lambda: self._state, lambda: symbols, rates=rates)
        self._engine = Engine(self._figures)
        self._engine.put("rule", rule)
        self.symbols = self._wanted()
        self.streams = [c for c in coverage if c.symbol in self.symbols]
        self._start_ns = start_ns
        self._step_ns = TICK_NS if self.symbols else _SLOW_TICK_NS
        self._next_ns = -(-(start_ns - _PHASE_NS) // self._step_ns) * self._step_ns + _PHASE_NS
        self._firings: list[Firing] = []
        self._fired = self._events = 0
        self._unknown: defaultdict[str, int] = defaultdict(int)

    def kinds(self) -> list[Kind]:
        metrics = [METRICS[call.metric] for call in calls(self._rule.condition)]
        needed = {kind for metric in metrics for kind in metric.kinds}
        marked = {c.symbol for c in self.streams if c.kind == Kind.MARK}
        # Any event tells that a symbol is heard. Marks do so every few seconds; quotes come by the
        # hundred a second and are read only where they are needed.
        if not marked.issuperset(self.symbols):
            needed.add(Kind.QUOTE)
        return [kind for kind in Kind if kind is not Kind.QUOTE or kind in needed]

    def play(self, at_ns: int, rows: dict[Kind, Rows]) -> None:
        self.pass_time(at_ns)
        changed: list[Hashable] = []
        for kind, some in rows.items():
            self._state.update(kind, some)
            changed += self._figures.keys(kind, some)
        if at_ns >= self._start_ns:
            self._events += sum(len(some) for some in rows.values())
            self._note(self._engine.take(changed, at_ns))

    def pass_time(self, to_ns: int) -> None:
        while self._next_ns <= to_ns:
            self._note(self._engine.tick(self._next_ns))
            for words, value in self._engine.values().items():
                self._unknown[words] += int(np.isnan(value))
            self._next_ns += self._step_ns

    def trial(self, end_ns: int) -> Trial:
        return Trial(
            self._start_ns,
            end_ns,
            self._fired,
            tuple(self._firings),
            {words: count * self._step_ns / 1e9 for words, count in self._unknown.items()},
            self._events,
        )

    def _note(self, firings: list[Firing]) -> None:
        self._fired += len(firings)
        self._firings += firings[: _MOST_KEPT - len(self._firings)]

    def _wanted(self) -> list[str]:
        found = [
            self._figures.symbol(str(value))
            for call in calls(self._rule.condition)
            for argument, value in zip(METRICS[call.metric].arguments, call.arguments, strict=True)
            if argument.type is ArgumentType.SYMBOL
        ]
        groups = {METRICS[call.metric].group for call in calls(self._rule.condition)}
        if not found and Group.RATES not in groups:
            raise NoData(
                "this rule looks at the capture alone: the tape holds executions, quotes, marks and "
                "box rates, and nothing of how they came"
            )
        return list(dict.fromkeys(found))


def _portions(
    batches: Iterator[tuple[list[str], Batch]], instruments: InstrumentTable
) -> Iterator[tuple[int, dict[Kind, Rows]]]:
    # What was received within one step, by kind, as a running deck drains its rings
    gathered: defaultdict[Kind, list[Rows]] = defaultdict(list)
    step, last_ns = -1, 0
    for names, batch in batches:
        rows = _with_ids(batch, names, instruments)
        received = rows["ts_recv"]
        steps = received // _STEP_NS
        starts = np.flatnonzero(np.diff(steps, prepend=-1)).tolist()
        for start, stop in zip(starts, [*starts[1:], len(rows)], strict=True):
            if int(steps[start]) != step and gathered:
                yield last_ns, _joined(gathered)
                gathered.clear()
            step, last_ns = int(steps[start]), int(received[stop - 1])
            gathered[batch.kind].append(rows[start:stop])
    if gathered:
        yield last_ns, _joined(gathered)


def _joined(gathered: dict[Kind, list[Rows]]) -> dict[Kind, Rows]:
    return {
        kind: some[0] if len(some) == 1 else np.concatenate(some) for kind, some in gathered.items()
    }


def _with_ids(batch: Batch, names: Sequence[str], instruments: InstrumentTable) -> Rows:
    numbers = np.array([instruments.id_of(name) for name in names], np.int32)
    rows = batch.rows.copy()
    rows["symbol"] = numbers[rows["symbol"]]
    return rows


def _history_ns(rule: Rule) -> int:
    return max(map(_history_of, calls(rule.condition)), default=0)


def _history_of(call: Call) -> int:
    metric = METRICS[call.metric]
    given = dict(zip((a.name for a in metric.arguments), call.arguments, strict=True))
    window = given.get("window")
    if metric.group is Group.WINDOWS and isinstance(window, Number):
        return window.ns + _SHORT_HISTORY_NS + max(TIMEFRAMES.values())
    if metric.group not in {Group.PAIRS, Group.INDICATORS}:
        return _SHORT_HISTORY_NS
    interval_ns = TIMEFRAMES.get(str(given["timeframe"]))
    if interval_ns is None:
        return _TICK_HISTORY_NS
    if metric.group is Group.INDICATORS:
        return 2 * history_rows(call) * interval_ns
    rows = max(value for value in given.values() if isinstance(value, int))
    # Rows in which only one of the two traded do not count.
    return 2 * rows * interval_ns


def _nothing(symbols: Sequence[str], coverage: Sequence[Coverage]) -> str:
    if not symbols:
        return "no box rates are kept of that time; quantdeck boxes collect keeps them"
    known = ", ".join(sorted({c.symbol for c in coverage})) or "nothing at all"
    return f"nothing of {', '.join(symbols)} is on the tape in that time; there is {known}"
