"""``feature_dashboard.html``: how the values of every feature lie, where they lack, how they shifted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.table_halves import SHIFTED
from quantdeck.views.offline_page import figure, head, offline_page, section, table
from quantdeck.views.tear_sheet import SheetChart, SheetLine, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.research.table_halves import FeatureHalves, TableHalves
    from quantdeck.research.table_summary import FeatureFigures, TableSummary
    from quantdeck.views.offline_page import SheetParts
    from quantdeck.views.payloads import Row

_NS_PER_MS = 1_000_000
_COLUMNS = {
    "feature": "Feature",
    "group": "Group",
    "missing": "Missing",
    "low": "5 %",
    "median": "Median",
    "high": "95 %",
    "shift": "Shift",
    "said": "",
}
_NUMBERS = {"missing", "low", "median", "high", "shift"}
_SHIFT_NOTE = (
    "Shift is the population stability index of the second half of the sessions by the deciles of the "
    f"first: sum((q - p) ln(q / p)). Below 0.1 little has changed, above {SHIFTED:g} the feature is not "
    "what a model of the first half learnt from. Missing is the share of rows without a value; a row is "
    "a symbol and a session in which it traded."
)
_MISSING_NOTE = (
    "Mean over the features of the share of a session's rows without a value. Windows are not full in "
    "the first sessions; later steps tell of inputs that began, ended or broke."
)


@dataclass(frozen=True, slots=True)
class FeatureNote:
    """What is said of a feature.

    Parameters
    ----------
    title, text, group, unit : str
        As registered.
    """

    title: str
    text: str
    group: str
    unit: str


_UNKNOWN = FeatureNote("", "Not registered here: a column of a file.", "File", "")


def feature_report_page(
    summary: TableSummary,
    halves: TableHalves,
    notes: Mapping[str, FeatureNote],
    parts: SheetParts,
) -> str:
    """Return the page.

    Parameters
    ----------
    summary : TableSummary
        Of the table.
    halves : TableHalves
        Of the same table.
    notes : mapping of str to FeatureNote
        By the name of the feature.
    parts : SheetParts
        Script, style, version and time.

    Returns
    -------
    str
        HTML that works from a file and without a network.
    """
    charts = [_missing_chart(summary)]
    bodies: list[str] = []
    pairs = zip(summary.features, halves.features, strict=True)
    for at, (figures, half) in enumerate(pairs):
        note = notes.get(figures.name, _UNKNOWN)
        mine = _charts(at, half, halves) if figures.every.n else []
        charts += mine
        bodies.append(_details(figures, half, note, mine))
    first, last = _day(int(summary.sessions[0])), _day(int(summary.sessions[-1]))
    lines = (
        f"{summary.rows:,} rows of {len(summary.symbols):,} symbols · {first} to {last} · "
        f"{len(summary.features)} features",
        f"prices of {summary.source or 'a file'} · halves divide at "
        f"{_day(int(summary.sessions[halves.middle]))}",
    )
    body = [
        head("Features", lines, is_simulated=summary.is_simulated),
        section("Missing by session", figure(charts[0]), _MISSING_NOTE),
        section("All features", _overview(summary, halves, notes), _SHIFT_NOTE),
        "<h2>One by one</h2>",
        *bodies,
        f"<footer>Made by quantdeck {escape(parts.version)} on {_day(parts.made_ns)} UTC.</footer>",
    ]
    return offline_page("Features", body, charts, parts)


def _missing_chart(summary: TableSummary) -> SheetChart:
    return SheetChart(
        id="missing",
        title="Missing by session",
        x=_times(summary.sessions),
        lines=[SheetLine("Missing, mean of all", plain(summary.missing_by_session))],
        percent=True,
        decimals=1,
    )


def _charts(at: int, half: FeatureHalves, halves: TableHalves) -> list[SheetChart]:
    middle = 0.5 * (half.edges[1:] + half.edges[:-1])
    name = half.name
    return [
        SheetChart(
            id=f"values{at}",
            title=f"{name}: share of values, half against half",
            x=[float(f"{each:.6g}") for each in middle.tolist()],
            lines=[
                SheetLine("First half", plain(half.first), "bars"),
                SheetLine("Second half", plain(half.second)),
            ],
            time=False,
            percent=True,
            decimals=1,
            x_title=name,
            x_decimals=_decimals(half),
        ),
        SheetChart(
            id=f"months{at}",
            title=f"{name}: by month",
            x=_times(halves.months),
            lines=[
                SheetLine("Median", plain(half.quantiles[1])),
                SheetLine("5 %", plain(half.quantiles[0]), "dashed"),
                SheetLine("95 %", plain(half.quantiles[2]), "dashed"),
            ],
            decimals=_decimals(half),
        ),
    ]


def _decimals(half: FeatureHalves) -> int:
    width = float(half.edges[-1] - half.edges[0])
    return min(8, max(0, 3 - math.floor(math.log10(width)))) if width > 0.0 else 3


def _overview(summary: TableSummary, halves: TableHalves, notes: Mapping[str, FeatureNote]) -> str:
    rows: list[Row] = []
    for figures, half in zip(summary.features, halves.features, strict=True):
        spread = figures.every
        rows.append(
            {
                "feature": figures.name,
                "group": notes.get(figures.name, _UNKNOWN).group,
                "missing": f"{100.0 * figures.missing:.1f} %",
                "low": _figure(spread.low),
                "median": _figure(spread.median),
                "high": _figure(spread.high),
                "shift": "" if math.isnan(half.shift) else f"{half.shift:.2f}",
                "said": _said(figures, half),
            }
        )
    found = table(rows, _COLUMNS, _NUMBERS)
    # Names lead to the charts below.
    for figures in summary.features:
        cell = f"<td>{escape(figures.name)}</td>"
        link = f'<td><a href="#{escape(figures.name, quote=True)}">{escape(figures.name)}</a></td>'
        found = found.replace(cell, link, 1)
    return found


def _said(figures: FeatureFigures, half: FeatureHalves) -> str:
    if not figures.every.n:
        return "nothing known"
    return "shifted" if half.shift > SHIFTED else ""


def _details(
    figures: FeatureFigures, half: FeatureHalves, note: FeatureNote, charts: list[SheetChart]
) -> str:
    name = escape(figures.name)
    unit = f" [{note.unit}]" if note.unit and note.unit != "1" else ""
    said = [note.title + unit, f"{100.0 * figures.missing:.1f} % missing"]
    if not math.isnan(half.shift):
        said.append(f"shift {half.shift:.2f}{', shifted' if half.shift > SHIFTED else ''}")
    drawn = "".join(f"<div>{figure(chart)}</div>" for chart in charts)
    pair = f'<div class="pair">{drawn}</div>' if charts else "<p>Nothing is known of it.</p>"
    text = "".join(f"<p>{escape(each)}</p>" for each in note.text.split("\n\n"))
    head_line = escape(" · ".join(each for each in said if each))
    return (
        f'<section><details><summary><b id="{name}">{name}</b> {head_line}</summary>'
        f"{pair}{text}</details></section>"
    )


def _figure(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4g}"


def _times(ns: np.ndarray) -> list[float]:
    return [float(each) for each in (ns // _NS_PER_MS).tolist()]


def _day(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[D]"))
