"""Entries of option strategies."""

from __future__ import annotations

from quantdeck.analytics.metrics.metric import Metric, MetricGroup

_ODDS = "tests/analytics/strategies/test_odds.py"
_SIMULATION = "tests/analytics/strategies/test_simulation.py"
_MARGIN = "tests/analytics/strategies/test_margin.py"
_SHREVE = "Shreve, Stochastic Calculus for Finance II, 7.2"

STRATEGY_METRICS: tuple[Metric, ...] = (
    Metric(
        name="probability_of_profit",
        title="Probability of profit, lognormal",
        group=MetricGroup.OPTION,
        formula="sum of N(d(u)) - N(d(l)) over the price intervals (l, u) with profit > 0, d(x) = ln(x / F) / s + s / 2",
        convention="profit = payoff at expiry less premiums, without interest; forward of parity, volatility at the money",
        unit="0 to 1",
        source="Black, The pricing of commodity contracts, 1976",
        function="strategies.pop_exact",
        oracle="simulation within its standard error; closed forms of single options",
        test=_ODDS,
    ),
    Metric(
        name="probability_of_profit_smile",
        title="Probability of profit, smile-implied",
        group=MetricGroup.OPTION,
        formula="P(S > K) = N(d2) - n(d2) w'(k) / (2 sqrt(w)), w the total variance of the SVI smile at k = ln(K / F)",
        convention="risk-neutral; refused where the smile allows butterfly arbitrage",
        unit="0 to 1",
        source="Breeden and Litzenberger, Prices of state-contingent claims, 1978",
        function="strategies.pop_smile",
        oracle="finite differences of call prices; the lognormal one where the smile is flat",
        test=_ODDS,
    ),
    Metric(
        name="probability_of_profit_simulated",
        title="Probability of profit, simulated",
        group=MetricGroup.OPTION,
        formula="share of drawn prices with profit > 0",
        convention="standard error sqrt(p (1 - p) / n)",
        unit="0 to 1",
        source="Glasserman, Monte Carlo Methods in Financial Engineering, 1.1",
        function="strategies.pop_simulated",
        oracle="the exact one, within its standard error",
        test=_SIMULATION,
    ),
    Metric(
        name="strategy_expected_value",
        title="Expected value of a strategy",
        group=MetricGroup.OPTION,
        formula="D E[payoff] - premiums = profit(0) + sum of slope changes times calls at the bends",
        convention="money of today; under the smile it is what the legs are worth less what they cost: about 0 at mids",
        unit="price",
        source="Carr and Madan, Optimal positioning in derivative securities, 2001",
        function="strategies.expected_value",
        oracle="0 of legs priced by the same law; simulation",
        test=_ODDS,
    ),
    Metric(
        name="touch_probability",
        title="Probability of touch",
        group=MetricGroup.OPTION,
        formula="N((m - b) / s) + exp(2 m b / s^2) N(-(m + b) / s), b = ln(level / S), m = ln(F / S) - s^2 / 2",
        convention="lognormal, watched without pause; below the price with the signs of b and m turned",
        unit="0 to 1",
        source=_SHREVE,
        function="strategies.touch_probability",
        oracle="simulated paths",
        test=_ODDS,
    ),
    Metric(
        name="strategy_margin",
        title="Margin of a strategy",
        group=MetricGroup.OPTION,
        formula="pairs: what their strikes can lose; uncovered: premium + max(20 % S - out of the money, 10 % of S or K)",
        convention="15 % of a broad index; never more than can be lost at expiry; an estimate, brokers ask for more",
        unit="price",
        source="Cboe Rule 10.3",
        function="strategies.margin",
        oracle="worked examples of the exchange's margin manual",
        test=_MARGIN,
    ),
)
