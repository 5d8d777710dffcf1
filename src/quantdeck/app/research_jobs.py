"""What the Research page can run: features, training, tuning, audit and backtest, each in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.app.compute_parts import apart, computing
from quantdeck.app.feature_parts import feature_sources
from quantdeck.app.research_reports import write_model_dashboard
from quantdeck.app.research_work import in_thread, request_of, way_of
from quantdeck.jobs.audit import audit_kept
from quantdeck.jobs.backtest import answer_question, keep
from quantdeck.jobs.features import build_table
from quantdeck.jobs.train import train_and_keep
from quantdeck.jobs.tune import tune_and_keep
from quantdeck.model.errors import NoData, StoreError
from quantdeck.ports.jobs import JobReport
from quantdeck.research.audit import Outcome, Rules
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.tuning import Search
from quantdeck.views.research_models import area_words, interval_text

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.research_work import Progress
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.jobs import Job, JobQuestion, JobTeller
    from quantdeck.ports.models import AuditStore, FeatureStore, ModelStore, TuningStore
    from quantdeck.ports.records import RunStore
    from quantdeck.ports.reports import ReportLists

MOST_LEFT_OUT = 20
"""Symbols without features that are named one by one."""


@dataclass(frozen=True, slots=True)
class ResearchStores:
    """What the jobs read and keep.

    Parameters
    ----------
    tables : FeatureStore
        Tables of features.
    models : ModelStore
        Models.
    audits : AuditStore
        The newest audit.
    tunings : TuningStore
        Trials of searches.
    runs : RunStore
        Backtests.
    lists : ReportLists
        Of the reports folder.
    """

    tables: FeatureStore
    models: ModelStore
    audits: AuditStore
    tunings: TuningStore
    runs: RunStore
    lists: ReportLists


def research_jobs(
    settings: Settings, folder: Path, stores: ResearchStores, clock: Clock, *, demo: bool
) -> dict[str, Job]:
    """Return what can be run, by kind.

    Parameters
    ----------
    settings : Settings
        Symbols, question, seeds and folds where a request does not say.
    folder : Path
        Of the tape.
    stores : ResearchStores
        Where results are kept.
    clock : Clock
        Where the time comes from.
    demo : bool
        Whether the data are simulated.
    """
    return {
        "features": FeaturesJob(settings, folder, stores),
        "train": TrainJob(settings, stores, clock, demo=demo),
        "audit": AuditJob(settings, folder, stores, clock),
        "model-backtest": BacktestJob(
            stores,
            clock,
            mode="demo" if demo else "live",
            max_risk=settings.playbook.most_at_risk(EquityQuestion().strategy),
        ),
        "tune": TuneJob(settings, stores, clock),
    }


class FeaturesJob:
    """Builds a table of features of what is kept. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Symbols where none is named, and files of a person's own features.
    folder : Path
        Of the tape.
    stores : ResearchStores
        Takes the table.
    """

    def __init__(self, settings: Settings, folder: Path, stores: ResearchStores) -> None:
        self._settings = settings
        self._folder = folder
        self._stores = stores

    def check(self, question: JobQuestion) -> None:
        """Look at the symbols."""
        request_of(self._settings, question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Build the table, and keep it."""
        request = request_of(self._settings, question)

        def work(on_progress: Progress) -> JobReport:
            sources = feature_sources(self._settings, self._folder)

            def telling(what: str, done: int, of: int) -> None:
                on_progress(done, of, what)

            built = build_table(request, sources, tell=telling)
            if built is None:
                raise NoData("no table was built")
            table = built.table
            name = self._stores.tables.put(table)
            left_out = [f"{symbol} is left out: {why}" for symbol, why in built.left_out.items()]
            for text in (*left_out[:MOST_LEFT_OUT], *built.warnings):
                on_progress(1, 1, text)
            return JobReport(
                said=f"{len(table):,} rows of {len(table.symbols):,} symbols, "
                f"{len(table.names)} features, kept as {name}",
                rows=len(table),
            )

        return await in_thread(work, tell)


class TrainJob:
    """Trains a model of the newest table. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Question, seed and folds where a request does not say.
    stores : ResearchStores
        Has the table, and takes the model.
    clock : Clock
        Where the time comes from.
    demo : bool
        Whether the data are simulated: their reports are kept apart.
    """

    def __init__(
        self, settings: Settings, stores: ResearchStores, clock: Clock, *, demo: bool
    ) -> None:
        self._demo = demo
        self._settings = settings
        self._stores = stores
        self._clock = clock

    def check(self, question: JobQuestion) -> None:
        """Look at the question that is to be foretold."""
        way_of(self._settings, question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Train, judge and keep a model."""
        way, now_ns = way_of(self._settings, question), self._clock.now_ns()

        def work(on_progress: Progress) -> JobReport:
            table = self._stores.tables.get()
            done = train_and_keep(
                table,
                self._stores.models,
                way,
                created_ns=now_ns,
                lists=self._stores.lists,
                on_progress=on_progress,
            )
            try:
                written = f"written to {write_model_dashboard(self._settings, demo=self._demo)}"
            except StoreError as error:
                # The model is kept all the same.
                written = f"no dashboard was written: {error}"
            for text in (*done.drift.objections, *done.drift.notes, written):
                on_progress(1, 1, text)
            use = "the current model now" if done.is_current else "kept, but not the current model"
            judged = done.card.judgement
            if judged is None:
                said = f"{done.card.id} is {use}; not judged"
                return JobReport(said=said, failures=done.failures, rows=1)
            words, _ = area_words(judged.auc)
            area = "unknown" if judged.auc.value is None else f"{judged.auc.value:.3f}"
            interval = interval_text(judged.auc)
            said = f"AUC {area}{f' ({interval})' if interval else ''}, {words}"
            said = f"{done.card.id} is {use}; {said}"
            return JobReport(said=said, failures=done.failures, rows=1)

        return await in_thread(work, tell)


class AuditJob:
    """Audits features made anew of what is kept. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Symbols, question, seed and folds where a request does not say.
    folder : Path
        Of the tape.
    stores : ResearchStores
        Takes the report.
    clock : Clock
        Where the time comes from.
    """

    def __init__(
        self, settings: Settings, folder: Path, stores: ResearchStores, clock: Clock
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._stores = stores
        self._clock = clock

    def check(self, question: JobQuestion) -> None:
        """Look at symbols and question."""
        request_of(self._settings, question)
        way_of(self._settings, question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Audit, and keep the report."""
        request, now_ns = request_of(self._settings, question), self._clock.now_ns()
        rules = Rules(way_of(self._settings, question))

        def work(on_progress: Progress) -> JobReport:
            report = audit_kept(
                request,
                feature_sources(self._settings, self._folder),
                self._stores.audits,
                rules,
                created_ns=now_ns,
                on_progress=on_progress,
            )
            bad = [each for each in report.checks if each.outcome is Outcome.ERROR]
            said = "; ".join(f"{each.title} {each.outcome.value}" for each in report.checks)
            return JobReport(said=said, failures=tuple(f"{e.title} {e.text}" for e in bad))

        return await in_thread(work, tell)


class BacktestJob:
    """Backtests the current model on the newest table. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    stores : ResearchStores
        Has table and model, and takes the result.
    clock : Clock
        Where the time comes from.
    mode : str
        Of the deck.
    max_risk : float or None
        Most that the strategy may hold; None for no limit. [currency]
    """

    def __init__(
        self, stores: ResearchStores, clock: Clock, *, mode: str, max_risk: float | None = None
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._mode = mode
        self._max_risk = max_risk

    def check(self, question: JobQuestion) -> None:
        """Nothing can be wrong with it."""

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:  # noqa: ARG002
        """Trade what the model said of sessions that it had not seen, and keep what came of it."""
        now_ns, stores = self._clock.now_ns(), self._stores

        def work(on_progress: Progress) -> JobReport:
            on_progress(0, 3, "reading the newest table")
            table = stores.tables.get()
            on_progress(1, 3, "trading the predictions of the current model")
            made = answer_question(
                EquityQuestion(max_risk=self._max_risk),
                table,
                stores.models,
                created_ns=now_ns,
                mode=self._mode,
            )
            on_progress(2, 3, "keeping what came of it")
            kept = keep(made, stores.runs, stores.lists)
            report = kept.answer.report
            for text in (*report.warnings, *kept.left_out):
                on_progress(3, 3, text)
            figures = report.figures
            ratio = figures.sheet.sharpe
            sharpe = (
                "" if ratio is None else f", Sharpe {ratio.value:.2f} ± {ratio.standard_error:.2f}"
            )
            against = figures.benchmark
            other = "" if against is None else f", benchmark {against.total_return:+.1%}"
            said = f"{kept.run.title}: {figures.sheet.total_return:+.1%} after costs{other}{sharpe}"
            return JobReport(said=said, rows=1)

        return await in_thread(work, tell)


class TuneJob:
    """Searches parameters for the newest table. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Question, seed and folds where a request does not say.
    stores : ResearchStores
        Has the table, and takes trials and the best parameters.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, settings: Settings, stores: ResearchStores, clock: Clock) -> None:
        self._settings = settings
        self._stores = stores
        self._clock = clock

    def check(self, question: JobQuestion) -> None:
        """Look at the question that is to be foretold."""
        way_of(self._settings, question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Try sets of parameters; those that were tried stay kept whatever happens."""
        way, now_ns = way_of(self._settings, question), self._clock.now_ns()
        search = Search(target=way.target.value, horizon=way.horizon, seed=way.seed)
        if question.trials is not None:
            search = Search(
                target=way.target.value,
                horizon=way.horizon,
                seed=way.seed,
                trials=question.trials,
            )

        def work(on_progress: Progress) -> JobReport:
            table = self._stores.tables.get()
            with computing(self._settings) as executor:
                found = tune_and_keep(
                    table,
                    search,
                    self._stores.tunings,
                    created_ns=now_ns,
                    on_progress=on_progress,
                    spread=apart(executor),
                )
            said = (
                f"{found.completed} trials completed and {found.pruned} given up; the best has a mean "
                f"{search.metric} of {found.value:.4f}, the defaults {found.default:.4f}"
            )
            return JobReport(said=said, rows=found.completed)

        return await in_thread(work, tell)
