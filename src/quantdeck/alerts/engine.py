"""Evaluates rules: at an event those that look at what it changes, once a second all of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from quantdeck.alerts.figures import Figure
from quantdeck.alerts.logic import calls
from quantdeck.alerts.watch import Watch
from quantdeck.alerts.write import call_text
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from quantdeck.alerts.figures import FigureSource
    from quantdeck.alerts.syntax import Call, Rule
    from quantdeck.alerts.watch import Firing, Standing

TICK_NS = 250_000_000
"""How often `Engine.tick` is to be called, at multiples of this: hold times end to it. [ns]"""

SWEEP_NS = 1_000_000_000
"""Figures that no event changes are read so often, and all rules looked at. [ns]"""


class Engine:
    """Watches any number of rules. The time is handed in; it must be one clock throughout.

    Owned by the hub, on its event loop: `take` after every batch of events, `tick` every
    `TICK_NS`. The same calls give the same firings.

    Parameters
    ----------
    source : FigureSource
        Where figures come from.

    Examples
    --------
    >>> from quantdeck.alerts.figures import Bound
    >>> from quantdeck.alerts.parse import parse
    >>> class Prices:
    ...     revision, last = 0, 1.0
    ...     def refresh(self, now_ns):
    ...         pass
    ...     def bind(self, call):
    ...         return Bound(lambda now_ns: self.last, lambda now_ns: "", ("BTC",))
    >>> prices = Prices()
    >>> engine = Engine(prices)
    >>> engine.put("high", parse("last(BTC) > 5"))
    >>> engine.take(["BTC"], 1)
    []
    >>> prices.last = 6.0
    >>> [firing.message for firing in engine.take(["BTC"], 2)]
    ['last(BTC) is 6 (> 5)']
    """

    def __init__(self, source: FigureSource) -> None:
        self._source = source
        self._figures: dict[Call, Figure] = {}
        self._by_key: dict[Hashable, list[Figure]] = {}
        self._watches: dict[str, Watch] = {}
        self._held: set[str] = set()
        self._revision = source.revision
        self._second: int | None = None

    def put(self, rule_id: str, rule: Rule, *, last_fired_ns: int | None = None) -> None:
        """Watch a rule; one that is watched already stays as it is, another of its id is replaced.

        Parameters
        ----------
        rule_id : str
            Its id.
        rule : Rule
            What it says.
        last_fired_ns : int or None
            When it fired last, as far as is on record, so that its cool-down outlasts a restart. [ns]
        """
        known = self._watches.get(rule_id)
        if known is not None:
            if known.rule == rule:
                return
            self.remove(rule_id)
        for call in calls(rule.condition):
            if call not in self._figures:
                self._add(Figure(call, self._source.bind(call)))
            self._figures[call].watchers[rule_id] = None
        self._watches[rule_id] = Watch(rule_id, rule, self._figures, last_fired_ns=last_fired_ns)
        # It is looked at with the next tick, not with the next second.
        self._second = None

    def remove(self, rule_id: str) -> None:
        """Watch a rule no longer; one that is not watched is left alone."""
        watch = self._watches.pop(rule_id, None)
        if watch is None:
            return
        self._held.discard(rule_id)
        for figure in watch.figures:
            figure.watchers.pop(rule_id, None)
            if not figure.watchers:
                del self._figures[figure.call]
        self._index()

    def rules(self) -> dict[str, Rule]:
        """Return the rules that are watched, by id."""
        return {rule_id: watch.rule for rule_id, watch in self._watches.items()}

    def take(self, keys: Iterable[Hashable], now_ns: int) -> list[Firing]:
        """Look at the rules that these events may have changed, and return what fires.

        Parameters
        ----------
        keys : iterable
            What has changed, in the words of `Bound.keys`.
        now_ns : int
            The time, UTC. [ns]
        """
        touched: dict[str, None] = {}
        by_key = self._by_key
        for key in keys:
            for figure in by_key.get(key, ()):
                if figure.look(now_ns):
                    touched |= figure.watchers
        return self._look(touched, now_ns) if touched else []

    def tick(self, now_ns: int) -> list[Firing]:
        """Look at what changes with time, and return what fires.

        Parameters
        ----------
        now_ns : int
            The time, UTC. [ns]
        """
        if self._source.revision != self._revision:
            self._rebind()
        self._source.refresh(now_ns)
        second = now_ns // SWEEP_NS
        if second != self._second:
            self._second = second
            for figure in self._figures.values():
                figure.look(now_ns)
            return self._look(self._watches, now_ns)
        due = [
            rule_id
            for rule_id in self._held
            if (due_ns := self._watches[rule_id].due_ns) is not None and due_ns <= now_ns
        ]
        return self._look(sorted(due), now_ns, read=True) if due else []

    def standing(self, rule_id: str, now_ns: int) -> Standing:
        """Return how a rule stands.

        Raises
        ------
        BadInput
            If it is not watched.
        """
        watch = self._watches.get(rule_id)
        if watch is None:
            raise BadInput(f"no rule {rule_id!r} is watched")
        return watch.standing(now_ns)

    def values(self) -> dict[str, float]:
        """Return every figure at its last look, by its words; NaN where it was unknown."""
        return {call_text(figure.call): figure.value for figure in self._figures.values()}

    def _look(self, rule_ids: Iterable[str], now_ns: int, *, read: bool = False) -> list[Firing]:
        fired: list[Firing] = []
        watches, held = self._watches, self._held
        for rule_id in rule_ids:
            watch = watches[rule_id]
            if read:
                for figure in watch.figures:
                    figure.look(now_ns)
            firing = watch.look(now_ns)
            if firing is not None:
                fired.append(firing)
            if watch.due_ns is not None:
                held.add(rule_id)
            elif rule_id in held:
                held.discard(rule_id)
        return fired

    def _rebind(self) -> None:
        self._revision = self._source.revision
        for call, figure in self._figures.items():
            figure.bound = self._source.bind(call)
        self._index()

    def _add(self, figure: Figure) -> None:
        self._figures[figure.call] = figure
        for key in figure.bound.keys:
            self._by_key.setdefault(key, []).append(figure)

    def _index(self) -> None:
        by_key: defaultdict[Hashable, list[Figure]] = defaultdict(list)
        for figure in self._figures.values():
            for key in figure.bound.keys:
                by_key[key].append(figure)
        self._by_key = dict(by_key)
