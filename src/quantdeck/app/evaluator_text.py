"""What ``quantdeck evaluator`` prints of a position."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.exit_flags import rule_words

if TYPE_CHECKING:
    from quantdeck.trading.exit_now import WatchedNow

_FIGURES = re.compile(r"[-+]?\d[\d.,]*")


def told_as(each: WatchedNow) -> str:
    """Return how a position stands without the figures: a line is printed when this changes.

    Parameters
    ----------
    each : WatchedNow
        The position.
    """
    return _FIGURES.sub("", each.says)


def text_of(each: WatchedNow, now_ns: int) -> str:
    """Return a position as a line of text.

    Parameters
    ----------
    each : WatchedNow
        The position.
    now_ns : int
        The time, UTC. [ns]
    """
    holding = each.holding
    legs = ", ".join(f"{holding.of(symbol):+f} {symbol}" for symbol in holding.symbols)
    worth = "no value now" if each.value is None else f"worth {each.value:,.2f}"
    gain = "" if each.gain is None else f" ({100 * each.gain:+.1f} %)"
    says = each.says or ("" if each.rules is None else rule_words(each.rules))
    return f"{_moment(now_ns)}  {legs}  cost {holding.cost:,.2f}, {worth}{gain}: {says}"


def json_of(each: WatchedNow, now_ns: int) -> str:
    """Return a position as a JSON object in a line; money as text, to the last digit.

    Parameters
    ----------
    each : WatchedNow
        The position.
    now_ns : int
        The time, UTC. [ns]
    """
    holding = each.holding
    return json.dumps(
        {
            "time": _moment(now_ns),
            "holding": holding.id,
            "strategy": holding.strategy,
            "legs": {symbol: f"{holding.of(symbol):f}" for symbol in holding.symbols},
            "cost": f"{holding.cost:f}",
            "value": None if each.value is None else f"{each.value:f}",
            "gain": each.gain,
            "best": each.best,
            "rules": None if each.rules is None else msgspec.to_builtins(each.rules),
            "rules_of": each.scope,
            "says": each.says,
        }
    )


def _moment(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 1_000_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"
