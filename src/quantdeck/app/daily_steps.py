"""The steps of a daily run, in order, with what each of them needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from quantdeck.app import daily_market as market
from quantdeck.app import daily_notice as notice
from quantdeck.app import daily_research as research
from quantdeck.jobs.daily import Daily
from quantdeck.jobs.daily_steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.daily_inputs import DailyPlace
    from quantdeck.jobs.daily_steps import StepContext, StepDone


def daily_of(
    place: DailyPlace,
    *,
    db_file: Path | None = None,
    has_copy: bool = True,
    has_console: bool = False,
) -> Daily:
    """Return the daily run of a data folder.

    Parameters
    ----------
    place : DailyPlace
        Where it works.
    db_file : Path or None
        The copy as SQLite; that of the data folder where None.
    has_copy : bool
        Whether the copy is brought into step.
    has_console : bool
        Whether its message goes to the channel ``console`` as well.
    """
    return Daily(
        _steps(place, db_file, has_copy=has_copy, has_console=has_console),
        place.records.due,
        clock=place.clock,
    )


def _steps(
    place: DailyPlace, db_file: Path | None, *, has_copy: bool, has_console: bool
) -> list[Step]:
    async def copy(_: StepContext) -> StepDone:
        return await market.copy(place, db_file)

    preflight = Step(
        name="preflight",
        title="asking the vendors",
        needs=(),
        work=partial(market.preflight, place),
    )
    collect = Step(
        name="collect",
        title="collecting",
        needs=("preflight",),
        work=partial(market.collect, place),
        inputs=partial(market.collect_inputs, place),
        stands=lambda result: market.collected_stands(place, dict(result)),
    )
    sqlite = Step(name="sqlite", title="copying to SQLite", needs=("collect",), work=copy)
    return [
        *((preflight,) if place.settings.daily.preflight else ()),
        collect,
        *((sqlite,) if has_copy else ()),
        Step(
            name="quality",
            title="looking at the bars",
            needs=("collect",),
            work=partial(market.quality, place),
            inputs=partial(market.quality_inputs, place),
        ),
        Step(
            name="detect",
            title="looking for what is out of the ordinary",
            needs=("collect",),
            work=partial(notice.detect, place),
        ),
        *_making(place),
        Step(
            name="notify",
            title="telling",
            needs=(),
            work=partial(notice.notify, place, has_console=has_console),
            is_last_word=True,
        ),
    ]


def _making(place: DailyPlace) -> list[Step]:
    return [
        Step(
            name="features",
            title="building features",
            needs=("quality",),
            work=partial(research.features, place),
            inputs=partial(research.features_inputs, place),
            stands=lambda result: research.features_stand(place, dict(result)),
        ),
        Step(
            name="train",
            title="training",
            needs=("features",),
            work=partial(research.train, place),
            inputs=partial(research.train_inputs, place),
            stands=lambda result: research.model_stands(place, dict(result)),
        ),
        # The model in use will do where a new one cannot be had.
        Step(
            name="playbook",
            title="making the playbook",
            needs=("features",),
            work=partial(research.playbook, place),
            inputs=partial(research.playbook_inputs, place),
            stands=lambda result: research.playbook_stands(place, dict(result)),
        ),
        Step(
            name="evaluate",
            title="marking the last trades",
            needs=("playbook",),
            work=partial(research.evaluate, place),
            inputs=partial(research.evaluate_inputs, place),
            stands=lambda result: research.evaluated_stands(place, dict(result)),
        ),
        Step(
            name="reports",
            title="writing reports",
            needs=("playbook",),
            work=partial(research.reports, place),
            inputs=partial(research.reports_inputs, place),
            stands=lambda result: research.reports_stand(place, dict(result)),
        ),
    ]
