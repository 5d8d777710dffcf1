"""Searches for parameters, keeping every trial, and goes on where an earlier search of the same stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.research.tuning import study_id, tune

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.model.spread import Spread
    from quantdeck.ports.models import TuningStore
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.tuning import Search, Trial, Tuned

    Progress = Callable[[int, int, str], None]


def tune_and_keep(  # noqa: PLR0913 - who works and who is told are no part of the search
    table: FeatureTable,
    search: Search,
    store: TuningStore,
    *,
    created_ns: int,
    is_new: bool = False,
    on_progress: Progress | None = None,
    spread: Spread | None = None,
) -> Tuned:
    """Search parameters of a table; takes minutes, so call it in a thread.

    Parameters
    ----------
    table : FeatureTable
        What is learnt from.
    search : Search
        What is searched for.
    store : TuningStore
        Keeps trials, and the best.
    created_ns : int
        The time, UTC. [ns]
    is_new : bool
        Forget the trials that were made before.
    on_progress : callable or None
        Takes trials made, trials in all, and what is being done; what it raises ends the search, and the
        trials that were made are kept.
    spread : Spread or None
        Who fits; as `quantdeck.research.tuning.tune`.

    Returns
    -------
    Tuned
        As it is kept.

    Raises
    ------
    BadInput, TooLittleData, ConfigError
        As `quantdeck.research.tuning.tune`.
    Conflict
        If another process searches the same.
    StoreError
        If the disk refuses.
    """
    study = study_id(table, search)
    with store.alone(study):
        trials = [] if is_new else store.trials(study)

        def keep(trial: Trial) -> None:
            trials.append(trial)
            store.keep(study, trials)

        earlier = tuple(trials[: search.trials])
        if on_progress is not None and earlier:
            made = f"{len(earlier)} trials were made before"
            on_progress(len(earlier), search.trials, made)
        found = tune(
            table,
            search,
            earlier=earlier,
            on_trial=keep,
            on_progress=on_progress,
            created_ns=created_ns,
            spread=None if spread is None else _ended_by(spread, on_progress, trials, search),
        )
        store.put(found)
    return found


# A cancelled search is not to wait for a trial that others work on.
def _ended_by(
    spread: Spread, on_progress: Progress | None, trials: list[Trial], search: Search
) -> Spread:
    def fitted(function: Any, items: Any, common: Any, **_: Any) -> Any:
        def told(_share: float) -> None:
            if on_progress is not None:
                on_progress(len(trials), search.trials, f"fitting {len(items)} folds")

        return spread(function, items, common, on_progress=told)

    return fitted
