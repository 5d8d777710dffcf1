"""What each panel of the Backtest page shows, asked of the desk that runs backtests."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from quantdeck.model.errors import NoData
from quantdeck.research.pairs.reports import BacktestReport, SweepReport, WalkReport
from quantdeck.views import backtest, backtest_search
from quantdeck.views.backtest_page import NEWEST, NO_OTHER
from quantdeck.views.backtest_runs import busy_state, form_payload, run_state, runs_payload
from quantdeck.views.payloads import (
    CandlesPayload,
    CurvePayload,
    LinesPayload,
    PanelState,
    RowsPayload,
    SurfacePayload,
)
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.hub.backtests import BacktestDesk
    from quantdeck.research.pairs.reports import Report
    from quantdeck.views.backtest_page import BacktestChoices
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

_SEARCHES = {
    **dict.fromkeys(("backtest.sweep", "backtest.verdict", "backtest.logits"), "sweep"),
    **dict.fromkeys(("backtest.walk", "backtest.walk_figures", "backtest.folds"), "walk-forward"),
}
_CONTROLS = {"backtest": "run", "sweep": "sweep", "walk-forward": "walk"}
_FORMS = {"backtest.form": ("backtest",), "backtest.grid": ("sweep", "walk-forward")}
_PAYLOADS = 32


class BacktestAnswers:
    """Answers topics of the Backtest page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    desk : BacktestDesk
        Whose runs are shown.
    """

    def __init__(self, desk: BacktestDesk) -> None:
        self._desk = desk
        self._made: OrderedDict[Hashable, Payload] = OrderedDict()

    def choices(self) -> BacktestChoices:
        """Return what there is to choose from on the page."""
        return self._desk.choices()

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from memory, or None where a run must be read.

        Raises
        ------
        NoData
            If a run is asked for that does not exist.
        """
        if not self._desk.is_loaded:
            return None
        if name in _FORMS:
            return self._form(name)
        if name == "backtest.runs":
            return self._runs()
        kind = _SEARCHES.get(name, "backtest")
        wanted = params[_CONTROLS[kind]]
        if wanted == NEWEST and not self._desk.has(kind):
            return _nothing(name, self._state_without(kind))
        report = self._desk.known(kind, wanted)
        other = params.get("other", NO_OTHER)
        if report is None or (other != NO_OTHER and self._desk.known("backtest", other) is None):
            return None
        return self._panel(name, kind, params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Read the run, and return the payload."""
        await self._desk.load()
        kind = _SEARCHES.get(name, "backtest")
        if name not in _FORMS and name != "backtest.runs" and self._desk.has(kind):
            await self._desk.report(kind, params[_CONTROLS[kind]])
            other = params.get("other", NO_OTHER)
            if other != NO_OTHER:
                await self._desk.report("backtest", other)
        payload = self.quick(name, params)
        if payload is None:
            raise NoData("the run was replaced while it was read; ask again")
        return payload

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - one for all panels
        """Return something that changes whenever the payload of a topic may have."""
        return self._desk.revision

    def _panel(self, name: str, kind: str, params: Params) -> Payload:
        wanted = params[_CONTROLS[kind]]
        run = self._desk.finished(kind, wanted)
        state = run_state(run)
        busy = next((each for each in self._desk.running() if each.kind == kind), None)
        if busy is not None and wanted == NEWEST:
            state = busy_state(busy, state)
        other = params.get("other", NO_OTHER)
        against = None if other == NO_OTHER else self._desk.finished("backtest", other).id
        key = name, run.id, against
        # The same arrays as long as the run is the same: then they are not sent again.
        made = self._made.get(key)
        if made is None:
            report = self._desk.known(kind, run.id)
            compared = None if against is None else self._desk.known("backtest", against)
            made = _payload(name, report, compared, run_state(run))
            self._made[key] = made
            while len(self._made) > _PAYLOADS:
                self._made.popitem(last=False)
        if made.state.word == "empty":
            return made
        return structs.replace(made, state=state)

    def _form(self, name: str) -> Payload:
        kinds = _FORMS[name]
        running = [run for run in self._desk.running() if run.kind in kinds]
        newest = next((run for run in self._desk.runs() if run.kind in kinds), None)
        failed = newest if newest is not None and newest.state == "failed" else None
        return form_payload(running, failed, self._desk.state())

    def _runs(self) -> Payload:
        runs = self._desk.runs()
        state = self._desk.state()
        if not runs:
            return RowsPayload(empty_state(state, "No run is kept yet"), [])
        return runs_payload(runs, state)

    def _state_without(self, kind: str) -> PanelState:
        busy = next((each for each in self._desk.running() if each.kind == kind), None)
        state = self._desk.state()
        if busy is not None:
            return busy_state(busy, state)
        return empty_state(state, f"No {kind.replace('-', ' ')} is kept yet")


def _payload(name: str, report: Report | None, other: Report | None, state: PanelState) -> Payload:
    match report:
        case BacktestReport():
            return _of_backtest(name, report, other, state)
        case SweepReport():
            return _of_sweep(name, report, state)
        case WalkReport():
            return _of_walk(name, report, state)
        case None:
            raise NoData("the run was deleted meanwhile")


def _of_backtest(
    name: str, report: BacktestReport, other: Report | None, state: PanelState
) -> Payload:
    shown = backtest.Shown(report, state)
    compared = other if isinstance(other, BacktestReport) else None
    figures = report.figures
    made: dict[str, Callable[[], Payload]] = {
        "backtest.headline": lambda: backtest.headline_payload(figures, state),
        "backtest.figures": lambda: backtest.figures_payload(figures, report.step_s, state),
        "backtest.equity": lambda: backtest.equity_payload(shown, compared),
        "backtest.drawdown": lambda: backtest.drawdown_payload(shown),
        "backtest.zscore": lambda: backtest.zscore_payload(shown),
        "backtest.y": lambda: backtest.candles_payload(shown, "y"),
        "backtest.x": lambda: backtest.candles_payload(shown, "x"),
        "backtest.trades": lambda: backtest.trades_payload(shown),
    }
    return made[name]()


def _of_sweep(name: str, report: SweepReport, state: PanelState) -> Payload:
    match name:
        case "backtest.sweep":
            return backtest_search.surface_payload(report, state)
        case "backtest.verdict":
            return backtest_search.verdict_payload(report, state)
        case _:
            return backtest_search.logits_payload(report, state)


def _of_walk(name: str, report: WalkReport, state: PanelState) -> Payload:
    match name:
        case "backtest.walk":
            return backtest_search.walk_payload(report, state)
        case "backtest.walk_figures":
            return backtest_search.walk_figures_payload(report, state)
        case _:
            return backtest_search.folds_payload(report, state)


def _nothing(name: str, state: PanelState) -> Payload:
    none, times = np.empty(0), np.empty(0, np.int64)
    match name:
        case "backtest.equity" | "backtest.drawdown" | "backtest.zscore" | "backtest.walk":
            return LinesPayload(state, times, {})
        case "backtest.y" | "backtest.x":
            return CandlesPayload(state, 2, times, none, none, none, none, none, times)
        case "backtest.sweep":
            return SurfacePayload(state, none, none, {})
        case "backtest.logits":
            return CurvePayload(state, ())
        case _:
            return RowsPayload(state, [])
