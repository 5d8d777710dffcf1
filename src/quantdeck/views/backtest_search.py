"""What the panels of the Backtest page show of sweeps and walks forward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.views.backtest import recovery_text, sharpe_words
from quantdeck.views.backtest_drawing import MOST_POINTS, thinned
from quantdeck.views.payloads import Curve, CurvePayload, LinesPayload, RowsPayload, SurfacePayload

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.pairs.overfit import OverfittingTest
    from quantdeck.research.pairs.reports import FoldLine, SweepReport, WalkReport
    from quantdeck.research.pairs.sweep_grid import Combination
    from quantdeck.views.payloads import PanelState, Row

_SIGNIFICANT = 0.95
_OFTEN = 0.25
_LOGIT_STEP = 0.5
_WIDEST_LOGIT = 10.0


def surface_payload(report: SweepReport, state: PanelState) -> SurfacePayload:
    """Return the heat map of a sweep over entry and score window.

    Parameters
    ----------
    report : SweepReport
        The sweep.
    state : PanelState
        Of the panel.

    Returns
    -------
    SurfacePayload
        Layers ``sharpe``, ``best``, ``net`` and ``trades``; NaN where no set traded.
    """
    windows = np.array([each.window for each in report.combinations], np.float64)
    entries = np.array([each.entry for each in report.combinations])
    x, columns = np.unique(windows, return_inverse=True)
    y, rows = np.unique(entries, return_inverse=True)
    cells = rows * len(x) + columns
    # sets of a cell next to each other
    order = np.argsort(cells, kind="stable")
    first = np.searchsorted(cells[order], np.arange(len(x) * len(y) + 1))
    sets = [order[first[k] : first[k + 1]] for k in range(len(x) * len(y))]

    def layer(values: FloatArray, *, best: bool = False) -> FloatArray:
        made = np.full(len(sets), np.nan)
        for k, members in enumerate(sets):
            known = values[members][np.isfinite(values[members])]
            if len(known):
                made[k] = known.max() if best else np.median(known)
        return made.reshape(len(y), len(x))

    traded = np.isfinite(report.sharpe)
    layers = {
        "sharpe": layer(report.sharpe),
        "best": layer(report.sharpe, best=True),
        "net": layer(np.where(traded, report.net, np.nan)),
        "trades": layer(np.where(traded, report.trades, np.nan)),
    }
    return SurfacePayload(state, x, y, layers, [f"entry {value:g}" for value in y.tolist()])


def verdict_payload(report: SweepReport, state: PanelState) -> RowsPayload:
    """Return what the best set of a sweep is worth, in figures and in words.

    Parameters
    ----------
    report : SweepReport
        The sweep.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``stats`` panel.
    """
    verdict, ratio = report.verdict, report.figures.sheet.sharpe
    scale = math.sqrt(report.ratio_periods)
    deflated = verdict.deflated
    error = "" if ratio is None else f"{sharpe_words(report.figures)}; "
    is_significant = deflated.probability > _SIGNIFICANT
    rows = [
        _line(
            "sets",
            verdict.traded,
            f"of {verdict.tried:,}; worth about {verdict.effective:,.0f} independent tries",
        ),
        _line(
            "best",
            None if ratio is None else ratio.value,
            f"{error}{chosen_text(report.combinations[report.best])}",
        ),
        _line("chance", deflated.threshold * scale, "of as many tries without any edge"),
        _line(
            "deflated",
            deflated.probability,
            "the best is more than chance shows"
            if is_significant
            else "not significant: chance alone shows as much",
            "good" if is_significant else "bad",
        ),
    ]
    test = verdict.overfitting
    if test is None:
        rows.append(_line("overfitting", None, "needs two sets that traded"))
    else:
        rows += _overfitting_rows(test)
    record = verdict.track_record
    had = report.rows * report.step_s
    rows.append(
        _line(
            "record",
            None if record is None else record * report.step_s,
            "none is long enough: the best set loses"
            if record is None
            else "there is more than that"
            if record * report.step_s <= had
            else f"there is {report.rows / record:.0%} of it",
        )
    )
    return RowsPayload(state, rows)


def overfitting_text(probability: float, loss: float, tried: int) -> tuple[str, str]:
    """Return what a probability of backtest overfitting means, and its tone.

    Parameters
    ----------
    probability : float
        Of `OverfittingTest`.
    loss : float
        Its probability that the chosen set loses where it was not chosen.
    tried : int
        Sets that were chosen from.

    Returns
    -------
    (str, str)
        A sentence, and ``good``, ``plain`` or ``bad``.

    Examples
    --------
    >>> overfitting_text(0.62, 0.7, 10_000)
    ('picking the best of 10,000 here is worse than chance', 'bad')
    """
    of = f"picking the best of {tried:,} here"
    if probability > 0.55:
        return f"{of} is worse than chance", "bad"
    if probability >= 0.45:
        return f"{of} is no better than chance", "bad"
    if probability > 0.1:
        return f"{of} is better than chance, and often wrong", "plain"
    if loss > _OFTEN:
        return f"{of} holds in the other half, where the better ones lose too", "plain"
    return f"{of} mostly holds in the other half", "good"


def logits_payload(report: SweepReport, state: PanelState) -> CurvePayload:
    """Return the histogram of the chosen set's rank out of sample.

    Parameters
    ----------
    report : SweepReport
        The sweep.
    state : PanelState
        Of the panel.

    Returns
    -------
    CurvePayload
        One curve, ``share``: of the splits whose logit lies within each step. The step that ends at
        0 holds 0 itself, so that what is left of 0 sums up to the probability.
    """
    test = report.verdict.overfitting
    if test is None:
        return CurvePayload(state, ())
    logits = np.clip(test.logits, -_WIDEST_LOGIT + 1e-9, _WIDEST_LOGIT)
    steps = np.ceil(logits / _LOGIT_STEP).astype(np.int64)
    low, high = min(int(steps.min()), 0), max(int(steps.max()), 1)
    share = np.bincount(steps - low, minlength=high - low + 1) / len(logits)
    x = np.linspace(low - 0.5, high - 0.5, high - low + 1) * _LOGIT_STEP
    return CurvePayload(state, (Curve("share", x, share),))


def walk_payload(report: WalkReport, state: PanelState) -> LinesPayload:
    """Return equity out of sample.

    Parameters
    ----------
    report : WalkReport
        The walk.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        Lines ``net`` and ``gross``, from the first test on.
    """
    tested = slice(report.start, None)
    net, gross, x = report.equity[tested], report.gross[tested], report.x[tested]
    rows = thinned(net, MOST_POINTS)
    return LinesPayload(state, x[rows], {"net": net[rows], "gross": gross[rows]})


def walk_figures_payload(report: WalkReport, state: PanelState) -> RowsPayload:
    """Return what a walk forward came to.

    Parameters
    ----------
    report : WalkReport
        The walk.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``stats`` panel.
    """
    figures, ratio = report.figures, report.figures.sheet.sharpe
    gained = sum(fold.net > 0.0 for fold in report.folds)
    error = sharpe_words(figures)
    return RowsPayload(
        state,
        [
            _line("net", figures.net, f"gross {figures.gross:,.2f}"),
            _line("sharpe", None if ratio is None else ratio.value, error),
            _line("efficiency", report.efficiency, _efficiency_text(report.efficiency)),
            _line("drawdown", figures.sheet.drawdown.depth, recovery_text(figures)),
            _line("trades", figures.trades.count, f"{figures.exposure:.1%} of the bars"),
            _line("folds", gained, f"of {len(report.folds)}"),
        ],
    )


def folds_payload(report: WalkReport, state: PanelState) -> RowsPayload:
    """Return the folds of a walk forward.

    Parameters
    ----------
    report : WalkReport
        The walk.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel.
    """
    return RowsPayload(
        state, [_fold_row(number, fold) for number, fold in enumerate(report.folds, start=1)]
    )


def chosen_text(chosen: Combination) -> str:
    """Return a parameter set in words.

    Parameters
    ----------
    chosen : Combination
        The set.

    Returns
    -------
    str
        What it varies.

    Examples
    --------
    >>> from quantdeck.research.pairs.sweep_grid import Combination
    >>> chosen_text(Combination(200, 60, 2.0, 0.5, None, 100))
    'window 60, entry 2, exit 0.5, no stop, hold 100, hedge 200'
    """
    stop = "no stop" if chosen.stop is None else f"stop {chosen.stop:g}"
    hold = "no limit" if chosen.max_hold is None else f"hold {chosen.max_hold}"
    return (
        f"window {chosen.window}, entry {chosen.entry:g}, exit {chosen.exit:g}, {stop}, {hold}, "
        f"hedge {chosen.hedge_window}"
    )


def _overfitting_rows(test: OverfittingTest) -> list[Row]:
    words, tone = overfitting_text(test.probability, test.loss_probability, test.trials)
    slope = test.slope
    falls = "the better in one half, the worse in the other"
    return [
        _line("overfitting", test.probability, words, tone),
        _line("loss", test.loss_probability, f"of {len(test.logits):,} ways to split the bars"),
        _line("slope", slope, falls if slope is not None and slope < 0.0 else ""),
    ]


def _fold_row(number: int, fold: FoldLine) -> Row:
    return {
        "id": str(number),
        "number": number,
        "train": fold.train_ms,
        "test": fold.test_ms,
        "end": fold.end_ms,
        "chosen": "nothing traded often enough"
        if fold.chosen is None
        else chosen_text(fold.chosen),
        "train_sharpe": fold.train_sharpe,
        "test_sharpe": fold.test_sharpe,
        "train_trades": fold.train_trades,
        "test_trades": fold.test_trades,
        "net": fold.net,
    }


def _efficiency_text(efficiency: float | None) -> str:
    if efficiency is None:
        return "training gained nothing"
    return "of what training showed" if efficiency > 0.0 else "gains of training became losses"


def _line(name: str, value: float | None, verdict: str, tone: str = "plain") -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": tone}
