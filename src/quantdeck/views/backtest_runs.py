"""What the Backtest page shows of runs as such: the list of those kept, and those under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.research.pairs.reports import SweepReport
from quantdeck.views.payloads import PanelState, RowsPayload, TextPayload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.pairs.question import RunQuestion
    from quantdeck.research.pairs.reports import Report
    from quantdeck.views.payloads import Row

_CONTROLS = {"backtest": "run", "sweep": "sweep", "walk-forward": "walk"}


@dataclass(frozen=True, slots=True)
class RunNow:
    """A run as it stands.

    Parameters
    ----------
    id : str
        Unique, sorts by time.
    kind : str
        ``backtest``, ``sweep`` or ``walk-forward``.
    title : str
        Pair and bars.
    created_ns : int
        When it was asked for, UTC. [ns]
    mode : str
        ``live``, ``demo`` or ``replay``.
    state : str
        ``running``, ``done`` or ``failed``.
    question : RunQuestion
        What was asked.
    progress : float or None
        Share that is done, where that is known.
    detail : str
        Why it failed.
    summary : dict of str to (float or None)
        Headline figures; empty until it is done.
    """

    id: str
    kind: str
    title: str
    created_ns: int
    mode: str
    state: str
    question: RunQuestion
    progress: float | None = None
    detail: str = ""
    summary: dict[str, float | None] = field(default_factory=dict[str, "float | None"])


def summary_of(report: Report) -> dict[str, float | None]:
    """Return the headline figures of a report.

    Parameters
    ----------
    report : Report
        Of any kind.

    Returns
    -------
    dict of str to (float or None)
        ``net, sharpe, sharpe_error, drawdown, trades, turnover``; of a sweep its best set's and
        ``overfitting``, ``deflated``, ``sets``; of a walk forward also ``efficiency``.
    """
    figures = report.figures
    ratio = figures.sheet.sharpe
    told: dict[str, float | None] = {
        "net": figures.net,
        "sharpe": None if ratio is None else ratio.value,
        "sharpe_error": None if ratio is None else ratio.standard_error,
        "drawdown": figures.sheet.drawdown.depth,
        "trades": float(figures.trades.count),
        "turnover": figures.turnover,
    }
    if isinstance(report, SweepReport):
        test = report.verdict.overfitting
        told["overfitting"] = None if test is None else test.probability
        told["deflated"] = report.verdict.deflated.probability
        told["sets"] = float(report.verdict.tried)
        best = report.combinations[report.best]
        told |= {"window": float(best.window), "entry": best.entry, "exit": best.exit}
    elif report.question.kind == "walk-forward":
        told["efficiency"] = getattr(report, "efficiency", None)
    return told


def rows_of(report: Report) -> int:
    """Return the bars of a report.

    Parameters
    ----------
    report : Report
        Of any kind.

    Returns
    -------
    int
        As many as there were, which may be fewer than were asked for.
    """
    return report.rows if isinstance(report, SweepReport) else len(report.x)


def runs_payload(runs: Sequence[RunNow], state: PanelState) -> RowsPayload:
    """Return the table of runs.

    Parameters
    ----------
    runs : sequence of RunNow
        Newest first.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel.
    """
    return RowsPayload(state, [_row(run) for run in runs])


def rules_text(question: RunQuestion) -> str:
    """Return the rules of a question in words.

    Parameters
    ----------
    question : RunQuestion
        What was asked.

    Returns
    -------
    str
        What a person compares runs by.

    Examples
    --------
    >>> from quantdeck.research.pairs.question import RunQuestion
    >>> rules_text(RunQuestion())
    'ols 200, window 60, entry 2, exit 0.5, stop 4, 6 bp'
    """
    cost = question.fee_bp + question.half_spread_bp + question.slippage_bp
    if question.kind == "sweep":
        return f"entries {question.entries}; windows {question.windows}; {cost:g} bp"
    if question.kind == "walk-forward":
        return f"train {question.train}, test {question.test}; {cost:g} bp"
    stop = "no stop" if question.stop is None else f"stop {question.stop:g}"
    hold = "" if question.max_hold is None else f"hold {question.max_hold}, "
    return (
        f"{question.estimator} {question.hedge_window}, window {question.window}, "
        f"entry {question.entry:g}, exit {question.exit:g}, {stop}, {hold}{cost:g} bp"
    )


def form_payload(
    running: Sequence[RunNow], failed: RunNow | None, state: PanelState
) -> TextPayload:
    """Return what is said above a form.

    Parameters
    ----------
    running : sequence of RunNow
        Under way, of the kinds that the form starts.
    failed : RunNow or None
        The newest run of these kinds, where it failed.
    state : PanelState
        Of the panel.

    Returns
    -------
    TextPayload
        Empty where there is nothing to say.
    """
    told = [f"{_name(run)} of {run.title}: {progress_text(run)}." for run in running]
    if failed is not None and not running:
        told.append(f"{_name(failed)} of {failed.title} failed: {failed.detail}")
    return TextPayload(state, "\n\n".join(told))


def busy_state(run: RunNow, state: PanelState) -> PanelState:
    """Return the state of a panel while a run that will change it is under way.

    Parameters
    ----------
    run : RunNow
        Under way.
    state : PanelState
        Of what is shown meanwhile.

    Returns
    -------
    PanelState
        ``loading``, with what is done.
    """
    detail = f"{_name(run)} of {run.title}: {progress_text(run)}"
    return PanelState("loading", state.age_s, state.source, detail)


def progress_text(run: RunNow) -> str:
    """Return how far a run has come.

    Parameters
    ----------
    run : RunNow
        Under way.

    Returns
    -------
    str
        In words.
    """
    return "computing" if run.progress is None else f"{run.progress:.0%} done"


def run_state(run: RunNow) -> PanelState:
    """Return the state of panels that show a finished run.

    Parameters
    ----------
    run : RunNow
        Done.

    Returns
    -------
    PanelState
        ``demo`` or ``replay`` where the market was, else ``live``, with pair and bars as its source.
    """
    return PanelState(run.mode, None, run.title)


def _row(run: RunNow) -> Row:
    figures = {
        name: run.summary.get(name)
        for name in ("net", "sharpe", "drawdown", "trades", "overfitting")
    }
    is_done = run.state == "done"
    state = run.mode if is_done else "loading" if run.state == "running" else "error"
    detail = (
        progress_text(run) if run.state == "running" else run.detail or rules_text(run.question)
    )
    compared = is_done and run.kind == "backtest"
    return {
        "id": run.id,
        "created": run.created_ns // 1_000_000,
        "kind": run.kind,
        "title": run.title,
        "state": state,
        **figures,
        "detail": detail,
        "open": _link(run, _CONTROLS[run.kind]) if is_done else None,
        "compare": _address({"other": run.id}) if compared else None,
    }


def _link(run: RunNow, control: str) -> str:
    asked = run.question
    chosen = {
        control: run.id,
        "y": asked.y,
        "x": asked.x,
        "timeframe": asked.timeframe,
        "lookback": str(asked.lookback),
    }
    return _address(chosen)


def _address(query: dict[str, str]) -> str:
    # Ids and symbols hold no letter that an address would have to escape.
    return "/backtest?" + "&".join(f"{name}={value}" for name, value in query.items())


def _name(run: RunNow) -> str:
    return {"backtest": "Backtest", "sweep": "Sweep", "walk-forward": "Walk forward"}[run.kind]
