"""Sweep of a pairs strategy: quantdeck against NumPy over all sets at once, and a plain loop.

All contenders trade the same scores by the same rules, with fees, slippage and the close of the next
row, and give gain, Sharpe ratio, trades, drawdown, turnover and sums of returns per block for each
parameter set; the largest difference of their gains is printed. The plain loop is timed on the first
sets and its time scaled to all. The last table adds lines and scores, and the test of overfitting.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from timing import compare, one_thread, show

from quantdeck.research.pairs import sweep_kernels as at
from quantdeck.research.pairs.overfit import backtest_overfitting
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.signals import pair_signals, rescored
from quantdeck.research.pairs.sweep import sweep_pair
from quantdeck.research.pairs.sweep_grid import SweepGrid

BLOCKS = 16
RULES = PairRules(hedge_window=300)


def pair(rows: int) -> PairPrices:
    """Return hourly prices of two instruments whose spread comes back."""
    random = np.random.default_rng(3)
    x = 60_000.0 * np.exp(np.cumsum(random.normal(scale=5e-3, size=rows)))
    noise = random.normal(scale=2e-3, size=rows)
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = 0.97 * spread[t - 1] + noise[t]
    y = 3_000.0 * (x / 60_000.0) ** 1.2 * np.exp(spread)
    return PairPrices(np.arange(rows) * 3_600_000_000_000, y, x)


def grid(sets: int) -> SweepGrid:
    """Return a grid of about so many sets: windows x entries x exits x stops x holding times."""
    windows = max(sets // 500, 1)
    return SweepGrid(
        windows=tuple(range(20, 20 + 18 * windows, 18)),
        entries=tuple(np.linspace(1.0, 3.0, 10).round(3).tolist()),
        exits=(0.0, 0.2, 0.4, 0.6, 0.8),
        stops=(3.5, 4.0, 5.0, 6.0, None),
        max_holds=(60, None),
    )


@dataclass
class Task:
    """Scores of every window and the thresholds that they are traded by."""

    market: np.ndarray
    scores: list[np.ndarray]
    thresholds: list[np.ndarray]
    bounds: np.ndarray
    costs: np.ndarray

    @property
    def sets(self) -> int:
        """Count of parameter sets."""
        return sum(map(len, self.thresholds))


def task(prices: PairPrices, chosen: SweepGrid) -> Task:
    """Return what the contenders are given."""
    signals = pair_signals(prices, RULES)
    close = {"y": signals.rows.y, "x": signals.rows.x}
    market = np.zeros((at.MARKET_ROWS, len(prices)))
    market[at.SIZE_Y], market[at.SIZE_X] = signals.size_y, signals.size_x
    for leg, held, closed, seen in (
        ("y", at.HELD_Y, at.CLOSED_Y, at.FILL_Y),
        ("x", at.HELD_X, at.CLOSED_X, at.FILL_X),
    ):
        market[held, 1:] = market[closed, 1:] = np.diff(close[leg])
        market[seen] = close[leg]
    every = chosen.combinations(RULES.hedge_window)
    inf = np.inf
    return Task(
        market=market,
        scores=[rescored(signals, window=window).zscore for window in chosen.windows],
        thresholds=[
            np.array(
                [
                    (c.entry, c.exit, c.stop or inf, float(c.max_hold or inf))
                    for c in every
                    if c.window == window
                ]
            )
            for window in chosen.windows
        ],
        bounds=np.linspace(0, len(prices), BLOCKS + 1).astype(np.int64),
        costs=np.array([5e-4, 1e-4, 5e-4, 1e-4, RULES.capital]),
    )


def with_kernel(given: Task) -> np.ndarray:
    """Return net gains by the compiled walk."""
    net = []
    pooled = np.zeros(given.market.shape[1])
    for zscore, thresholds in zip(given.scores, given.thresholds, strict=True):
        figures = np.empty((len(thresholds), at.FIGURES))
        sums, squares = np.empty((2, len(thresholds), BLOCKS))
        at.walk_thresholds(
            zscore, given.market, given.bounds, thresholds, given.costs, 0,
            figures, sums, squares, pooled,
        )  # fmt: skip
        net.append(figures[:, at.TOTAL])
    return np.concatenate(net)


def with_plain_loop(given: Task, limit: int) -> np.ndarray:
    """Return net gains of the first sets, by a loop over lists."""
    market, score = given.market.tolist(), given.scores[0].tolist()
    return np.array([plain_walk(market, score, *t) for t in given.thresholds[0][:limit].tolist()])


def plain_walk(  # noqa: C901  (the rules, one after the other)
    market: list, score: list, entry: float, leave: float, stop: float, longest: float
) -> float:
    """Trade one score by one set."""
    held_y, held_x = market[at.HELD_Y], market[at.HELD_X]
    fill_y, fill_x = market[at.FILL_Y], market[at.FILL_X]
    size_y, size_x = market[at.SIZE_Y], market[at.SIZE_X]
    taker, worse, capital = 5e-4, 1e-4, RULES.capital
    side = order = blocked = opened = trades = 0
    quantity_y = quantity_x = 0.0
    equity = peak = 1.0
    fall = turnover = 0.0
    n = len(score)
    sums, squares = [0.0] * BLOCKS, [0.0] * BLOCKS
    for t in range(n):
        if side or order:
            gain = quantity_y * held_y[t] + quantity_x * held_x[t]
            if order:
                if order == 2:
                    sign = -1.0
                else:
                    sign, side, opened = 1.0, order, t
                    quantity_y, quantity_x = side * size_y[t - 1], side * size_x[t - 1]
                    gain = 0.0
                    trades += 1
                for quantity, seen in ((quantity_y, fill_y[t]), (quantity_x, fill_x[t])):
                    notional = abs(quantity) * seen
                    done = notional * (1.0 + (sign if quantity > 0.0 else -sign) * worse)
                    gain -= notional * worse + done * taker
                    turnover += done
                if order == 2:
                    side, quantity_y, quantity_x = 0, 0.0, 0.0
                order = 0
            gain /= capital
            block = t * BLOCKS // n
            sums[block] += gain
            squares[block] += gain * gain
            equity += gain
            if equity > peak:
                peak = equity
            elif peak - equity > fall * peak:
                fall = (peak - equity) / peak
        z = score[t]
        if side:
            if side * z <= -stop:
                order, blocked = 2, side
            elif side * z >= -leave:
                order = 2
            elif t + 1 - opened >= longest:
                order, blocked = 2, side
        else:
            if blocked and blocked * z >= -leave:
                blocked = 0
            if not blocked and size_y[t]:
                if -stop < z <= -entry:
                    order = 1
                elif entry <= z < stop:
                    order = -1
    return sum(sums)


def with_numpy(given: Task) -> np.ndarray:
    """Return net gains of all sets of a window together, one row of prices after the other."""
    return np.concatenate(
        [numpy_walk(given, z, t) for z, t in zip(given.scores, given.thresholds, strict=True)]
    )


def numpy_walk(given: Task, zscore: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Trade one score by every set at once."""
    entry, leave, stop, longest = thresholds.T
    market, n, count = given.market, len(zscore), len(thresholds)
    taker_y, worse_y, taker_x, worse_x, capital = given.costs
    side, order, blocked = (np.zeros(count, np.int64) for _ in range(3))
    opened, trades = np.zeros(count, np.int64), np.zeros(count, np.int64)
    quantity_y, quantity_x = np.zeros(count), np.zeros(count)
    equity, peak, fall, turnover = np.ones(count), np.ones(count), np.zeros(count), np.zeros(count)
    sums, squares = np.zeros((2, BLOCKS, count))
    block_of = np.searchsorted(given.bounds, np.arange(n), side="right") - 1
    for t in range(n):
        gain = quantity_y * market[at.HELD_Y, t] + quantity_x * market[at.HELD_X, t]
        opening, closing = np.abs(order) == 1, order == 2
        if opening.any() or closing.any():
            quantity_y = np.where(opening, order * market[at.SIZE_Y, t - 1], quantity_y)
            quantity_x = np.where(opening, order * market[at.SIZE_X, t - 1], quantity_x)
            sign = np.where(closing, -1.0, 1.0)
            seen_y = np.abs(quantity_y) * market[at.FILL_Y, t]
            seen_x = np.abs(quantity_x) * market[at.FILL_X, t]
            done_y = seen_y * (1.0 + sign * np.sign(quantity_y) * worse_y)
            done_x = seen_x * (1.0 + sign * np.sign(quantity_x) * worse_x)
            cost = seen_y * worse_y + seen_x * worse_x + done_y * taker_y + done_x * taker_x
            filled = opening | closing
            gain = np.where(opening, 0.0, gain) - np.where(filled, cost, 0.0)
            turnover += np.where(filled, done_y + done_x, 0.0)
            side = np.where(opening, order, np.where(closing, 0, side))
            opened = np.where(opening, t, opened)
            trades += opening
            quantity_y, quantity_x = np.where(closing, 0.0, (quantity_y, quantity_x))
        gain /= capital
        sums[block_of[t]] += gain
        squares[block_of[t]] += gain * gain
        equity += gain
        peak = np.maximum(peak, equity)
        fall = np.maximum(fall, (peak - equity) / peak)
        z = zscore[t]
        holds = side != 0
        toward = side * z
        stops, exits = holds & (toward <= -stop), holds & (toward >= -leave)
        late = holds & ~stops & ~exits & (t + 1 - opened >= longest)
        blocked = np.where(~holds & (blocked * z >= -leave), 0, blocked)
        free = ~holds & (blocked == 0) & (market[at.SIZE_Y, t] != 0.0)
        order = np.where(free & (-stop < z) & (z <= -entry), 1, 0)
        order = np.where(free & (z < stop) & (z >= entry), -1, order)
        order = np.where(stops | exits | late, 2, order)
        blocked = np.where(stops | late, side, blocked)
    return sums.sum(axis=0)


def seconds_of(run) -> tuple[float, object]:
    """Return the median time of five runs, and what the last gave."""
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        result = run()
        taken.append(time.perf_counter() - begun)
    return float(np.median(taken)), result


def main() -> None:
    """Print the walk against its peers, and the whole sweep in parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000, help="rows (default 5,000)")
    parser.add_argument("--sets", type=int, default=2_500, help="parameter sets (default 2,500)")
    parser.add_argument("--plain", type=int, default=12, help="sets of the plain loop (default 12)")
    options = parser.parse_args()
    one_thread()
    prices, chosen = pair(options.rows), grid(options.sets)
    given = task(prices, chosen)
    scale = given.sets / options.plain
    timings = compare(
        lambda: with_kernel(given),
        {
            "NumPy, all sets at once": lambda: with_numpy(given),
            "plain Python loop": lambda: with_plain_loop(given, options.plain),
        },
        rounds=3,
    )
    ours = with_kernel(given)
    gains = {
        "quantdeck": ours,
        "NumPy, all sets at once": with_numpy(given),
        "plain Python loop": with_plain_loop(given, options.plain),
    }
    cells = given.sets * options.rows
    rows = []
    for name, timing in timings.items():
        times = scale if name == "plain Python loop" else 1.0
        error = np.abs(gains[name] - ours[: len(gains[name])]).max()
        rows.append(
            (
                name,
                f"{timing.ratio * times:,.1f}",
                f"{timing.seconds * times:,.3f}",
                f"{timing.seconds * times / cells * 1e9:,.1f}",
                f"{error:.0e}",
            )
        )
    show(
        f"{given.sets:,} parameter sets x {options.rows:,} rows, the walk alone, one thread",
        ("", "time / quantdeck's", "s", "ns per set and row", "difference of gains"),
        rows,
    )
    whole, sweep = seconds_of(lambda: sweep_pair(prices, RULES, chosen))
    traded = np.isfinite(sweep.sharpe)
    parts = (sweep.block_sums[traded], sweep.block_squares[traded], sweep.block_rows)
    judged, test = seconds_of(lambda: backtest_overfitting(*parts))
    show(
        "The whole",
        ("", "s"),
        [
            ("lines, scores, walk and figures", f"{whole:.3f}"),
            (f"probability of overfitting, {len(test.logits):,} splits", f"{judged:.3f}"),
        ],
    )


if __name__ == "__main__":
    main()
