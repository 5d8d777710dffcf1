"""Alert rules per event: the engine against every rule evaluated at every event.

The plain way compiles each condition with Python's own compiler and evaluates it at every event over
functions that read the same live state; a second one walks the syntax tree as interpreters of rule
languages do. All see the same events, and end with the same rules true.
"""

from __future__ import annotations

import argparse
import math
import operator

import numpy as np
from timing import compare, show

from quantdeck.alerts.engine import Engine
from quantdeck.alerts.parse import parse
from quantdeck.alerts.syntax import Arithmetic, Call, Compare, Number
from quantdeck.alerts.watch import RuleState
from quantdeck.hub.alert_metrics import DeckFigures
from quantdeck.hub.state import LiveState
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.instruments import InstrumentTable

START_NS = 1_786_147_200_000_000_000
STEP_NS = 2_000_000
SYMBOLS = 50
Event = tuple[Kind, np.ndarray]
SIGNS = {">": operator.gt, "<": operator.lt, "-": operator.sub, "/": operator.truediv}


def rule_texts(count: int, symbols: int) -> list[str]:
    """Return rules of a few shapes, spread evenly over the symbols."""
    random = np.random.default_rng(1)
    texts = []
    for number in range(count):
        one, other = f"C{number % symbols}USDT", f"C{(number + 1) % max(2, symbols)}USDT"
        level = 100.0 + random.normal() * 0.3
        texts.append(
            (
                f"last({one}) > {level:.4f}",
                f"spread_bp({one}) > {random.uniform(1, 4):.3f}",
                f"mid({one}) / mid({other}) > {1 + random.normal() * 0.004:.5f}",
                f"ask({one}) - last({one}) < {random.uniform(0.005, 0.03):.4f}",
            )[number // symbols % 4]
        )
    return texts


def events(count: int) -> list[Event]:
    """Return single-row batches: two quotes and one execution in turn, symbol by symbol."""
    random = np.random.default_rng(2)
    price = np.full(SYMBOLS, 100.0)
    batches = []
    for number in range(count):
        symbol = int(random.integers(SYMBOLS))
        price[symbol] *= math.exp(random.normal() * 2e-4)
        kind = Kind.AGG_TRADE if number % 3 == 2 else Kind.QUOTE
        row = np.zeros(1, DTYPES[kind])
        row["ts_event"] = row["ts_recv"] = START_NS + number * STEP_NS
        row["seq"], row["symbol"] = number, symbol
        if kind is Kind.QUOTE:
            row["bid"], row["ask"] = price[symbol] - 0.01, price[symbol] + 0.01
        else:
            row["price"], row["size"] = price[symbol], 1.0
        batches.append((kind, row))
    return batches


class Deck:
    """A live state with figures over it."""

    def __init__(self) -> None:
        instruments = InstrumentTable()
        for number in range(SYMBOLS):
            instruments.id_of(f"BINANCE-USDM:C{number}USDT")
        self.state = LiveState(instruments, bars_kept=60)
        self.figures = DeckFigures(lambda: self.state, instruments.symbols)


def tree_value(node: object, reads: dict[Call, object], now_ns: int) -> float:
    """Return the value of a syntax tree by walking it."""
    match node:
        case Number():
            return node.amount
        case Call():
            return reads[node](now_ns)
        case Arithmetic() | Compare():
            left = tree_value(node.left, reads, now_ns)
            return SIGNS[node.operator](left, tree_value(node.right, reads, now_ns))
    raise TypeError(node)


def calls_of(node: object) -> set[Call]:
    """Return the figures of a tree."""
    if isinstance(node, Call):
        return {node}
    if isinstance(node, Number):
        return set()
    return calls_of(node.left) | calls_of(node.right)


class Engined(Deck):
    """The engine: what an event changes, and rules that look at it."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self.engine = Engine(self.figures)
        for number, text in enumerate(texts):
            self.engine.put(str(number), parse(text))
        self.count = len(texts)

    def play(self, batches: list[Event]) -> None:
        """Take in events, and look."""
        for kind, rows in batches:
            now_ns = int(rows["ts_recv"][0])
            self.state.update(kind, rows)
            self.engine.take(self.figures.keys(kind, rows), now_ns)
            self.engine.tick(now_ns)
            self.now_ns = now_ns

    def true(self) -> set[int]:
        """Return the rules that are true."""
        standings = (self.engine.standing(str(n), self.now_ns) for n in range(self.count))
        return {n for n, each in enumerate(standings) if each.state is RuleState.TRUE}


class Plain(Deck):
    """Every rule at every event."""

    def __init__(self, texts: list[str], *, compiled: bool) -> None:
        super().__init__()
        self.now_ns = START_NS
        conditions = [parse(text).condition for text in texts]
        calls = {call for node in conditions for call in calls_of(node)}
        reads = {call: self.figures.bind(call).read for call in calls}
        self.truths: list[bool] = []
        if compiled:
            names = {
                metric: lambda symbol, metric=metric: reads[Call(metric, (symbol,))](self.now_ns)
                for metric in ("last", "ask", "mid", "spread_bp")
            }
            quoted = [text.replace("USDT)", "USDT')").replace("(C", "('C") for text in texts]
            codes = [compile(text, "rule", "eval") for text in quoted]
            self.look = lambda: [eval(code, names) for code in codes]
        else:
            self.look = lambda: [bool(tree_value(n, reads, self.now_ns)) for n in conditions]

    def play(self, batches: list[Event]) -> None:
        """Take in events, and look."""
        for kind, rows in batches:
            self.now_ns = int(rows["ts_recv"][0])
            self.state.update(kind, rows)
            self.truths = self.look()

    def true(self) -> set[int]:
        """Return the rules that are true."""
        return {number for number, truth in enumerate(self.truths) if truth}


def idle(deck: Deck, batches: list[Event]) -> None:
    """Take in events, and look at nothing."""
    for kind, rows in batches:
        deck.state.update(kind, rows)


def measured(texts: list[str], batches: list[Event], rounds: int) -> tuple[str, ...]:
    """Return the row of one set of rules."""
    ways = {
        "quantdeck": Engined(texts),
        "eval": Plain(texts, compiled=True),
        "tree": Plain(texts, compiled=False),
    }
    deck = Deck()
    base = compare(lambda: idle(deck, batches), {}, rounds=rounds, repeat=10)["quantdeck"].seconds
    timings = compare(
        lambda: ways["quantdeck"].play(batches),
        {name: lambda name=name: ways[name].play(batches) for name in ("eval", "tree")},
        rounds=rounds,
        repeat=10,
    )
    true = {name: way.true() for name, way in ways.items()}
    if not true["quantdeck"] == true["eval"] == true["tree"]:
        raise SystemExit("the ways disagree on what is true")
    spent = {name: (each.seconds - base) / len(batches) for name, each in timings.items()}
    ours = spent["quantdeck"]
    return (
        f"{ours * 1e6:,.1f}",
        f"{spent['eval'] * 1e6:,.0f}",
        f"{spent['eval'] / ours:,.0f}",
        f"{spent['tree'] / ours:,.0f}",
        f"{len(true['quantdeck']):,}",
    )


def main() -> None:
    """Print one row per set of rules."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    batches = events(options.events)
    show(
        "Alert rules, us per event (without the live state's own time)",
        ("", "engine", "plain eval", "eval / engine", "tree walk / engine", "true at the end"),
        [
            (
                f"{count:,} rules on {symbols} symbol{'s' * (symbols > 1)}",
                *measured(rule_texts(count, symbols), batches, options.rounds),
            )
            for count, symbols in ((100, SYMBOLS), (1_000, SYMBOLS), (1_000, 1))
        ],
    )


if __name__ == "__main__":
    main()
