"""Tear sheets for the command line: of a symbol whose bars are kept, or of a file of bars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import quantdeck
from quantdeck.analytics.adjustment import adjusted
from quantdeck.analytics.price_series import PriceSeries
from quantdeck.analytics.risk.study import RiskRules, study_risk
from quantdeck.app.bar_files import is_bar_file, read_bars
from quantdeck.app.places import tape_folder
from quantdeck.hub.tear_sheets import sheet_of
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.feed import Delay
from quantdeck.model.history import Adjustment
from quantdeck.net.clock import SystemClock
from quantdeck.tape.history.store import BarStore
from quantdeck.views.portfolio_text import symbol_of

if TYPE_CHECKING:
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.app.settings import Settings

_DAY_NS = 86_400_000_000_000
_NAMES = {86_400: "1d", 3600: "1h", 300: "5m", 60: "1m"}
_ALMOST_A_DAY_NS = 72_000_000_000_000
_LONGEST_STEP_NS = 2 * _DAY_NS


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """Which tear sheet is wanted.

    Parameters
    ----------
    subject : str
        Symbol whose bars are kept, or a file of bars.
    benchmark : str or None
        As `subject`; None for none.
    interval : str
        Of the bars kept.
    lookback : int or None
        The newest bars; those of the settings if None, 0 takes all.
    level : float or None
        Confidence; that of the settings if None.
    annual_rate : float or None
        Riskless rate, effective annual; that of the settings if None. [decimal]
    calendar : str or None
        Of a file: ``24/7``, or an exchange's such as ``XNYS``; else told from its days.
    demo : bool
        Take what the demo has kept.
    """

    subject: str
    benchmark: str | None = None
    interval: str = "1d"
    lookback: int | None = None
    level: float | None = None
    annual_rate: float | None = None
    calendar: str | None = None
    demo: bool = False


def write_tear_sheet(settings: Settings, question: SheetQuestion, out: Path | None) -> Path:
    """Write the tear sheet, and return where.

    Parameters
    ----------
    settings : Settings
        Conventions and the data folder.
    question : SheetQuestion
        Which one.
    out : Path or None
        File; None names one after the symbol, in the working directory.

    Raises
    ------
    BadInput
        If a file or an option makes no sense.
    NoData
        If there are no bars, or too few.
    StoreError
        If the file cannot be written, or what is kept is damaged.
    """
    study = study_of(settings, question)
    sheet = sheet_of(study, version=quantdeck.__version__, made_ns=SystemClock().now_ns())
    file = Path(sheet.name) if out is None else out
    try:
        file.write_text(sheet.html, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error
    return file


def study_of(settings: Settings, question: SheetQuestion) -> RiskStudy:
    """Return the study that a tear sheet shows.

    Parameters
    ----------
    settings : Settings
        Conventions and the data folder.
    question : SheetQuestion
        Which one.

    Raises
    ------
    BadInput
        If a file or an option makes no sense.
    NoData
        If there are no bars, or too few.
    """
    parts = settings.risk.parts()
    level = parts.levels[0] if question.level is None else question.level
    rules = RiskRules(
        levels=tuple(sorted({*parts.levels, level})),
        level=level,
        window=parts.window,
        rolling=parts.rolling,
        annual_rate=parts.annual_rate if question.annual_rate is None else question.annual_rate,
    )
    series = _series(settings, question, question.subject)
    lookback = parts.lookback if question.lookback is None else question.lookback
    base = None
    if question.benchmark is not None:
        base = _series(settings, question, question.benchmark)
    return study_risk(series.last(lookback) if lookback else series, base, rules)


def _series(settings: Settings, question: SheetQuestion, subject: str) -> PriceSeries:
    if is_bar_file(subject):
        return _from_file(subject, question)
    store = BarStore(tape_folder(settings, demo=question.demo))
    kept = [each.symbol for each in store.kept() if each.interval == question.interval]
    symbol = symbol_of(subject, kept)
    if symbol not in kept:
        there = ", ".join(kept[:12]) or "nothing"
        raise NoData(
            f"no bars of {question.interval} of {symbol} are kept; there is {there}. Fetch them with "
            f"`quantdeck history fetch {symbol}`, or name a file of bars"
        )
    return adjusted(store.read(symbol, question.interval), Adjustment.TOTAL)


def _from_file(subject: str, question: SheetQuestion) -> PriceSeries:
    found = read_bars(subject)
    starts = found.ts_ns
    if len(starts) < 3:
        raise NoData(f"{subject} has {len(starts)} bars; three are the fewest")
    step_ns = int(np.median(np.diff(starts)))
    is_daily = step_ns >= _ALMOST_A_DAY_NS
    if step_ns > _LONGEST_STEP_NS:
        raise BadInput(
            f"bars of {subject} are {step_ns / _DAY_NS:g} days apart; bars of days or shorter are needed"
        )
    if is_daily:
        step_ns = _DAY_NS
        days = starts // _DAY_NS
        if len(np.unique(days)) < len(days):
            raise BadInput(f"{subject} has two bars of one day among bars of days")
        starts = days * _DAY_NS
    weekend = ((starts // _DAY_NS + 3) % 7 >= 5).any()
    nothing = np.full(len(starts), np.nan)
    return PriceSeries(
        found.name.upper(),
        _NAMES.get(step_ns // 1_000_000_000, f"{step_ns // 1_000_000_000} s"),
        step_ns,
        starts,
        nothing if found.open is None else found.open,
        nothing if found.high is None else found.high,
        nothing if found.low is None else found.low,
        found.close,
        nothing,
        found.close,
        adjustment=Adjustment.RAW,
        calendar=question.calendar or ("24/7" if weekend else "XNYS"),
        source=Path(subject.partition("#")[0]).name,
        delay=Delay.IMPORTED,
    )
