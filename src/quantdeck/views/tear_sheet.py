"""The charts of a tear sheet as its script takes them; ``ui/src/report/types.ts`` is the other side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.performance import drawdowns
from quantdeck.views.risk import line_names, times_ms

if TYPE_CHECKING:
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.analytics.types import FloatArray, IntArray

_DIGITS = 6


class SheetLine(msgspec.Struct, frozen=True):
    """One line: `mark` is ``line``, ``dashed`` or ``bars``."""

    name: str
    values: list[float | None]
    mark: str = "line"


class SheetMark(msgspec.Struct, frozen=True):
    """Something that happened at a row of a line."""

    row: int
    line: int
    text: str


class SheetChart(msgspec.Struct, frozen=True, rename="camel"):
    """Lines over time (`x` in ms UTC) or over a number."""

    id: str
    title: str
    x: list[float]
    lines: list[SheetLine]
    time: bool = True
    percent: bool = False
    decimals: int = 2
    guides: list[float] = []
    marks: list[SheetMark] = []
    log: bool = False
    x_title: str = ""
    x_percent: bool = False
    x_decimals: int = 0


def sheet_charts(study: RiskStudy) -> list[SheetChart]:
    """Return the charts of a study.

    Parameters
    ----------
    study : RiskStudy
        What is told.

    Returns
    -------
    list of SheetChart
        Those that there is something to draw for.
    """
    x = times_ms(study.ts_ns)
    charts = [
        _over_time(
            "wealth", "Growth of 1", x, _with_benchmark(study, falls=False), decimals=3, log=True
        ),
        _over_time(
            "underwater",
            "Below the highest so far",
            x,
            _with_benchmark(study, falls=True),
            percent=True,
            guides=[0.0],
        ),
        _back_test(study),
        _over_time(
            "volatility",
            f"Volatility, {study.rules.rolling} bars",
            x,
            {"Closes": study.volatility, "EWMA": study.ewma, "Yang-Zhang": study.ranged},
            percent=True,
            decimals=1,
        ),
        _over_time("ratios", f"Sharpe ratio, {study.rules.rolling} bars", x, _ratios(study)),
        _distribution(study),
        _memory(study),
    ]
    return [chart for chart in charts if chart is not None]


def _over_time(  # noqa: PLR0913 - what a chart is made of
    name: str,
    title: str,
    x: IntArray,
    lines: dict[str, FloatArray],
    *,
    percent: bool = False,
    decimals: int = 2,
    guides: list[float] | None = None,
    log: bool = False,
) -> SheetChart | None:
    if not any(np.isfinite(values).any() for values in lines.values()):
        return None
    return SheetChart(
        id=name,
        title=title,
        x=[float(each) for each in x.tolist()],
        lines=[SheetLine(each, plain(values)) for each, values in lines.items()],
        percent=percent,
        decimals=decimals,
        guides=[] if guides is None else guides,
        log=log,
    )


def _with_benchmark(study: RiskStudy, *, falls: bool) -> dict[str, FloatArray]:
    name, other = line_names(study)
    lines = {name: study.underwater if falls else study.wealth}
    against = study.against
    if against is not None:
        rows = np.searchsorted(study.ts_ns, against.ts_ns)
        base = drawdowns(against.wealth) if falls else study.wealth[rows[0]] * against.wealth
        lines[other] = _spread(len(study.ts_ns), rows, base)
    return lines


def _ratios(study: RiskStudy) -> dict[str, FloatArray]:
    lines = {"Sharpe ratio": study.sharpe}
    if study.against is not None:
        rows = np.searchsorted(study.ts_ns, study.against.ts_ns)
        lines["Beta"] = _spread(len(study.ts_ns), rows, study.against.beta)
    return lines


def _spread(count: int, rows: IntArray, values: FloatArray) -> FloatArray:
    out = np.full(count, np.nan)
    out[rows] = values
    return out


def _back_test(study: RiskStudy) -> SheetChart | None:
    found = study.back_test
    if found is None:
        return None
    returns, forecast = plain(study.returns), plain(-found.forecast)
    rows: list[int] = found.test.rows.tolist()
    return SheetChart(
        id="back_test",
        title="Returns against the value at risk forecast for them",
        x=[float(each) for each in times_ms(study.ts_ns[1:]).tolist()],
        lines=[SheetLine("Return", returns, "bars"), SheetLine("Value at risk", forecast)],
        percent=True,
        guides=[0.0],
        marks=[SheetMark(row, 0, "more was lost than forecast") for row in rows],
    )


def _distribution(study: RiskStudy) -> SheetChart | None:
    found = study.histogram
    if found is None:
        return None
    middle = 0.5 * (found.edges[1:] + found.edges[:-1])
    return SheetChart(
        id="distribution",
        title="Distribution of returns",
        x=[float(each) for each in middle.tolist()],
        lines=[
            SheetLine("Returns", [float(each) for each in found.counts.tolist()], "bars"),
            SheetLine("Normal", plain(found.normal), "dashed"),
        ],
        time=False,
        decimals=0,
        x_title="Return",
        x_percent=True,
    )


def _memory(study: RiskStudy) -> SheetChart | None:
    found = study.memory
    if found is None or len(found.lags) < 2:
        return None
    band = plain(np.full(len(found.lags), found.band))
    return SheetChart(
        id="memory",
        title="Autocorrelation of returns",
        x=[float(each) for each in found.lags.tolist()],
        lines=[
            SheetLine("Autocorrelation", plain(found.values), "bars"),
            SheetLine("95 % band", band, "dashed"),
        ],
        time=False,
        decimals=3,
        guides=[-float(found.band)],
        x_title="Lag",
    )


def plain(values: FloatArray) -> list[float | None]:
    """Return figures with six significant digits, None where there is none.

    Examples
    --------
    >>> plain(np.array([0.123456789, np.nan, 12345.6789]))
    [0.123457, None, 12345.7]
    """
    return [
        float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None for value in values.tolist()
    ]
