"""The one list of rules that look for signals, and their run over an instrument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.signals.crosses import ema_cross, macd_cross, macd_zero_cross, sma_cross
from quantdeck.analytics.signals.limits import (
    bollinger_breakout,
    donchian_breakout,
    rsi_threshold,
    supertrend_flip,
)
from quantdeck.analytics.signals.regimes import volatility_regime
from quantdeck.analytics.technical import Parameter
from quantdeck.analytics.technical.indicator import checked_parameters
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.analytics.signals.signal import Signal
    from quantdeck.analytics.technical import Candles

_CONFIRM = Parameter("confirm", "Closes that confirm", 0, 0, 100)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """One rule: all that a page and a form need of it.

    Parameters
    ----------
    name : str
        Key, lower case.
    title : str
        As a heading says it.
    indicator : str
        Indicator that shows what it looks at; empty where there is none.
    parameters : tuple of Parameter
        In the order in which a form asks.
    find : callable
        Candles and parameters to signals.
    """

    name: str
    title: str
    indicator: str
    parameters: tuple[Parameter, ...]
    find: Callable[..., tuple[Signal, ...]]

    @property
    def function(self) -> str:
        """Where it is documented, below `quantdeck.analytics`."""
        return f"signals.{self.name}"

    def checked(self, given: Mapping[str, float]) -> dict[str, Any]:
        """Return all parameters, those not given at their defaults.

        Parameters
        ----------
        given : mapping of str to float
            Some or all of them.

        Returns
        -------
        dict of str to int or float
            In the order of `parameters`.

        Raises
        ------
        BadInput
            If a name is unknown or a value outside of its limits.
        """
        return checked_parameters(self.name, self.parameters, given)


def _rows(name: str, title: str, default: int) -> Parameter:
    return Parameter(name, f"{title} [rows]", default, 2, 5000)


_RULES = (
    SignalRule(
        "sma_cross",
        "Crossing of simple averages",
        "sma",
        (_rows("fast", "Fast", 50), _rows("slow", "Slow", 200), _CONFIRM),
        sma_cross,
    ),
    SignalRule(
        "ema_cross",
        "Crossing of exponential averages",
        "ema",
        (_rows("fast", "Fast", 12), _rows("slow", "Slow", 26), _CONFIRM),
        ema_cross,
    ),
    SignalRule(
        "macd_cross",
        "MACD and its signal line",
        "macd",
        (
            _rows("fast", "Fast", 12),
            _rows("slow", "Slow", 26),
            _rows("signal", "Signal", 9),
            _CONFIRM,
        ),
        macd_cross,
    ),
    SignalRule(
        "macd_zero_cross",
        "MACD and zero",
        "macd",
        (_rows("fast", "Fast", 12), _rows("slow", "Slow", 26), _CONFIRM),
        macd_zero_cross,
    ),
    SignalRule(
        "rsi_threshold",
        "RSI and its limits",
        "rsi",
        (
            _rows("window", "Window", 14),
            Parameter("low", "Oversold", 30.0, 1.0, 50.0, whole=False),
            Parameter("high", "Overbought", 70.0, 50.0, 99.0, whole=False),
            _CONFIRM,
        ),
        rsi_threshold,
    ),
    SignalRule(
        "bollinger_breakout",
        "Breakout of the Bollinger bands",
        "bollinger",
        (
            _rows("window", "Window", 20),
            Parameter("width", "Width [standard deviations]", 2.0, 0.1, 20.0, whole=False),
            _CONFIRM,
        ),
        bollinger_breakout,
    ),
    SignalRule(
        "donchian_breakout",
        "Breakout of the Donchian channel",
        "donchian",
        (_rows("window", "Window", 20), _CONFIRM),
        donchian_breakout,
    ),
    SignalRule(
        "supertrend_flip",
        "Supertrend changes its side",
        "supertrend",
        (
            _rows("window", "True range", 10),
            Parameter("width", "Width [ATR]", 3.0, 0.1, 20.0, whole=False),
            _CONFIRM,
        ),
        supertrend_flip,
    ),
    SignalRule(
        "volatility_regime",
        "Change of the volatility regime",
        "",
        (
            _rows("window", "Volatility", 20),
            Parameter("lookback", "Ranked among [rows]", 252, 10, 5000),
            Parameter("confirm", "Rows that confirm", 5, 1, 100),
        ),
        volatility_regime,
    ),
)

SIGNALS: Mapping[str, SignalRule] = {rule.name: rule for rule in _RULES}
"""Every rule by its name."""


@dataclass(frozen=True, slots=True)
class SignalReport:
    """Signals of an instrument.

    Parameters
    ----------
    signals : tuple of Signal
        By the row that confirmed them.
    unanswered : tuple of (str, str)
        Rules that the candles do not suffice for, and why.
    """

    signals: tuple[Signal, ...]
    unanswered: tuple[tuple[str, str], ...]


def signal_rule(name: str) -> SignalRule:
    """Return a rule by its name.

    Parameters
    ----------
    name : str
        Such as ``sma_cross``.

    Returns
    -------
    SignalRule
        What a page and `find_signals` need of it.

    Raises
    ------
    BadInput
        If there is none of that name.

    Examples
    --------
    >>> signal_rule("sma_cross").indicator
    'sma'
    """
    found = SIGNALS.get(name)
    if found is None:
        raise BadInput(f"no rule is called {name!r}; there are {', '.join(SIGNALS)}", field="rule")
    return found


def find_signals(
    candles: Candles, rules: Mapping[str, Mapping[str, float]] | None = None
) -> SignalReport:
    """Return the signals of candles by some rules or by all.

    Parameters
    ----------
    candles : Candles
        Closed ones, oldest first.
    rules : mapping of str to mapping of str to float, optional
        Parameters by rule, those not given at their defaults; None: every rule at its defaults.

    Returns
    -------
    SignalReport
        By confirmation; each is the same whether candles follow it or not.

    Raises
    ------
    BadInput
        If a rule or a parameter is unknown or wrong.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles
    >>> report = find_signals(Candles.of_closes([3, 2, 1, 2, 4]), {"sma_cross": {"fast": 2, "slow": 3}})
    >>> [signal.event for signal in report.signals], report.unanswered
    (['fast average rises above the slow one'], ())
    """
    nothing: Mapping[str, float] = {}
    asked = dict.fromkeys(SIGNALS, nothing) if rules is None else rules
    found: list[Signal] = []
    unanswered: list[tuple[str, str]] = []
    for name, given in asked.items():
        rule = signal_rule(name)
        parameters = rule.checked(given)
        try:
            found += rule.find(candles, **parameters)
        except NoData as reason:
            unanswered.append((name, str(reason)))
    order = sorted(found, key=lambda s: (s.confirmed_row, s.row, s.rule, s.event))
    return SignalReport(tuple(order), tuple(unanswered))
