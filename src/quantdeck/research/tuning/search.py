"""The search itself: Optuna proposes, a walk forward judges, and sessions held out have the last word.

Optuna is part of the extra ``quantdeck[ml]`` and is imported on first use.
"""

from __future__ import annotations

import statistics
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.errors import BadInput, ConfigError, TooLittleData
from quantdeck.research.boosting import DEFAULTS, checked
from quantdeck.research.features.table import part_of
from quantdeck.research.folds import Rows, scored
from quantdeck.research.judge import gain_of, judge, quick_figure
from quantdeck.research.labels import Target, labels
from quantdeck.research.pairs.overfit import expected_best_sharpe
from quantdeck.research.schemes import Way, splits_of
from quantdeck.research.splits import Split, default_embargo
from quantdeck.research.tuning.trials import METRICS, Trial, TrialState, Tuned, study_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quantdeck.model.spread import Spread
    from quantdeck.research.boosting import Params
    from quantdeck.research.card import Estimate
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.predictions import Predictions
    from quantdeck.research.tuning.trials import Search

    Keep = Callable[[Trial], None]
    Progress = Callable[[int, int, str], None]

_FEWEST_LEAF, _MOST_LEAF = 20, 2_000
_STARTS = 8
_MOST_TRIALS = 2_000
_HELD_OUT = (0.05, 0.5)


def tune(  # noqa: PLR0913 - who works and who is told are no part of the search
    table: FeatureTable,
    search: Search,
    *,
    earlier: Sequence[Trial] = (),
    on_trial: Keep = lambda _: None,
    on_progress: Progress | None = None,
    created_ns: int = 0,
    spread: Spread | None = None,
) -> Tuned:
    """Return the best parameters of a number of trials.

    Parameters
    ----------
    table : FeatureTable
        What is learnt from.
    search : Search
        What is searched for.
    earlier : sequence of Trial
        Those of the same study that were made before: the search goes on after them, to the same end as
        if it had never stopped.
    on_trial : callable
        Takes each trial as it ends, to be kept.
    on_progress : callable or None
        Takes trials made, trials in all, and what is being done; what it raises ends the search.
    created_ns : int
        The time, UTC. [ns]
    spread : Spread or None
        Fits the folds of a trial at the same time, and those of all trials that are proposed without a
        look at others; a fold of a trial that is given up is fitted in vain then. None fits one after the
        other. The trials are the same.

    Returns
    -------
    Tuned
        The same for the same table and search.

    Raises
    ------
    BadInput
        If the search cannot be.
    TooLittleData
        If sessions or symbols do not suffice to judge a trial.
    ConfigError
        If Optuna or LightGBM is not installed.

    Notes
    -----
    Tree-structured Parzen estimators propose; a trial is given up after the second test span where its
    mean so far is below the median of the trials before it. Source: J. Bergstra and others, Algorithms
    for Hyper-Parameter Optimization (2011). How much the best of many is above the others by luck alone
    is told by `quantdeck.research.pairs.overfit.expected_best_sharpe`, trials taken for independent.
    """
    _check(search)
    optuna = _optuna()
    start = round(len(table.sessions) * (1.0 - search.held_out))
    seen = part_of(table, slice(0, start))
    trials = list(earlier)
    span = _Span(seen, search)
    study = optuna.create_study(
        direction="maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )
    space = _space(optuna, len(span.rows))
    for trial in trials:
        study.add_trial(_frozen(optuna, trial, space))
    while len(trials) < search.trials:
        # As long as proposals are drawn, none waits for what came of another.
        end = min(_STARTS, search.trials) if spread is not None and len(trials) < _STARTS else 0
        numbers = range(len(trials), max(len(trials) + 1, end))
        asked = [_proposed(optuna, study, space, span, number=number) for number in numbers]
        values = span.scores([dict(each.params) for each in asked], spread)
        for number, one, of_folds in zip(numbers, asked, values, strict=True):
            made = _judged(optuna, study, one, of_folds, number=number, folds=len(span.splits))
            trials.append(made)
            on_trial(made)
            if on_progress is not None:
                on_progress(len(trials), search.trials, _said(made, trials, search))
    return _told(table, search, trials, start=start, created_ns=created_ns)


def _check(search: Search) -> None:
    if search.metric not in METRICS:
        raise BadInput(
            f"a search goes by {' or '.join(METRICS)}, was {search.metric!r}", field="metric"
        )
    if not 1 <= search.trials <= _MOST_TRIALS:
        raise BadInput(
            f"a search has 1 to {_MOST_TRIALS:,} trials, was {search.trials}", field="trials"
        )
    if not _HELD_OUT[0] <= search.held_out <= _HELD_OUT[1]:
        raise BadInput(
            f"{_HELD_OUT[0]:g} to {_HELD_OUT[1]:g} of the sessions are held out, "
            f"was {search.held_out:g}",
            field="held_out",
        )


class _Span:
    """The sessions that trials are judged on, with their rows and splits."""

    def __init__(self, table: FeatureTable, search: Search) -> None:
        self.search = search
        way = _way(search)
        self.rows = Rows.of(table, labels(table, target=way.target, horizon=way.horizon))
        self.splits = splits_of(table, way)
        if not self.splits:
            raise TooLittleData(
                f"a search needs sessions enough to train and test on; {len(table.sessions)} are left "
                "after those held out"
            )

    def scores(
        self, params: Sequence[dict[str, Any]], spread: Spread | None
    ) -> list[Iterator[float]]:
        folds = range(len(self.splits))
        if spread is None:
            return [map(partial(_value, self), [(each, at) for at in folds]) for each in params]
        items = [(each, at) for each in params for at in folds]
        found = iter(spread(_value, items, self))
        return [iter([next(found) for _ in folds]) for _ in params]


def _value(span: _Span, item: tuple[dict[str, Any], int]) -> float:
    params, fold = item
    chosen = checked(params, rows=len(span.rows))
    told = _scored(span.rows, span.splits[fold], chosen, span.search)
    value = quick_figure(told, span.search.metric)
    if value is None:
        raise TooLittleData(
            "a test span of the search is too short to be judged: 100 rows, 10 of each answer, "
            "and for the rank IC 20 sessions of 5 symbols; take fewer folds, more sessions or "
            "the AUC"
        )
    return value


def _proposed(optuna: Any, study: Any, space: dict[str, Any], span: _Span, *, number: int) -> Any:
    # A sampler of its own for each trial: where a search was interrupted makes no difference then.
    seed = span.search.seed + 7_919 * number
    study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_STARTS)
    if number == 0:
        study.enqueue_trial({name: DEFAULTS[name] for name in space} | _leaf(space))
    return study.ask(space)


def _judged(
    optuna: Any, study: Any, asked: Any, values: Iterator[float], *, number: int, folds: int
) -> Trial:
    known: list[float] = []
    state = TrialState.COMPLETE
    for value in values:
        known.append(value)
        asked.report(sum(known) / len(known), len(known) - 1)
        if len(known) < folds and asked.should_prune():
            state = TrialState.PRUNED
            break
    made = Trial(number, dict(asked.params), state, tuple(known))
    if state is TrialState.PRUNED:
        study.tell(asked, state=optuna.trial.TrialState.PRUNED)
    else:
        study.tell(asked, made.value)
    return made


def _leaf(space: dict[str, Any]) -> dict[str, int]:
    within = space["min_data_in_leaf"]
    default = int(DEFAULTS["min_data_in_leaf"])
    return {"min_data_in_leaf": max(within.low, min(default, within.high))}


def _space(optuna: Any, rows: int) -> dict[str, Any]:
    whole, real = optuna.distributions.IntDistribution, optuna.distributions.FloatDistribution
    most = max(_FEWEST_LEAF + 1, min(_MOST_LEAF, rows // 20))
    return {
        "num_iterations": whole(20, 200, log=True),
        "learning_rate": real(0.01, 0.1, log=True),
        "num_leaves": whole(4, 63, log=True),
        "min_data_in_leaf": whole(_FEWEST_LEAF, most, log=True),
        "feature_fraction": real(0.3, 1.0),
        "bagging_fraction": real(0.4, 1.0),
        "lambda_l2": real(0.1, 100.0, log=True),
    }


def _frozen(optuna: Any, trial: Trial, space: dict[str, Any]) -> Any:
    states = optuna.trial.TrialState
    means = [sum(trial.folds[: at + 1]) / (at + 1) for at in range(len(trial.folds))]
    is_complete = trial.state is TrialState.COMPLETE
    return optuna.trial.create_trial(
        state=states.COMPLETE if is_complete else states.PRUNED,
        # What Optuna itself takes for the value of a trial that was given up.
        value=trial.value if is_complete else means[-1],
        params=dict(trial.params),
        distributions=space,
        intermediate_values=dict(enumerate(means)),
    )


def _scored(rows: Rows, split: Split, params: Params, search: Search) -> Predictions:
    found = scored(rows, split, params, seed=search.seed)
    if found is None:
        raise TooLittleData(
            "a test span of the search has answers of one kind only; take fewer folds or more sessions"
        )
    return found[0]


def _told(
    table: FeatureTable, search: Search, trials: list[Trial], *, start: int, created_ns: int
) -> Tuned:
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    best = max(complete, key=lambda trial: (trial.value, -trial.number))
    values = [trial.value for trial in complete]
    chance = None
    if len(values) > 1:
        chance = expected_best_sharpe(len(trials), statistics.stdev(values))
    rows = Rows.of(table, labels(table, target=Target(search.target), horizon=search.horizon))
    split = _last_split(len(table.sessions), start, search.horizon)

    def said(params: dict[str, Any]) -> Predictions:
        return _scored(rows, split, checked(params, rows=len(rows)), search)

    def judged(told: Predictions) -> Estimate:
        found = judge(told, table, scheme="", seed=search.seed, horizon=search.horizon)
        return found.rank_ic if search.metric == "rank_ic" else found.auc

    mine, default = said(best.params), said(trials[0].params)
    gain = gain_of(mine, default, search.metric, seed=search.seed, horizon=search.horizon)
    return Tuned(
        study=study_id(table, search),
        created_ns=created_ns,
        search=search,
        params=best.params,
        number=best.number,
        value=best.value,
        default=trials[0].value,
        chance=chance,
        mean=statistics.fmean(values),
        completed=len(complete),
        pruned=len(trials) - len(complete),
        held_out=judged(mine),
        held_out_default=judged(default),
        gain=gain,
        first_held_out=_date(table, start),
        last_held_out=_date(table, -1),
        data_hash=table.fingerprint(),
        source=table.source,
        is_simulated=table.is_simulated,
    )


def _last_split(sessions: int, start: int, horizon: int) -> Split:
    every = np.arange(sessions)
    embargo = default_embargo(sessions)
    return Split(every + horizon + embargo < start, every >= start, "held out")


def _way(search: Search) -> Way:
    return Way(
        target=Target(search.target), horizon=search.horizon, seed=search.seed, folds=search.folds
    )


def _said(made: Trial, trials: list[Trial], search: Search) -> str:
    best = max(
        (trial for trial in trials if trial.state is TrialState.COMPLETE),
        key=lambda trial: trial.value,
    )
    name = "rank IC" if search.metric == "rank_ic" else "AUC"
    how = "given up early" if made.state is TrialState.PRUNED else f"{name} {made.value:.4f}"
    return f"trial {made.number}: {how}; best {best.value:.4f} of trial {best.number}"


def _date(table: FeatureTable, session: int) -> str:
    return str(table.sessions[session].astype("datetime64[ns]"))[:10]


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise ConfigError(
            "searching parameters needs Optuna: install it with pip install 'quantdeck[ml]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
