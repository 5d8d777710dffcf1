"""Technical indicators as their definitions read, row by row, in plain Python."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan


def sma(x: Sequence[float], n: int) -> list[float]:
    return [NAN if t < n - 1 else math.fsum(x[t - n + 1 : t + 1]) / n for t in range(len(x))]


def ema(x: Sequence[float], n: int, begin: int = 0) -> list[float]:
    """Of x from row `begin` on."""
    out = [NAN] * len(x)
    for t in range(begin + n - 1, len(x)):
        if t == begin + n - 1:
            out[t] = math.fsum(x[begin : begin + n]) / n
        else:
            out[t] = out[t - 1] + 2.0 / (n + 1) * (x[t] - out[t - 1])
    return out


def wilder(x: Sequence[float], n: int, begin: int) -> list[float]:
    """Wilder's average of x from row `begin` on."""
    out = [NAN] * len(x)
    for t in range(begin + n - 1, len(x)):
        if t == begin + n - 1:
            out[t] = math.fsum(x[begin : begin + n]) / n
        else:
            out[t] = (out[t - 1] * (n - 1) + x[t]) / n
    return out


def wma(x: Sequence[float], n: int) -> list[float]:
    total = n * (n + 1) / 2
    return [
        NAN if t < n - 1 else math.fsum((n - k) * x[t - k] for k in range(n)) / total
        for t in range(len(x))
    ]


def dema(x: Sequence[float], n: int) -> list[float]:
    inner = ema(x, n)
    outer = ema(inner, n, begin=n - 1)
    return [2 * a - b for a, b in zip(inner, outer, strict=True)]


def hma(x: Sequence[float], n: int) -> list[float]:
    half, whole = wma(x, n // 2), wma(x, n)
    return wma([2 * a - b for a, b in zip(half, whole, strict=True)], math.isqrt(n))


def macd(x: Sequence[float], fast: int, slow: int, signal: int) -> tuple[list[float], ...]:
    quick, lazy = ema(x, fast, begin=slow - fast), ema(x, slow)
    line = [a - b for a, b in zip(quick, lazy, strict=True)]
    average = ema(line, signal, begin=slow - 1)
    line = [NAN if math.isnan(b) else a for a, b in zip(line, average, strict=True)]
    return line, average, [a - b for a, b in zip(line, average, strict=True)]


def ppo(x: Sequence[float], fast: int, slow: int) -> list[float]:
    quick, lazy = ema(x, fast), ema(x, slow)
    return [100 * (a - b) / b for a, b in zip(quick, lazy, strict=True)]


def rsi(x: Sequence[float], n: int) -> list[float]:
    change = [NAN, *(b - a for a, b in pairwise(x))]
    up = wilder([max(c, 0.0) for c in change], n, 1)
    down = wilder([max(-c, 0.0) for c in change], n, 1)
    return [100 * u / (u + d) if u + d > 0 else NAN for u, d in zip(up, down, strict=True)]


def _raw_k(high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int):
    out = [NAN] * len(close)
    for t in range(n - 1, len(close)):
        top, bottom = max(high[t - n + 1 : t + 1]), min(low[t - n + 1 : t + 1])
        if top > bottom:
            out[t] = 100 * (close[t] - bottom) / (top - bottom)
    return out


def stochastic(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], *windows: int
) -> tuple[list[float], list[float]]:
    n, smooth, signal = windows
    k = sma(_raw_k(high, low, close, n), smooth)
    d = sma(k, signal)
    return [NAN if math.isnan(b) else a for a, b in zip(k, d, strict=True)], d


def williams_r(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int
) -> list[float]:
    return [raw - 100 for raw in _raw_k(high, low, close, n)]


def typical(high: Sequence[float], low: Sequence[float], close: Sequence[float]) -> list[float]:
    return [(h + lo + c) / 3 for h, lo, c in zip(high, low, close, strict=True)]


def cci(high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int) -> list[float]:
    prices = typical(high, low, close)
    out = [NAN] * len(prices)
    for t in range(n - 1, len(prices)):
        window = prices[t - n + 1 : t + 1]
        if max(window) > min(window):
            mean = math.fsum(window) / n
            out[t] = (prices[t] - mean) / (0.015 * math.fsum(abs(p - mean) for p in window) / n)
    return out


def roc(x: Sequence[float], n: int) -> list[float]:
    return [NAN if t < n else 100 * (x[t] / x[t - n] - 1) for t in range(len(x))]


def mfi(
    high: Sequence[float],
    low: Sequence[float],
    close: Sequence[float],
    volume: Sequence[float],
    n: int,
) -> list[float]:
    prices = typical(high, low, close)
    out = [NAN] * len(prices)
    for t in range(n, len(prices)):
        rows = range(t - n + 1, t + 1)
        gain = math.fsum(prices[k] * volume[k] for k in rows if prices[k] > prices[k - 1])
        loss = math.fsum(prices[k] * volume[k] for k in rows if prices[k] < prices[k - 1])
        if gain + loss > 0:
            out[t] = 100 * gain / (gain + loss)
    return out


def true_range(high: Sequence[float], low: Sequence[float], close: Sequence[float]) -> list[float]:
    later = zip(high[1:], low[1:], close[:-1], strict=True)
    return [NAN, *(max(h, before) - min(lo, before) for h, lo, before in later)]


def atr(high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int) -> list[float]:
    return wilder(true_range(high, low, close), n, 1)


def bollinger(x: Sequence[float], n: int, width: float) -> tuple[list[float], ...]:
    middle = sma(x, n)
    upper, lower = [NAN] * len(x), [NAN] * len(x)
    for t in range(n - 1, len(x)):
        squares = math.fsum((v - middle[t]) ** 2 for v in x[t - n + 1 : t + 1])
        reach = width * math.sqrt(squares / n)
        upper[t], lower[t] = middle[t] + reach, middle[t] - reach
    return upper, middle, lower


def donchian(high: Sequence[float], low: Sequence[float], n: int) -> tuple[list[float], ...]:
    rows = range(len(high))
    upper = [NAN if t < n - 1 else max(high[t - n + 1 : t + 1]) for t in rows]
    lower = [NAN if t < n - 1 else min(low[t - n + 1 : t + 1]) for t in rows]
    return upper, [(a + b) / 2 for a, b in zip(upper, lower, strict=True)], lower


def keltner(
    high: Sequence[float],
    low: Sequence[float],
    close: Sequence[float],
    n: int,
    m: int,
    width: float,
) -> tuple[list[float], ...]:
    middle, reach = ema(close, n), atr(high, low, close, m)
    rows = list(zip(middle, reach, strict=True))
    return (
        [a + width * b for a, b in rows],
        [NAN if math.isnan(b) else a for a, b in rows],
        [a - width * b for a, b in rows],
    )


def supertrend(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int, width: float
) -> tuple[list[float], list[float]]:
    reach = atr(high, low, close, n)
    line, direction = [NAN] * len(close), [NAN] * len(close)
    upper = lower = NAN
    for t in range(n, len(close)):
        middle = (high[t] + low[t]) / 2
        above, below = middle + width * reach[t], middle - width * reach[t]
        if t == n:
            upper, lower, side = above, below, 1
        else:
            upper = above if above < upper or close[t - 1] > upper else upper
            lower = below if below > lower or close[t - 1] < lower else lower
            side = -1 if direction[t - 1] > 0 and close[t] < lower else direction[t - 1]
            if direction[t - 1] < 0 and close[t] > upper:
                side = 1
        direction[t], line[t] = side, lower if side > 0 else upper
    return line, direction


def adx(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int
) -> tuple[list[float], ...]:
    size = len(close)
    reach = true_range(high, low, close)
    plus, minus, strength = [NAN] * size, [NAN] * size, [NAN] * size
    sums = [0.0, 0.0, 0.0]
    moves: list[float] = []
    average = NAN
    for t in range(1, size):
        rise, fall = high[t] - high[t - 1], low[t - 1] - low[t]
        found = (
            rise if rise > max(fall, 0) else 0.0,
            fall if fall > max(rise, 0) else 0.0,
            reach[t],
        )
        if t < n:
            sums = [s + x for s, x in zip(sums, found, strict=True)]
            continue
        sums = [s - s / n + x for s, x in zip(sums, found, strict=True)]
        if sums[2] > 0:
            plus[t], minus[t] = 100 * sums[0] / sums[2], 100 * sums[1] / sums[2]
        moves.append(100 * abs(plus[t] - minus[t]) / (plus[t] + minus[t]))
        if len(moves) == n:
            average = math.fsum(moves) / n
        elif len(moves) > n:
            average = (average * (n - 1) + moves[-1]) / n
        strength[t] = average
    return strength, plus, minus


def aroon(high: Sequence[float], low: Sequence[float], n: int) -> tuple[list[float], list[float]]:
    down, up = [NAN] * len(high), [NAN] * len(high)
    for t in range(n, len(high)):
        tops, bottoms = high[t - n : t + 1], low[t - n : t + 1]
        up[t] = 100 * max(k for k, v in enumerate(tops) if v == max(tops)) / n
        down[t] = 100 * max(k for k, v in enumerate(bottoms) if v == min(bottoms)) / n
    return down, up


def obv(close: Sequence[float], volume: Sequence[float]) -> list[float]:
    out = [volume[0]]
    for t in range(1, len(close)):
        sign = (close[t] > close[t - 1]) - (close[t] < close[t - 1])
        out.append(out[-1] + sign * volume[t])
    return out


def vwap(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], volume: Sequence[float]
) -> list[float]:
    prices = typical(high, low, close)
    out: list[float] = []
    for t in range(len(prices)):
        size = math.fsum(volume[: t + 1])
        paid = math.fsum(p * v for p, v in zip(prices[: t + 1], volume[: t + 1], strict=True))
        out.append(paid / size if size else NAN)
    return out


def vwma(close: Sequence[float], volume: Sequence[float], n: int) -> list[float]:
    out = [NAN] * len(close)
    for t in range(n - 1, len(close)):
        rows = range(t - n + 1, t + 1)
        size = math.fsum(volume[k] for k in rows)
        out[t] = math.fsum(close[k] * volume[k] for k in rows) / size if size else NAN
    return out
