"""What each panel of the Research page shows, asked of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.hub.page_jobs import PageJobs
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import NO_PRICES
from quantdeck.hub.research_desk import NOTHING_KEPT, ResearchDesk
from quantdeck.model.errors import NoData
from quantdeck.model.history import Adjustment
from quantdeck.views import research_backtests, research_features, research_models
from quantdeck.views.nothing import nothing_of
from quantdeck.views.payloads import Mode, PanelState
from quantdeck.views.research_feature_panels import BUILD_FIRST, FEATURE_PANELS, FEATURES
from quantdeck.views.research_model_panels import AUDIT_FIRST, MODEL_PANELS, TRAIN_FIRST
from quantdeck.views.research_page import NEWEST, ResearchChoices, research_page
from quantdeck.views.research_run_panels import KINDS
from quantdeck.views.research_test_panels import CHART, SCOREBOARD, TEST_FIRST, TEST_PANELS, TESTS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.research_desk import Index
    from quantdeck.research.card import Card
    from quantdeck.research.equities.reports import EquityReport
    from quantdeck.research.table_summary import TableSummary
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

_PANEL_KINDS = {panel.id: panel.kind for panel in research_page(ResearchChoices()).panels}
_OF_MODEL = {panel.id for panel in MODEL_PANELS if panel.params}
_OF_TABLE = {panel.id for panel in FEATURE_PANELS}

_OF_TESTS = {panel.id for panel in TEST_PANELS}
_OF_REPORT = {panel.id for panel in TEST_PANELS if panel.params}
_TEST_PANELS: dict[str, Callable[[EquityReport, PanelState], Payload]] = {
    "research.result": research_backtests.result_payload,
    "research.equity": research_backtests.equity_payload,
    "research.figures": research_backtests.figures_payload,
    "research.drawdown": research_backtests.drawdown_payload,
    "research.trades": research_backtests.trades_payload,
}

_OLD_S = 6 * 86_400.0
"""A table whose newest session ended longer ago lacks some, whatever holidays there were. [s]"""

_RUN = "One of a kind at a time, beside the capture. Nothing here trades."


class ResearchAnswers:
    """Answers topics of the Research page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose models and tables are shown.
    jobs : JobDesk
        Runs what is started from the page.

    Attributes
    ----------
    desk : ResearchDesk
        Reads what is kept.
    """

    def __init__(self, machine: Machine, jobs: JobDesk) -> None:
        self._machine = machine
        self._runs = PageJobs(machine, jobs, "research", KINDS, said=_RUN)
        self.desk = ResearchDesk(machine, jobs)

    def choices(self) -> ResearchChoices:
        """Return what there is to choose from on the page."""
        index, table = self.desk.last, self.desk.last_table
        report = self.desk.known_report(NEWEST)
        names = () if table is None else research_features.feature_names(table, index.features)
        return ResearchChoices(
            features=names,
            feature=_foremost(index, names),
            models=tuple(card.id for card in index.cards),
            runs=tuple(run.id for run, _ in index.runs),
            symbols=() if report is None else research_backtests.traded_symbols(report),
        )

    @property
    def layout(self) -> int:
        """Changes when there is other to choose from."""
        return self.desk.layout

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from memory, or None where something must be read."""
        self.desk.wake()
        if name in self._runs.topics:
            return self._runs.quick(name)
        if self.desk.parts is None:
            return nothing_of(_PANEL_KINDS[name], _sentence(NOTHING_KEPT))
        index = self.desk.known_index()
        if index is None:
            return None
        if name in _OF_TABLE:
            return self._of_table(name, index, params)
        if name in _OF_TESTS:
            return self._of_tests(name, index, params)
        return self._of_models(name, index, params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Read what is needed, and return the payload."""
        if name in self._runs.topics:
            return await self._runs.slow(name)
        index = await self.desk.index()
        if name in _OF_TABLE and index.tables:
            await self.desk.table()
        if name in _OF_REPORT and index.runs:
            report = await self.desk.report(params["run"])
            if name == CHART.id and self._machine.prices is not None:
                symbol = params["symbol"] or research_backtests.traded_symbols(report)[0]
                await self._machine.prices.series(_daily(symbol))
        found = self.quick(name, params)
        if found is None:
            raise NoData("what is kept changes faster than it can be read; ask again")
        return found

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        if name in self._runs.topics:
            return self._runs.revision()
        return self.desk.revision

    def _of_models(self, name: str, index: Index, params: Params) -> Payload:
        kind = _PANEL_KINDS[name]
        if name == "research.audit":
            if index.audit is None:
                return nothing_of(kind, AUDIT_FIRST)
            state = self._state(index.audit.source, is_simulated=index.audit.is_simulated)
            return research_models.audit_payload(index.audit, state)
        if not index.cards:
            return nothing_of(kind, TRAIN_FIRST)
        if name in _OF_MODEL:
            card = index.card(params["model"])
            state = self._state(card.source, is_simulated=card.is_simulated)
            return _model_panel(name, card, index, state)
        newest = index.cards[0]
        state = self._state(newest.source, is_simulated=newest.is_simulated)
        return research_models.models_payload(index.cards, index.current, state)

    def _of_tests(self, name: str, index: Index, params: Params) -> Payload | None:
        kind, state = _PANEL_KINDS[name], self._state("quantdeck", is_simulated=False)
        if name == SCOREBOARD.id:
            if not index.scoreboard:
                return nothing_of(kind, SCOREBOARD.empty)
            return research_backtests.scoreboard_payload(index.scoreboard, state)
        if not index.runs:
            return nothing_of(kind, TEST_FIRST)
        if name == TESTS.id:
            return research_backtests.runs_payload(index.runs, state)
        return self._of_report(name, params)

    def _of_report(self, name: str, params: Params) -> Payload | None:
        report = self.desk.known_report(params["run"])
        if report is None:
            return None
        if name == CHART.id:
            return self._chart(report, params)
        state = self._state(report.source, is_simulated=report.is_simulated)
        return _TEST_PANELS[name](report, state)

    def _chart(self, report: EquityReport, params: Params) -> Payload | None:
        symbol = params["symbol"] or research_backtests.traded_symbols(report)[0]
        prices = self._machine.prices
        if prices is None:
            return nothing_of(_PANEL_KINDS[CHART.id], _sentence(NO_PRICES))
        series = prices.known(_daily(symbol))
        if series is None:
            return None
        return research_backtests.chart_payload(report, symbol, series, prices.state([series]))

    def _of_table(self, name: str, index: Index, params: Params) -> Payload | None:
        if not index.tables:
            return nothing_of(_PANEL_KINDS[name], BUILD_FIRST)
        table = self.desk.known_table()
        if table is None:
            return None
        # A page that was laid out before the table asks for no feature yet.
        names = research_features.feature_names(table, index.features)
        feature = params.get("feature") or _foremost(index, names) or names[0]
        state = self._table_state(table)
        if name != FEATURES.id and state.word != "stale":
            # Said once, unless it is a warning.
            state = replace(state, detail="")
        return _table_panel(name, table, index, feature, state)

    def _table_state(self, table: TableSummary) -> PanelState:
        age_s = max(0.0, (self._machine.clock.now_ns() - int(table.known_ns[-1])) / 1e9)
        word = self._word(is_simulated=table.is_simulated)
        said = research_features.span_text(table)
        if word == Mode.LIVE and age_s > _OLD_S:
            return PanelState("stale", age_s, table.source, f"Later sessions are missing: {said}")
        return PanelState(word, age_s, table.source, said)

    def _state(self, source: str, *, is_simulated: bool) -> PanelState:
        return PanelState(self._word(is_simulated=is_simulated), None, source)

    def _word(self, *, is_simulated: bool) -> str:
        return Mode.DEMO.value if is_simulated else self._machine.mode.value


def _model_panel(name: str, card: Card, index: Index, state: PanelState) -> Payload:
    titles = research_features.importance_titles
    made: dict[str, Callable[[], Payload]] = {
        "research.model": lambda: research_models.headline_payload(card, state),
        "research.warnings": lambda: research_models.warnings_payload(card, index.current, state),
        "research.card": lambda: research_models.card_payload(card, state),
        "research.folds": lambda: research_models.folds_payload(card, state),
        "research.calibration": lambda: research_models.calibration_payload(card, state),
        "research.importance": lambda: research_models.importance_payload(
            card, titles(index.features), state
        ),
        "research.spans": lambda: research_models.spans_payload(card, state),
    }
    return made[name]()


def _table_panel(
    name: str, table: TableSummary, index: Index, feature: str, state: PanelState
) -> Payload:
    made: dict[str, Callable[[], Payload]] = {
        "research.features": lambda: research_features.features_payload(
            table, index.features, state
        ),
        "research.distribution": lambda: research_features.distribution_payload(
            table, feature, state
        ),
        "research.about": lambda: research_features.about_payload(feature, index.features, state),
        "research.missing": lambda: research_features.missing_payload(table, feature, state),
        "research.correlation": lambda: research_features.correlation_payload(
            table, index.features, state
        ),
    }
    return made[name]()


def _foremost(index: Index, names: Sequence[str]) -> str:
    # What the current model looks at most is what one wants to see first.
    card = next((each for each in index.cards if each.id == index.current), None)
    known = {} if card is None else {k: v for k, v in card.importance.items() if k in names}
    return max(known, key=known.__getitem__, default="")


def _daily(symbol: str) -> SeriesQuestion:
    return SeriesQuestion(symbol, "1d", None, Adjustment.SPLIT)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
