"""Compiled steps of `quantdeck.analytics.volatility.garch`: fit, filter and foretell row by row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel, part

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

# Shocks are in units of their deviation, so that variances stand around 1.
_LEAST_VARIANCE = 1e-6
_MOST = 0.9995
_ROUNDS = 40
_ENOUGH = 1e-7
_STILL = 1e-2
_BACKCAST = 75


@part
def garch_loss(squares: FloatArray, n: int, start: float, alpha: float, beta: float) -> float:
    """Return the mean of ln h + e^2 / h, h[t+1] = (1 - a - b) + a e[t]^2 + b h[t]."""
    omega = 1.0 - alpha - beta
    h = start
    logs = ratio = 0.0
    product = 1.0
    for t in range(n):
        h = max(h, _LEAST_VARIANCE)
        ratio += squares[t] / h
        # one logarithm for several: h lies within what a product of eight can hold
        product *= h
        if t % 8 == 7:
            logs += math.log(product)
            product = 1.0
        h = omega + alpha * squares[t] + beta * h
    return (logs + math.log(product) + ratio) / n


@part
def garch_slopes(
    squares: FloatArray, n: int, start: float, alpha: float, beta: float, out: FloatArray
) -> None:
    """Give the gradient of the loss by alpha and beta, and the three sums of its scoring matrix."""
    omega = 1.0 - alpha - beta
    h = start
    da = db = 0.0
    ga = gb = aa = ab = bb = 0.0
    for t in range(n):
        h = max(h, _LEAST_VARIANCE)
        inverse = 1.0 / h
        weight = inverse * (1.0 - squares[t] * inverse)
        ga += weight * da
        gb += weight * db
        inverse *= inverse
        aa += da * da * inverse
        ab += da * db * inverse
        bb += db * db * inverse
        da = squares[t] - 1.0 + beta * da
        db = h - 1.0 + beta * db
        h = omega + alpha * squares[t] + beta * h
    out[0], out[1] = ga / n, gb / n
    out[2], out[3], out[4] = aa / n, ab / n, bb / n


@part
def garch_begin(squares: FloatArray, n: int, start: float, out: FloatArray) -> None:
    """Choose the best of a few pairs of parameters to begin with."""
    best = math.inf
    for persistence in (0.8, 0.95, 0.99):
        for alpha in (0.02, 0.06, 0.15):
            found = garch_loss(squares, n, start, alpha, persistence - alpha)
            if found < best:
                best = found
                out[5], out[6] = alpha, persistence - alpha


@part
def garch_step(damping: float, out: FloatArray) -> None:
    """Put into out[7], out[8] the parameters at the minimum of the quadratic model, within bounds."""
    alpha, beta = out[5], out[6]
    aa, bb, ab = out[2] * (1.0 + damping) + 1e-12, out[4] * (1.0 + damping) + 1e-12, out[3]
    spread = aa * bb - ab * ab
    step_a = -(bb * out[0] - ab * out[1]) / spread
    step_b = -(aa * out[1] - ab * out[0]) / spread
    # on a bound the other parameter moves alone
    if alpha + step_a < 0.0:
        step_a = -alpha
        step_b = -(out[1] + ab * step_a) / bb
    if beta + step_b < 0.0:
        step_b = -beta
        step_a = max(-(out[0] + ab * step_b) / aa, -alpha)
    over = alpha + step_a + beta + step_b - _MOST
    if over > 0.0:
        step_b = max(step_b - over, -beta)
        step_a = min(step_a, _MOST - beta - step_b - alpha)
    out[7], out[8] = alpha + step_a, beta + step_b


@part
def garch_search(squares: FloatArray, n: int, start: float, out: FloatArray) -> None:
    """Improve out[5], out[6] by damped scoring within alpha, beta >= 0, alpha + beta <= most."""
    loss = garch_loss(squares, n, start, out[5], out[6])
    damping = 1e-3
    for _ in range(_ROUNDS):
        garch_slopes(squares, n, start, out[5], out[6], out)
        gained = -1.0
        moved = 0.0
        for _ in range(12):
            garch_step(damping, out)
            found = garch_loss(squares, n, start, out[7], out[8])
            if found <= loss:
                gained = loss - found
                moved = abs(out[7] - out[5]) + abs(out[8] - out[6])
                loss = found
                out[5], out[6] = out[7], out[8]
                damping = max(damping * 0.2, 1e-6)
                break
            damping *= 8.0
        if gained < _ENOUGH and moved < _STILL:
            break


@part
def garch_next(squared: float, out: FloatArray) -> None:
    """Move the variance out[9] on by one squared shock."""
    out[9] = 1.0 - out[5] - out[6] + out[5] * squared + out[6] * out[9]


@part
def garch_fit(values: FloatArray, n: int, squares: FloatArray, out: FloatArray) -> None:
    """Fit to the first n returns: parameters, out[10] mean, out[11] level, out[9] variance after them.

    A level of 0 says that nothing moved and there is no fit.
    """
    was_fitted = out[11] > 0.0
    mean = 0.0
    for j in range(n):
        mean += values[j]
    mean /= n
    level = 0.0
    for j in range(n):
        squares[j] = (values[j] - mean) * (values[j] - mean)
        level += squares[j]
    level /= n
    out[10], out[11] = mean, level
    # what is left of rounding moves nothing
    if level <= 1e-16:
        out[11] = 0.0
        return
    start = 0.0
    weight = 1.0
    weights = 0.0
    for j in range(n):
        squares[j] /= level
        if j < _BACKCAST:
            start += weight * squares[j]
            weights += weight
            weight *= 0.94
    start /= weights
    if not was_fitted:
        garch_begin(squares, n, start, out)
    garch_search(squares, n, start, out)
    out[9] = start
    for j in range(n):
        garch_next(squares[j], out)


@kernel("float_rows", "int", "int", "float_rows_out", "float_rows_out", "float_rows_out")
def garch_rows(
    returns: FloatArray,
    least: int,
    every: int,
    ahead: FloatArray,
    alphas: FloatArray,
    betas: FloatArray,
) -> None:
    """Give each return the variance foretold of the next, by a fit to what was there before."""
    rows, columns = returns.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    squares, out = np.empty(columns), np.empty(12)
    for i in range(rows):
        ahead[i, :] = math.nan
        alphas[i, :] = math.nan
        betas[i, :] = math.nan
        n = 0
        for t in range(columns):
            if math.isfinite(returns[i, t]):
                dense[n] = returns[i, t]
                at[n] = t
                n += 1
        out[11] = 0.0
        due = least
        for k in range(least - 1, n):
            if k + 1 == due:
                garch_fit(dense, due, squares, out)
                due += max(min(due // 4, every), 1)
            elif out[11] > 0.0:
                garch_next((dense[k] - out[10]) ** 2 / out[11], out)
            if out[11] > 0.0:
                ahead[i, at[k]] = out[11] * out[9]
                alphas[i, at[k]] = out[5]
                betas[i, at[k]] = out[6]
