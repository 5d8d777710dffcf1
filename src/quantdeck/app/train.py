"""Training for the command line: the table, the way, the model that is kept, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
from rich.console import Console

from quantdeck.app.features import features_at
from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.research_reports import MODELS, write_model_dashboard
from quantdeck.app.train_text import show_report
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.jobs.train import train_and_keep
from quantdeck.model.errors import BadInput, StoreError
from quantdeck.net.clock import SystemClock
from quantdeck.records.models import FOLDER, FolderModels
from quantdeck.records.report_lists import FolderLists
from quantdeck.records.tunings import TuningFolder
from quantdeck.research.features.table import of_symbols
from quantdeck.research.labels import Target
from quantdeck.research.schemes import Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.train import TrainReport
    from quantdeck.research.schemes import Scheme

RESEARCH = "research"
"""Below the folder of the tape: what is left of searches and audits."""
EXIT_OBJECTED = 5
"""Exit code where a model was kept that should be looked at before it is used."""


@dataclass(frozen=True, slots=True)
class TrainQuestion:
    """What ``quantdeck train`` is asked for; None takes the settings.

    Parameters
    ----------
    table : str or None
        File of features, name of a table that is kept, or the newest.
    symbols : tuple of str
        As typed; all of the table where empty.
    target : str or None
        up or beats_median.
    horizon, seed, folds : int or None
        As of `quantdeck.research.schemes.Way`.
    scheme : str
        How sessions are split.
    is_cv : bool
        Judge by all folds.
    params : tuple of str
        Such as ``num_leaves=31``.
    is_tuned : bool
        Begin with the parameters that ``quantdeck tune`` found.
    is_forced : bool
        Use the model whatever speaks against it.
    demo : bool
        Of the demo's folder.
    """

    table: str | None = None
    symbols: tuple[str, ...] = ()
    target: str | None = None
    horizon: int | None = None
    seed: int | None = None
    folds: int | None = None
    scheme: str = "walk_forward"
    is_cv: bool = False
    params: tuple[str, ...] = ()
    is_tuned: bool = False
    is_forced: bool = False
    demo: bool = False


def way_of(settings: Settings, question: TrainQuestion | None = None) -> Way:
    """Return how a model is trained: as asked, and else as the settings say.

    Parameters
    ----------
    settings : Settings
        Section ``research``.
    question : TrainQuestion or None
        What is asked for.

    Returns
    -------
    Way

    Raises
    ------
    BadInput
        If a target or a parameter cannot be.
    """
    asked, known = question or TrainQuestion(is_cv=True), settings.research
    target = asked.target or known.target
    if target not in list(Target):
        raise BadInput(
            f"--target {target!r} is not known; there are {', '.join(Target)}", field="target"
        )
    return Way(
        target=Target(target),
        horizon=known.horizon if asked.horizon is None else asked.horizon,
        params=dict(known.params) | _params(asked.params),
        seed=known.seed if asked.seed is None else asked.seed,
        folds=known.folds if asked.folds is None else asked.folds,
        scheme=cast("Scheme", asked.scheme.replace("-", "_")),
        is_quick=not asked.is_cv,
    )


def models_of(settings: Settings, *, demo: bool) -> FolderModels:
    """Return the models of a data folder.

    Parameters
    ----------
    settings : Settings
        Names the folder.
    demo : bool
        Those of simulated prices.

    Returns
    -------
    FolderModels
    """
    return FolderModels(tape_folder(settings, demo=demo) / FOLDER)


def run_train(settings: Settings, question: TrainQuestion, *, as_json: bool) -> int:
    """Train a model, keep it, print its card, and return the exit code.

    Parameters
    ----------
    settings : Settings
        Folders, and what is not asked for.
    question : TrainQuestion
        What is.
    as_json : bool
        Print JSON instead of tables.

    Returns
    -------
    int
        0, or `EXIT_OBJECTED` where the model was kept and is not the one in use.

    Raises
    ------
    BadInput
        If an argument or the table is wrong.
    ConfigError
        If LightGBM is not installed.
    NoData
        If there is no table, or too little in it.
    StoreError
        If the disk refuses.
    """
    way, tuning = way_of(settings, question), ""
    if question.is_tuned:
        way, tuning = _tuned(settings, way, demo=question.demo)
    symbols = tuple(typed_symbol(text) for text in question.symbols)
    table = of_symbols(features_at(settings, question.table, demo=question.demo), symbols)
    console = Console(stderr=True)
    with console.status("training") as status:

        def tell(done: int, of: int, words: str) -> None:
            status.update(f"training {words}: {done:,} of {of:,} trees")

        report = train_and_keep(
            table,
            models_of(settings, demo=question.demo),
            way,
            created_ns=SystemClock().now_ns(),
            is_forced=question.is_forced,
            tuning=tuning,
            lists=FolderLists(reports_folder(settings, demo=question.demo)),
            on_progress=tell,
        )
    if as_json:
        print(json.dumps(plain(report), indent=2))  # noqa: T201
    else:
        show_report(report)
    for failure in (*report.failures, *_told(settings, demo=question.demo)):
        console.print(f"quantdeck: {failure}", highlight=False, markup=False)
    return 0 if report.is_current else EXIT_OBJECTED


def _told(settings: Settings, *, demo: bool) -> list[str]:
    # The model is kept: a report that cannot be written is no reason to say that training failed.
    try:
        write_model_dashboard(settings, demo=demo)
    except StoreError as error:
        return [f"{MODELS} was not written: {error}"]
    return []


def plain(report: TrainReport) -> dict[str, Any]:
    """Return what is printed of a training as JSON: card, and whether it is in use and why not."""
    return {
        "card": msgspec.to_builtins(report.card),
        "is_current": report.is_current,
        "against": report.drift.against or None,
        "objections": list(report.drift.objections),
        "notes": list(report.drift.notes),
        "failures": list(report.failures),
    }


def _params(given: Sequence[str]) -> dict[str, float | bool]:
    found: dict[str, float | bool] = {}
    for text in given:
        name, sign, value = text.partition("=")
        words = {"true": True, "false": False}
        try:
            known = words.get(value.strip().lower())
            found[name.strip()] = float(value) if known is None else known
        except ValueError as error:
            raise BadInput(
                f"--params takes name=number, such as num_leaves=31, was {text!r}", field="params"
            ) from error
        if not sign or not np.isfinite(found[name.strip()]):
            raise BadInput(
                f"--params takes name=number, such as num_leaves=31, was {text!r}", field="params"
            )
    return found


def _tuned(settings: Settings, way: Way, *, demo: bool) -> tuple[Way, str]:
    found = TuningFolder(tape_folder(settings, demo=demo) / RESEARCH).get()
    asked = (found.search.target, found.search.horizon)
    if asked != (way.target.value, way.horizon):
        raise BadInput(
            f"the newest search was for {asked[0]} after {asked[1]}, and the model is to answer "
            f"{way.target.value} after {way.horizon}; search anew with quantdeck tune"
        )
    return replace(way, params={**found.params, **dict(way.params or {})}), found.text
