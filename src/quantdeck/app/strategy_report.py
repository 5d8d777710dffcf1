"""Writes ``strategies.html`` of strategies that a program describes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

import quantdeck
from quantdeck.analytics.strategies.laws import Lognormal
from quantdeck.analytics.strategies.odds import odds
from quantdeck.analytics.strategies.payoff import PayoffLine, breakevens, extremes, payoff_line
from quantdeck.analytics.strategies.shorthand import over_arrays
from quantdeck.analytics.strategies.simulation import PATHS, lognormal_sampler, pop_simulated
from quantdeck.analytics.strategies.types import Strategy
from quantdeck.hub.tear_sheets import sheet_parts
from quantdeck.model.errors import BadInput
from quantdeck.net.clock import SystemClock
from quantdeck.records.report_files import write_text
from quantdeck.views.strategy_report import ReportedStrategy, strategy_report_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike

_KEYS = {"name", "payoff", "price", "volatility", "days", "rate", "dividend_yield"}
_REACH = 4.0
_POINTS = 161


def generate_strategy_dashboard(
    strategies: Iterable[Mapping[str, Any]],
    out: str | Path = "reports/strategies.html",
    *,
    volatility: float = 0.2,
    days: float = 30.0,
    paths: int = PATHS,
    seed: int = 7,
) -> Path:
    """Write a report of strategies: probability of profit, expected value and a chart of each.

    Parameters
    ----------
    strategies : iterable of mapping
        Each with `name`, `price` (of the underlying now) and `payoff`: a function of prices at expiry, a
        `PayoffLine` or a `Strategy`, of which the latter two are computed exactly. `volatility`, `days`,
        `rate` and `dividend_yield` of a strategy are optional.
    out : str or Path
        File to write; its folder is made where it is absent.
    volatility : float
        Of those that say none. [1/sqrt(year)]
    days : float
        To the expiry of those that say none. [days]
    paths : int
        Prices drawn for a payoff that is a function.
    seed : int
        The same seed, the same report.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    BadInput
        If a strategy lacks something, or says something that is not known.
    StoreError
        If the file cannot be written, or the page was not built.

    Examples
    --------
    >>> from quantdeck.analytics import strategies
    >>> spread = {
    ...     "name": "Call Debit Spread",
    ...     "payoff": lambda s: strategies.call_debit_spread_payoff(s, 100, 110, 5),
    ...     "price": 100,
    ... }
    >>> generate_strategy_dashboard([spread])  # doctest: +SKIP
    PosixPath('reports/strategies.html')
    """
    usual = {"volatility": volatility, "days": days, "rate": 0.0, "dividend_yield": 0.0}
    entries = [_reported({**usual, **each}, paths, seed) for each in strategies]
    if not entries:
        raise BadInput("a report needs at least one strategy", field="strategies")
    made_ns = SystemClock().now_ns()
    page = strategy_report_page(
        entries,
        (
            "Lognormal prices around the forward, at the volatility given for each; per unit of the "
            "underlying.",
        ),
        sheet_parts(quantdeck.__version__, made_ns),
    )
    path = Path(out)
    write_text(path, page)
    return path


def _reported(given: Mapping[str, Any], paths: int, seed: int) -> ReportedStrategy:
    unknown = sorted(set(given) - _KEYS)
    missing = sorted({"name", "payoff", "price"} - set(given))
    if unknown or missing:
        said = f"lacks {missing[0]!r}" if missing else f"has an unknown key {unknown[0]!r}"
        raise BadInput(f"a strategy {said}; its keys are {', '.join(sorted(_KEYS))}")
    price, tau = float(given["price"]), float(given["days"]) / 365.0
    if not (price > 0.0 and tau > 0.0 and float(given["volatility"]) > 0.0):
        raise BadInput(f"{given['name']}: price, days and volatility must be above 0")
    forward = price * math.exp((float(given["rate"]) - float(given["dividend_yield"])) * tau)
    law = Lognormal(forward, float(given["volatility"]) * math.sqrt(tau))
    payoff: Any = given["payoff"]
    line: Any = payoff_line(payoff) if isinstance(payoff, Strategy) else payoff
    prices = forward * np.exp(np.linspace(-_REACH, _REACH, _POINTS) * law.deviation)
    if isinstance(line, PayoffLine):
        limits, found = extremes(line), odds(line, law)
        return ReportedStrategy(
            name=str(given["name"]),
            measure=law.measure,
            probability=found.probability,
            error=0.0,
            expected_value=found.expected_profit,
            prices=prices,
            profits=line.at(prices),
            cost=payoff.cost if isinstance(payoff, Strategy) else math.nan,
            max_loss=limits.max_loss,
            max_profit=limits.max_profit,
            breakevens=breakevens(line),
        )
    if not isinstance(payoff, Callable):
        raise BadInput(f"{given['name']}: a payoff is a function of prices, was {payoff!r}")
    pays = over_arrays(cast("Callable[..., ArrayLike]", payoff))
    sampler = lognormal_sampler(law.forward, law.deviation)
    drawn = pop_simulated(pays, sampler, paths=paths, seed=seed)
    return ReportedStrategy(
        name=str(given["name"]),
        measure=f"{law.measure}, {paths:,} paths",
        probability=drawn.probability,
        error=drawn.error,
        expected_value=drawn.expected_profit,
        prices=prices,
        profits=np.asarray(pays(prices), np.float64),
    )
