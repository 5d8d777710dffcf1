"""Implied volatilities and greeks per option, and a recorded chain to its surface.

Accuracy is measured against prices of sixty digits on a grid from 0.1 % to 500 % volatility, an hour to five
years, and prices down to 1e-300; speed on options out of the money as a chain has them. Times are processor
times of one thread, the least of several rounds. Younger peers are installed into an environment of their own
under ``.bench/`` on the first run, from ``requirements/bench-options.txt``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.ingest import environment  # noqa: E402
from benchmarks.timing import one_thread, show  # noqa: E402

from quantdeck.analytics.boxes import BoxRules, rates_of_snapshot  # noqa: E402
from quantdeck.analytics.options import (  # noqa: E402
    AmericanTerms,
    OptionTerms,
    american_implied_volatility,
    american_price,
    black_price,
    fit_surface,
    greeks,
    implied_volatility,
    smile_of_chain,
)
from quantdeck.model.feed import Delay, Provenance, RunId  # noqa: E402
from quantdeck.tape.chains.files import read_chain  # noqa: E402
from tests.reference.slow_black import black_price as slow_price  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

_BAD = 1e-3


def least(run: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of several rounds, after one that does not count."""
    taken = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        run()
        taken.append(time.process_time() - begun)
    return min(taken[1:])


def extreme() -> dict[str, np.ndarray]:
    """Return calls at and out of the money whose volatility is known."""
    rows = []
    for volatility in (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
        for tau in (1 / 8760, 1 / 365, 7 / 365, 0.25, 1.0, 5.0):
            for deviations in (0.0, 1e-6, 1e-3, 0.01, 0.3, 1.0, 2.0, 4.0, 8.0, 12.0, 20.0, 30.0):
                strike = 100.0 * math.exp(deviations * volatility * math.sqrt(tau))
                price = slow_price(100.0, strike, tau, volatility, is_call=True)
                if price > 1e-300:
                    rows.append((100.0, strike, tau, volatility, price))
    names = ("forward", "strike", "tau", "volatility", "price")
    return dict(zip(names, np.array(rows).T.copy(), strict=True))


def usual(count: int) -> dict[str, np.ndarray]:
    """Return calls as a chain has them."""
    random = np.random.default_rng(1)
    strike = 100.0 * np.exp(np.abs(random.normal(0.0, 0.25, count)))
    tau, volatility = random.uniform(0.02, 2.0, count), random.uniform(0.1, 0.8, count)
    forward = np.full(count, 100.0)
    price = black_price(OptionTerms.of(forward, strike, tau=tau, is_call=True), volatility)
    return {
        "forward": forward,
        "strike": strike,
        "tau": tau,
        "volatility": volatility,
        "price": price,
    }


def ours(calls: dict[str, np.ndarray]) -> np.ndarray:
    """Return volatilities by quantdeck."""
    terms = OptionTerms.of(calls["forward"], calls["strike"], tau=calls["tau"], is_call=True)
    return implied_volatility(terms, calls["price"]).volatility


def by_vollib(calls: dict[str, np.ndarray]) -> np.ndarray:
    """Return volatilities by vollib, one call at a time as it offers."""
    from vollib import lets_be_rational

    solve = lets_be_rational.implied_volatility_from_a_transformed_rational_guess
    columns = [calls[name].tolist() for name in ("price", "forward", "strike", "tau")]
    return np.array([solve(p, f, k, t, 1.0) for p, f, k, t in zip(*columns, strict=True)])


def by_quantlib(calls: dict[str, np.ndarray]) -> np.ndarray:
    """Return volatilities by QuantLib; NaN where it raises."""
    import QuantLib

    columns = [calls[name].tolist() for name in ("price", "forward", "strike", "tau")]
    found = []
    for p, f, k, t in zip(*columns, strict=True):
        try:
            total = QuantLib.blackFormulaImpliedStdDev(
                QuantLib.Option.Call, k, f, p, 1.0, 0.0, QuantLib.nullDouble(), 1e-14, 200
            )
        except RuntimeError:
            total = math.nan
        found.append(total / math.sqrt(t))
    return np.array(found)


def peers(
    python: Path, calls: dict[str, np.ndarray], rounds: int
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Return times and volatilities of the libraries that have an environment of their own."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "calls.npz", Path(folder) / "found.npz"
        np.savez(source, **calls)
        client = _REPOSITORY / "benchmarks" / "options_peers" / "solve.py"
        command = [str(python), str(client), str(source), str(target), str(rounds)]
        single = os.environ | {"RAYON_NUM_THREADS": "1"}
        done = subprocess.run(command, stdout=subprocess.PIPE, env=single, check=True)
        return json.loads(done.stdout), dict(np.load(target))


def volatilities(count: int, rounds: int, python: Path | None) -> None:
    """Print accuracy and time per implied volatility."""
    hard, easy = extreme(), usual(count)
    few = {name: values[: count // 20] for name, values in easy.items()}
    found = {"quantdeck": ours(hard), "vollib": by_vollib(hard), "QuantLib": by_quantlib(hard)}
    cost = {
        "quantdeck": least(lambda: ours(easy), rounds) / count,
        "vollib": least(lambda: by_vollib(few), 2) / (count // 20),
        "QuantLib": least(lambda: by_quantlib(few), 2) / (count // 20),
    }
    if python is not None:
        found |= peers(python, hard, 1)[1]
        cost |= {name: taken / count for name, taken in peers(python, easy, rounds)[0].items()}
    rows = []
    for name, volatility in found.items():
        error = np.abs(volatility / hard["volatility"] - 1.0)
        bad = ~(error < _BAD)
        middle, late, most = np.quantile(error[~bad], (0.5, 0.99, 1.0))
        ratio = cost[name] / cost["quantdeck"]
        rows.append(
            (
                name,
                f"{int(bad.sum())}",
                f"{middle:.0e}",
                f"{late:.0e}",
                f"{most:.0e}",
                f"{1e9 * cost[name]:,.0f}",
                f"{ratio:.1f}",
            )
        )
    title = f"Implied volatility: errors on {len(hard['price'])} extreme calls, time on {count:,}"
    show(title, ("", "bad", "p50", "p99", "max", "ns/option", "time / ours"), rows)


def sensitivities(count: int, rounds: int) -> None:
    """Print time per price and greeks."""
    import QuantLib

    easy = usual(count)
    terms = OptionTerms.of(
        easy["forward"], easy["strike"], tau=easy["tau"], is_call=True, discount=0.97, spot=99.0
    )
    few = count // 50
    columns = [easy[name][:few].tolist() for name in ("strike", "tau", "volatility")]

    def by_quantlib_greeks() -> None:
        for k, t, v in zip(*columns, strict=True):
            payoff = QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, k)
            one = QuantLib.BlackCalculator(payoff, 100.0, v * math.sqrt(t), 0.97)
            one.value(), one.delta(99.0), one.gamma(99.0), one.vega(t)
            one.theta(99.0, t), one.rho(t)

    mine = least(lambda: greeks(terms, easy["volatility"]), rounds) / count
    price = least(lambda: black_price(terms, easy["volatility"]), rounds) / count
    peer = least(by_quantlib_greeks, 2) / few
    rows = [
        ("quantdeck, price", f"{1e9 * price:,.0f}", f"{price / mine:.1f}"),
        ("quantdeck, price and 5 greeks", f"{1e9 * mine:,.0f}", "1.0"),
        ("QuantLib BlackCalculator, the same", f"{1e9 * peer:,.0f}", f"{peer / mine:.0f}"),
    ]
    show("Prices and greeks", ("", "ns/option", "time / ours"), rows)


def american(count: int) -> None:
    """Print time per American price and volatility."""
    random = np.random.default_rng(2)
    terms = [
        AmericanTerms(100.0, float(k), float(t), 0.04, bool(right), 0.02)
        for k, t, right in zip(
            random.uniform(85.0, 115.0, count),
            random.uniform(0.05, 1.0, count),
            random.random(count) < 0.5,
            strict=True,
        )
    ]
    prices = [american_price(one, 0.3) for one in terms]
    once = least(lambda: [american_price(one, 0.3) for one in terms], 2) / count
    solve = least(lambda: american_implied_volatility(terms, prices), 2) / count
    found = american_implied_volatility(terms, prices).volatility
    rows = [
        ("price", f"{1e6 * once:,.0f}", ""),
        ("implied volatility", f"{1e6 * solve:,.0f}", f"{np.nanmax(np.abs(found - 0.3)):.0e}"),
    ]
    show("American options through QuantLib", ("", "us/option", "max error"), rows)


def chain(rounds: int) -> None:
    """Print what a recorded SPX chain takes from quotes to surface."""
    usual_place = _REPOSITORY.parent / "shared" / "data"
    folder = Path(os.environ.get("QUANTDECK_SHARED_DATA", usual_place))
    path = folder / "spx-chains" / "spx_2024-01-07.csv.gz"
    if not path.exists():
        print("\nno recorded chain: the surface is left out")
        return
    origin = Provenance("file", Delay.IMPORTED, RunId("benchmark"))
    snapshot = read_chain(path, form="vendor-csv", provenance=origin).snapshot
    rates = rates_of_snapshot(snapshot, BoxRules())
    known = [pair for pair in zip(snapshot.chains, rates, strict=True) if pair[1].forward > 0.0]

    def smiles() -> list:
        return [
            smile_of_chain(c, snapshot.taken_ns, forward=r.forward, discount=r.discount)
            for c, r in known
        ]

    quoted = smiles()
    surface = fit_surface(quoted)
    strikes = sum(len(smile.strikes) for smile in quoted)
    forward = least(lambda: rates_of_snapshot(snapshot, BoxRules()), rounds)
    implied = least(smiles, rounds)
    fitted = least(lambda: fit_surface(quoted), rounds)
    error = np.median([found.fit.rms_error for found in surface.smiles])
    rows = [
        ("forwards and rates from parity", f"{1e3 * forward:,.0f}"),
        (f"volatilities and greeks, {6 * strikes:,} of bid, mid and ask", f"{1e3 * implied:,.0f}"),
        (f"SVI, {len(surface.smiles)} expiries", f"{1e3 * fitted:,.0f}"),
    ]
    show("SPX of 2024-01-05 to its surface", ("", "ms"), rows)
    print(f"  median error {1e4 * error:.0f} bp of volatility; arbitrage: {surface.has_arbitrage}")


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true", help="leave out what is not installed")
    options = parser.parse_args()
    one_thread()
    python = None if options.no_peers else environment("options")
    volatilities(options.count, options.rounds, python)
    sensitivities(options.count, options.rounds)
    american(100)
    chain(options.rounds)


if __name__ == "__main__":
    main()
