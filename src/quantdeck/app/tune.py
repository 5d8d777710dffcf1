"""Searches for parameters on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from quantdeck.app.compute_parts import apart, computing
from quantdeck.app.feature_parts import load_own_features
from quantdeck.app.features import features_at
from quantdeck.app.research_places import tunings_of
from quantdeck.app.steps_bar import steps_bar
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.words import counted
from quantdeck.jobs.tune import tune_and_keep
from quantdeck.net.clock import SystemClock
from quantdeck.research.features.table import of_symbols
from quantdeck.research.tuning import Search
from quantdeck.research.tuning.trials import metric_words

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.research.card import Estimate
    from quantdeck.research.tuning import Tuned


@dataclass(frozen=True, slots=True)
class TuneQuestion:
    """What ``quantdeck tune`` is asked for.

    Parameters
    ----------
    source : str or None
        File of a table, or the date of one that is kept; None takes the newest.
    symbols : tuple of str
        As typed; all of the table where empty.
    trials : int
        In all.
    metric : str or None
        What the search goes by; None takes the rank IC, and the AUC where symbols are few.
    target : str or None
        The question; that of the settings where None.
    horizon, seed : int or None
        Likewise.
    folds : int
        Test spans of a trial.
    is_new : bool
        Forget the trials that were made before.
    demo : bool
        Of the demo's folder.
    """

    source: str | None = None
    symbols: tuple[str, ...] = ()
    trials: int = 40
    metric: str | None = None
    target: str | None = None
    horizon: int | None = None
    seed: int | None = None
    folds: int = 5
    is_new: bool = False
    demo: bool = False


FEW_SYMBOLS = 5
"""Fewer have no order worth speaking of."""


def run_tune(settings: Settings, question: TuneQuestion, *, as_json: bool) -> None:
    """Search parameters, keep trials and the best, and print what the search is worth.

    Raises
    ------
    BadInput
        If an option is wrong.
    ConfigError
        If Optuna or LightGBM is not installed.
    NoData
        If there is no table, too little in it, or not the symbol asked for.
    Conflict
        If the same is being searched already.
    StoreError
        If something cannot be read or written.
    """
    load_own_features(settings)
    symbols = tuple(typed_symbol(text) for text in question.symbols)
    table = of_symbols(features_at(settings, question.source, demo=question.demo), symbols)
    chosen = settings.research
    search = Search(
        target=question.target or chosen.target,
        horizon=chosen.horizon if question.horizon is None else question.horizon,
        folds=question.folds,
        seed=chosen.seed if question.seed is None else question.seed,
        metric=question.metric or ("rank_ic" if len(table.symbols) >= FEW_SYMBOLS else "auc"),
        trials=question.trials,
    )
    store = tunings_of(settings, demo=question.demo)
    with steps_bar("searching") as tell, computing(settings) as executor:
        found = tune_and_keep(
            table,
            search,
            store,
            created_ns=SystemClock().now_ns(),
            is_new=question.is_new,
            on_progress=tell,
            spread=apart(executor),
        )
    if as_json:
        text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
        print(text)  # noqa: T201
    else:
        _show(found)


def _show(found: Tuned) -> None:
    console = Console(soft_wrap=True)
    name = metric_words(found.search.metric)
    simulated = " (simulated)" if found.is_simulated else ""
    console.print(
        f"[bold]{counted(found.completed + found.pruned, 'trial')}[/], {found.pruned} given up early; "
        f"search {found.study}, prices of {found.source or 'a file'}{simulated}",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", f"{name} in the search", f"from {found.first_held_out}, which no trial saw"):
        table.add_column(title, justify="right" if title else "left")
    best = f"best, trial {found.number}"
    table.add_row(best, f"{found.value:.4f}", _told(found.held_out))
    table.add_row("defaults", f"{found.default:.4f}", _told(found.held_out_default))
    console.print(table)
    if found.chance is not None:
        console.print(
            f"If parameters did not matter, the best of so many would still be about {found.chance:.4f} "
            f"above their mean of {found.mean:.4f}.",
            highlight=False,
        )
    gain = f"a gain of {_told(found.gain)} on sessions that no trial saw"
    verdict = (
        f"The best is better than the defaults: {gain}."
        if found.helps
        else f"Keep the defaults: the best has {gain}, which may be chance."
    )
    console.print(f"[{'green' if found.helps else 'yellow'}]{verdict}[/]", highlight=False)
    params = ", ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in found.params.items()
    )
    console.print(f"Best: {params}. quantdeck train --tuned takes them.", highlight=False)


def _told(estimate: Estimate) -> str:
    if estimate.value is None:
        return "too little"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.4f}"
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}]"
