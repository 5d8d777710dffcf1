"""Steps of a daily run that make something of the data: features, model, playbook, and their reports."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.daily_inputs import (
    bars_told,
    chains_told,
    code_told,
    daily_bars,
    day_of,
    file_told,
    news_told,
    playbook_of,
    session_in,
    table_of,
    table_told,
)
from quantdeck.app.playbook import STRATEGIES, write_strategies
from quantdeck.app.research_jobs import FeaturesJob, ResearchStores, TrainJob
from quantdeck.app.research_parts import research_stores
from quantdeck.app.research_reports import (
    FEATURES,
    MODELS,
    write_feature_dashboard,
    write_model_dashboard,
)
from quantdeck.app.research_work import in_thread, way_of
from quantdeck.hub.daily_record import daily_runs
from quantdeck.jobs.daily_steps import StepDone
from quantdeck.jobs.playbook import PlaybookRequest, make_and_keep
from quantdeck.jobs.train import take_up
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.history import ActionKind
from quantdeck.ports.jobs import JobQuestion
from quantdeck.research.drift import drift
from quantdeck.research.playbook.outcome import Closed, Fees, IdeaOutcome, outcome_row, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.app.daily_inputs import DailyPlace
    from quantdeck.jobs.daily_steps import Inputs, StepContext
    from quantdeck.model.chains import ExpiryChain
    from quantdeck.ports.history import KeptHistory
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.playbook.entry import Playbook

_REMEMBERED = 5


def _stores(place: DailyPlace) -> ResearchStores:
    return research_stores(place.settings, place.folder, place.records, demo=place.demo)


def features_inputs(place: DailyPlace, at: StepContext) -> Inputs:
    """Return what the table of features is made of."""
    symbols = _let(place, at)
    bars = {s: each for s, each in daily_bars(place, at).items() if s in symbols}
    return {
        "symbols": symbols,
        "bars": bars_told(bars),
        "news": news_told(place),
        "chains": chains_told(place, symbols),
        "code": code_told(place.settings),
    }


def features_stand(place: DailyPlace, result: dict[str, Any]) -> bool:
    """Return whether the newest table is the one that was made."""
    return table_told(place) == result.get("table")


async def features(place: DailyPlace, at: StepContext) -> StepDone:
    """Build the table of the symbols that the gate let through, and keep it.

    Raises
    ------
    NoData
        If none of them has sixty sessions.
    """
    job = FeaturesJob(place.settings, place.folder, _stores(place))
    report = await job.run(JobQuestion(kind="features", symbols=tuple(_let(place, at))), at.tell)
    told = await asyncio.to_thread(table_told, place)
    return StepDone(said=report.said, result={"table": told})


def train_inputs(place: DailyPlace, at: StepContext) -> Inputs:  # noqa: ARG001 - of every step
    """Return what the model is made of."""
    way = way_of(place.settings, JobQuestion(kind="train"))
    return {
        "table": table_told(place),
        "settings": [way.target.value, way.horizon, way.seed, way.folds, dict(way.params or {})],
        "code": code_told(place.settings),
    }


def model_stands(place: DailyPlace, result: dict[str, Any]) -> bool:
    """Return whether the model that was trained is kept."""
    return any(card.id == result.get("model") for card in place.playbooks.models.cards())


async def train(place: DailyPlace, at: StepContext) -> StepDone:
    """Train a model; it is used where nothing speaks against it, else the one in use stays.

    Raises
    ------
    NoData
        If the table has too few sessions.
    ConfigError
        If LightGBM is not installed.
    """
    stores = _stores(place)
    found = await asyncio.to_thread(_left_over, place, stores)
    if found is not None:
        table, card = found
        taken = await asyncio.to_thread(take_up, table, stores.models, card, stores.lists)
        use = "the current model" if taken else "kept, but not the current model"
        return StepDone(
            said=f"{card.id}, which a run that was ended had trained, is {use}",
            result={"model": card.id},
        )
    before = stores.models.current()
    job = TrainJob(place.settings, stores, place.clock, demo=place.demo)
    report = await job.run(JobQuestion(kind="train"), at.tell)
    card = await asyncio.to_thread(_newest_card, stores)
    notes = list(report.failures)
    if stores.models.current() != card.id:
        against = await asyncio.to_thread(_objections, stores, card, before)
        notes.append(f"the model in use stays {before or 'none'}: {'; '.join(against)}")
    return StepDone(said=report.said, result={"model": card.id}, notes=tuple(notes))


# A model that was kept and not recorded, by a run whose process ended in between: training it again would
# add the same model, and its row of the scoreboard, a second time.
def _left_over(place: DailyPlace, stores: ResearchStores) -> tuple[FeatureTable, Card] | None:
    began_ns = [
        step.began_ns
        for run in daily_runs(place.records.due, limit=_REMEMBERED)
        for step in run.steps
        if step.name == "train" and step.state == "failed"
    ]
    table = table_of(place)
    if not began_ns or table is None:
        return None
    way, told = way_of(place.settings, JobQuestion(kind="train")), table.fingerprint()
    for card in stores.models.cards():
        is_same = (card.target, card.horizon, card.seed) == (
            way.target.value,
            way.horizon,
            way.seed,
        )
        if is_same and card.data_hash == told and card.created_ns >= min(began_ns):
            return table, card
    return None


def _objections(stores: ResearchStores, card: Card, before: str | None) -> tuple[str, ...]:
    old = next((each for each in stores.models.cards() if each.id == before), None)
    return drift(card, old, stores.tables.get()).objections


def _newest_card(stores: ResearchStores) -> Card:
    return stores.models.cards()[0]


def playbook_inputs(place: DailyPlace, at: StepContext) -> Inputs:  # noqa: ARG001 - of every step
    """Return what the playbook is made of."""
    table = table_of(place)
    symbols = () if table is None else table.symbols
    return {
        "table": table_told(place),
        "model": place.playbooks.models.current(),
        "chains": chains_told(place, symbols),
        "settings": msgspec.to_builtins(place.settings.playbook),
    }


def playbook_stands(place: DailyPlace, result: dict[str, Any]) -> bool:
    """Return whether the playbook that was made is kept."""
    newest = playbook_of(place)
    return newest is not None and newest.inputs == result.get("inputs")


async def playbook(place: DailyPlace, at: StepContext) -> StepDone:
    """Make the playbook of the newest session, and keep it.

    Raises
    ------
    NoData
        If there is no table, or no symbol has a score.
    """

    def work(on_progress: Callable[[int, int, str], None]) -> Playbook:
        request = PlaybookRequest(
            now_ns=place.clock.now_ns(), tell=lambda text: on_progress(0, 1, text)
        )
        return make_and_keep(place.playbooks, place.settings.playbook.rules(), request)

    made = await in_thread(work, at.tell)
    trades = sum(e.idea is not None and e.idea.size > 0 for e in made.entries)
    model = "no model" if made.model is None else made.model.id
    notes = () if made.model is not None else (f"without a model: {made.model_absent}",)
    return StepDone(
        said=f"session {made.session}: {trades} trades of {len(made.entries)} symbols by {model}",
        result={"session": made.session, "inputs": made.inputs},
        notes=notes,
    )


def evaluate_inputs(place: DailyPlace, at: StepContext) -> Inputs:
    """Return what the marking of the last trades depends on."""
    now, before = _newest_two(place)
    if now is None or before is None:
        return {"playbook": None}
    symbols = [each.symbol for each in before.entries]
    bars = {s: each for s, each in daily_bars(place, at).items() if s in symbols}
    return {
        "playbook": before.inputs,
        "session": now.session,
        "bars": bars_told(bars),
        "chains": chains_told(place, symbols),
        "settings": msgspec.to_builtins(place.settings.paper),
    }


def evaluated_stands(place: DailyPlace, result: dict[str, Any]) -> bool:
    """Return whether the rows that were added to the scoreboard are in it."""
    if not result.get("rows"):
        return True
    return any(row.get("run") == result["run"] for row in place.lists.rows("scoreboard"))


async def evaluate(place: DailyPlace, at: StepContext) -> StepDone:
    """Mark the trades of the playbook before at the newest close, a row each on the scoreboard.

    Raises
    ------
    StoreError
        If the scoreboard cannot be written.
    """
    return await asyncio.to_thread(_evaluated, place, at)


def _evaluated(place: DailyPlace, at: StepContext) -> StepDone:
    now, before = _newest_two(place)
    if now is None or before is None:
        return StepDone(said="there is no playbook of an earlier session yet", is_whole=False)
    day = date.fromisoformat(now.session)
    settings = place.settings.paper
    fees = Fees(settings.commission_contract, settings.commission_share, settings.slippage_bp)
    bars = daily_bars(place, at)
    closed = {
        each.symbol: _closed(place, bars.get(each.symbol), each.symbol, before, day)
        for each in before.entries
        if each.idea is not None
    }
    found = outcomes(before, closed, day, fees)
    run = f"playbook-{before.session}"
    rows = [outcome_row(each, before, day) for each in found if each.pnl is not None]
    place.lists.put("scoreboard", run, rows)
    told = sum(each.pnl for each in found if each.pnl is not None)
    said = f"{len(rows)} of {len(found)} trades of {before.session} at the close of {now.session}"
    return StepDone(
        said=f"{said}: {told:+,.2f}" if rows else said,
        result={
            "run": run,
            "rows": len(rows),
            "before": before.session,
            "outcomes": msgspec.to_builtins(found),
        },
        notes=tuple(f"{each.symbol} {each.why}" for each in found if each.pnl is None),
        # Of what could not be told today, more may be known in an hour.
        is_whole=len(rows) == len(found),
    )


def outcomes_in(result: dict[str, Any]) -> list[IdeaOutcome]:
    """Return the outcomes that an evaluation left for the steps behind it."""
    return msgspec.convert(result.get("outcomes", []), list[IdeaOutcome])


def _newest_two(place: DailyPlace) -> tuple[Playbook | None, Playbook | None]:
    now = playbook_of(place)
    return now, None if now is None else playbook_of(place, before=now.session)


def _closed(
    place: DailyPlace, kept: KeptHistory | None, symbol: str, before: Playbook, day: date
) -> Closed:
    if kept is None:
        return Closed(None)
    history = place.bars.read(symbol, "1d", source=kept.source)
    at = {day_of(int(row["start_ns"])): float(row["close"]) for row in history.rows[-5:]}
    shares, dividends = 1.0, 0.0
    for action in history.actions:
        if not before.session < session_in(action.ex_ns) <= day.isoformat():
            continue
        if action.kind is ActionKind.SPLIT:
            shares *= action.value
        else:
            dividends += action.value * shares
    return Closed(at.get(day), shares, dividends, _chains(place, symbol, day))


# The newest that was taken while the prices of that session stood.
def _chains(place: DailyPlace, symbol: str, day: date) -> tuple[ExpiryChain, ...]:
    for stored in place.chains.snapshots(underlying=symbol):
        if us_sessions().trade_date(stored.taken_ns) == day:
            with suppress(NoData, StoreError):
                return place.chains.read(stored).chains
    return ()


def reports_inputs(place: DailyPlace, at: StepContext) -> Inputs:  # noqa: ARG001 - of every step
    """Return what the reports tell of."""
    newest = playbook_of(place)
    return {
        "playbook": "" if newest is None else newest.inputs,
        "models": [place.playbooks.models.current(), len(place.playbooks.models.cards())],
        "scoreboard": file_told(place.lists.path("scoreboard")),
        "table": table_told(place),
    }


def reports_stand(place: DailyPlace, result: dict[str, Any]) -> bool:
    """Return whether the files are there."""
    return all((place.reports / name).is_file() for name in result.get("files", ()))


async def reports(place: DailyPlace, at: StepContext) -> StepDone:  # noqa: ARG001 - of every step
    """Write the dashboards and the odds of the trades.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    return await asyncio.to_thread(_written, place)


def _written(place: DailyPlace) -> StepDone:
    files = [MODELS]
    write_model_dashboard(place.settings, demo=place.demo)
    with suppress(NoData, BadInput):
        write_feature_dashboard(place.settings, None, demo=place.demo)
        files.append(FEATURES)
    newest = playbook_of(place)
    if newest is not None and write_strategies(place.settings, newest, demo=place.demo):
        files.append(STRATEGIES)
    return StepDone(said=f"{', '.join(files)} in {place.reports}", result={"files": files})


def _let(place: DailyPlace, at: StepContext) -> list[str]:
    told = at.results.get("quality", {}).get("symbols")
    return list(daily_bars(place, at)) if told is None else list(told)
