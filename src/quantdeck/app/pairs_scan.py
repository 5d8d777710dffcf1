"""A scan of all pairs over what is on the tape, for the command line."""

from __future__ import annotations

import json
import math
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

from quantdeck.analytics.false_discovery import Control
from quantdeck.app.compute_parts import computing
from quantdeck.app.pairs_output import progress
from quantdeck.app.places import tape_folder
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.taped_bars import interval_of, known_symbol, taped_bars
from quantdeck.app.times import parse_time
from quantdeck.app.words import counted
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quantdeck.analytics.pairs.findings import PairFinding, PairFindings
    from quantdeck.analytics.pairs.scan import PairScan
    from quantdeck.analytics.pairs.screen import ScanSeries
    from quantdeck.app.settings import Settings
    from quantdeck.tape.reader import Reader

_WITH_BARS = frozenset({Kind.TRADE, Kind.AGG_TRADE})
_DECIMALS = {"half_life_s": 1, "zscore": 2, "hedge_ratio": 4, "correlation": 3}


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What ``quantdeck pairs scan`` is asked for.

    Parameters
    ----------
    symbols : tuple of str
        As typed; all on the tape where empty.
    timeframe : str
        A count and s, m, h or d.
    since, until : str or None
        Span of the bars, as typed.
    lookback, window : int
        Rows tested, and rows of the z-score.
    control : str
        bh or by.
    max_q : float or None
        Shows no pair with a larger q-value.
    min_turnover : float
        Least turnover of a symbol. [quote currency / day]
    demo : bool
        Take the tape of the demo.
    """

    symbols: tuple[str, ...] = ()
    timeframe: str = "1m"
    since: str | None = None
    until: str | None = None
    lookback: int = 500
    window: int = 60
    control: str = "bh"
    max_q: float | None = None
    min_turnover: float = 0.0
    demo: bool = False


def run_scan(settings: Settings, request: ScanRequest, *, as_json: bool) -> None:
    """Print the pairs ranked by cointegration; see `quantdeck.cli.pairs_scan`.

    Raises
    ------
    BadInput
        If a timeframe, time, symbol or rule cannot be.
    NoData
        If the tape holds fewer than two symbols with executions, or no pair could be tested.
    """
    from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
    from quantdeck.analytics.pairs.screen import ScreenRules

    interval_ns = interval_of(request.timeframe)
    if request.control not in get_args(Control):
        raise BadInput(f"--control must be bh or by, was {request.control!r}")
    rules = ScanRules(
        lookback=request.lookback,
        window=request.window,
        control=cast("Control", request.control),
        screen=ScreenRules(min_turnover=request.min_turnover),
    )
    reader = tape_reader(settings, tape_folder(settings, demo=request.demo), demo=request.demo)
    series = _series(reader, request, interval_ns, most=2 * rules.lookback + 1)
    with progress("testing pairs") as told, computing(settings) as compute:
        scan = scan_pairs(
            series, rules, interval_ns=interval_ns, spread=compute.map, on_progress=told
        )
    if not scan.pairs:
        raise NoData(f"no pair could be tested; {_first_reason(scan)}")
    wanted = scan.pairs
    if request.max_q is not None:
        wanted = wanted.at(wanted.q <= request.max_q)
    if as_json:
        _print_json({"pairs": _rows(wanted, interval_ns), "left_out": _left_out(scan)})
        return
    for each in _left_out(scan):
        print(f"quantdeck: {each['name']} left out: {each['reason']}", file=sys.stderr)  # noqa: T201
    name = "Benjamini-Hochberg" if rules.control == "bh" else "Benjamini-Yekutieli"
    tested = counted(len(scan.pairs), "pair")
    print(f"{tested} tested on {request.timeframe} bars, q by {name}", file=sys.stderr)  # noqa: T201
    _show(wanted, interval_ns)


def _series(
    reader: Reader, request: ScanRequest, interval_ns: int, *, most: int
) -> list[ScanSeries]:
    from quantdeck.analytics.pairs.screen import ScanSeries

    start_ns, end_ns = parse_time(request.since), parse_time(request.until)
    found: list[ScanSeries] = []
    for symbol, last_ns in _symbols(reader, request.symbols).items():
        stop_ns = last_ns + 1 if end_ns is None else min(last_ns + 1, end_ns)
        # Symbols that trade in every other interval still have enough bars; the rest is not read.
        reach_ns = stop_ns // interval_ns * interval_ns - 2 * most * interval_ns
        first_ns = reach_ns if start_ns is None else max(start_ns, reach_ns)
        with suppress(NoData):
            bars = taped_bars(
                reader, symbol, interval_ns=interval_ns, start_ns=first_ns, end_ns=stop_ns
            )
            found.append(ScanSeries(symbol, bars))
    return found


def _symbols(reader: Reader, typed: Sequence[str]) -> dict[str, int]:
    # Symbols with executions, and when the last one was
    last: dict[str, int] = {}
    for stream in reader.coverage():
        if stream.kind in _WITH_BARS:
            last[stream.symbol] = max(stream.last_ns, last.get(stream.symbol, 0))
    if len(last) < 2:
        raise NoData(
            f"executions of {counted(len(last), 'symbol')} are on the tape, and a pair takes two; "
            "capture more, or use quantdeck import"
        )
    if not typed:
        return dict(sorted(last.items()))
    wanted = dict.fromkeys(known_symbol(reader, text) for text in typed)
    absent = [symbol for symbol in wanted if symbol not in last]
    if absent:
        raise NoData(f"no execution of {absent[0]} is on the tape; there are {', '.join(last)}")
    return {symbol: last[symbol] for symbol in wanted}


def _rows(pairs: PairFindings, interval_ns: int) -> Iterator[dict[str, Any]]:
    return (_row(pair, interval_ns) for pair in pairs)


def _row(pair: PairFinding, interval_ns: int) -> dict[str, Any]:
    figures = {
        "q": pair.q,
        "p": pair.pvalue,
        "p_y_on_x": pair.pvalue_y,
        "p_x_on_y": pair.pvalue_x,
        "half_life_s": pair.half_life * interval_ns / 1e9,
        "zscore": pair.zscore,
        "hedge_ratio": pair.hedge_ratio,
        "correlation": pair.correlation,
    }
    known = {name: v if math.isfinite(v) else None for name, v in figures.items()}
    return {"y": pair.y, "x": pair.x, **known, "rows": pair.rows}


def _left_out(scan: PairScan) -> Iterator[dict[str, str]]:
    for each in scan.symbols:
        if each.reason:
            yield {"name": each.symbol, "reason": each.reason}
    for pair in scan.failed():
        yield {"name": f"{pair.y} / {pair.x}", "reason": pair.reason}


def _first_reason(scan: PairScan) -> str:
    first = next(_left_out(scan), None)
    if first is None:
        return f"{counted(len(scan.symbols), 'symbol')} of those asked for traded in this span"
    return f"{first['name']}: {first['reason']}"


# A line at a time, since there may be millions.
def _print_json(lists: dict[str, Iterator[dict[str, Any]]]) -> None:
    write = sys.stdout.write
    for at, (name, rows) in enumerate(lists.items()):
        write(f'{", " if at else "{"}"{name}": [')
        for row_at, row in enumerate(rows):
            write(f"{', ' if row_at else ''}{json.dumps(row)}")
        write("]")
    write("}\n")


# Twice over all rows: for the widths of the columns, then line by line.
def _show(pairs: PairFindings, interval_ns: int) -> None:
    from rich.console import Console

    names = ("y", "x", "q", "p", *_DECIMALS, "rows")
    widths = [len(name) for name in names]
    for row in _rows(pairs, interval_ns):
        widths = [
            max(w, len(_text(name, row[name]))) for w, name in zip(widths, names, strict=True)
        ]

    def line(cells: Iterable[str]) -> str:
        placed = zip(names, widths, cells, strict=True)
        return "  ".join(
            cell.ljust(width) if name in {"y", "x"} else cell.rjust(width)
            for name, width, cell in placed
        )

    # Cut columns are worse than long lines, and a pipe has no width.
    Console(width=10_000).print(line(names), style="bold", highlight=False, markup=False)
    for row in _rows(pairs, interval_ns):
        print(line(_text(name, row[name]) for name in names))  # noqa: T201


def _text(name: str, value: float | str | None) -> str:
    if value is None:
        return ""
    if name in {"q", "p"}:
        return f"{value:.2g}"
    return f"{value:.{_DECIMALS[name]}f}" if name in _DECIMALS else str(value)
