"""What each panel of the Boxes page shows, asked of the box desk."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.boxes import (
    ExpiryRate,
    Side,
    Status,
    fit_curve,
    plan_boxes,
)
from quantdeck.hub.box_filters import filtered, limits_of
from quantdeck.hub.page_jobs import PageJobs
from quantdeck.live.staleness import age_of
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import NoData
from quantdeck.model.instruments import root_of
from quantdeck.views import box_tables, boxes
from quantdeck.views.box_desk import DeskFigures, desk_payload, history_payload
from quantdeck.views.box_plan import plan_payload
from quantdeck.views.box_run_panels import KINDS
from quantdeck.views.boxes import RateLine
from quantdeck.views.boxes_page import NO_DESK, NO_REPLAY, BoxChoices
from quantdeck.views.figures import duration_text
from quantdeck.views.payloads import CurvePayload, LinesPayload, Mode, RowsPayload, SurfacePayload
from quantdeck.views.state import Standing, empty_state, panel_state, steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from quantdeck.analytics.types import FloatArray
    from quantdeck.hub.box_desk import BoxDesk
    from quantdeck.hub.box_views import ChainStudy, RateView
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.live.box_book import ChainKey
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]
    Answer = Callable[[BoxDesk, Params], Payload]

HISTORY = "boxes.history"
"""The one topic of rates that the store must be read for."""

_TABLE_ROWS = 40
# A surface is a hundred times the size of a table, and its shape changes slowly.
_NEW_SURFACE_NS = 5_000_000_000
_SURFACES = 12
_FITTED_POINTS = 120
_NEW_HISTORY_NS = 10_000_000_000
_HISTORY_DAYS = 30
_LOOKED_AT_DAYS = 28
_RUN = "From the snapshots of option chains that are kept, by the rules as they are now."


class BoxAnswers:
    """Answers topics of the Boxes page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose desk is asked.
    jobs : JobDesk
        Computes the history anew.
    """

    def __init__(self, machine: Machine, jobs: JobDesk) -> None:
        self._machine = machine
        self._runs = PageJobs(machine, jobs, "boxes", KINDS, said=_RUN)
        self._surfaces: dict[tuple[tuple[str, str], ...], tuple[int, SurfacePayload]] = {}
        self._answers: dict[str, Answer] = {
            "boxes.curve": self._curve,
            "boxes.best": self._best,
            "boxes.desk": self._desk,
            "boxes.expiries": self._expiries,
            "boxes.top": self._top,
            "boxes.surface": self._surface,
            "boxes.skew": self._skew,
            "boxes.plan": self._plan,
            "boxes.flags": self._flags,
        }

    @property
    def layout(self) -> int:
        """Changes when other contracts are listed."""
        desk = self._machine.desk
        return 0 if desk is None else desk.book.layout

    def choices(self) -> BoxChoices:
        """Return what there is to choose from on the page."""
        desk = self._machine.desk
        if desk is None:
            return BoxChoices()
        rules = desk.parts.rules
        keys = sorted(desk.book.listed(), key=lambda key: (key[1], key[0]))
        return BoxChoices(
            roots=tuple(sorted({root for root, _ in keys})),
            expiries=tuple(f"{root} {expiry}" for root, expiry in keys),
            expiry=self._first_looked_at(keys),
            prices=rules.price_selector.value,
            benchmark="" if desk.parts.benchmark is None else desk.parts.benchmark.title,
            **limits_of(rules),
        )

    def _without_desk(self, name: str) -> Payload:
        reason = NO_REPLAY if self._machine.mode is Mode.REPLAY else NO_DESK
        return _nothing(name, empty_state(steady_state(self._standing()), reason))

    def _first_looked_at(self, keys: Sequence[ChainKey]) -> str:
        # Nearer ones say little: a tick is worth more than what boxes differ by.
        soon = datetime.fromtimestamp(self._machine.clock.now_ns() / 1e9, UTC).date()
        later = [key for key in keys if key[1] - soon >= timedelta(days=_LOOKED_AT_DAYS)]
        return " ".join(map(str, (later or keys)[0])) if keys else ""

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        desk = self._machine.desk
        if name in self._runs.topics:
            return self._runs.revision()
        if desk is None:
            return None
        if name == HISTORY:
            return self._machine.clock.now_ns() // _NEW_HISTORY_NS, self._runs.ended
        return desk.revision

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic, or None where the store must be read.

        Raises
        ------
        NoData
            If there is no such expiry.
        """
        desk = self._machine.desk
        if name in self._runs.topics:
            return self._runs.quick(name)
        if desk is None:
            return self._without_desk(name)
        return None if name == HISTORY else self._answers[name](desk, params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Return the history of constant tenors, or the runs."""
        if name in self._runs.topics:
            return await self._runs.slow(name)
        desk = self._machine.desk
        if desk is None:
            return self._without_desk(name)
        since = self._machine.clock.now_ns() - _HISTORY_DAYS * 86_400_000_000_000
        table = await asyncio.to_thread(desk.parts.store.rates, kind="tenor", start_ns=since)
        roots: list[str] = table.column("root").to_pylist()
        wanted = params["root"] if params["root"] != "all" else _longest(roots)
        kept = np.array([root == wanted for root in roots], dtype=bool)
        times, days, rates = (
            table.column(name).to_numpy()[kept] for name in ("ts_ns", "tenor_days", "rate_mid")
        )
        return history_payload(times, days, rates, self._state(desk))

    def _curve(self, desk: BoxDesk, params: Params) -> CurvePayload:
        rates = _of_root(self._view(desk, params).rates(), params)
        benchmark = desk.parts.benchmark
        state = self._state(desk)
        return boxes.curve_payload(rates, state, fitted=_fitted(rates), benchmark=benchmark)

    def _best(self, desk: BoxDesk, params: Params) -> RowsPayload:
        rates = _of_root(self._view(desk, params).rates(), params)
        return box_tables.best_payload(rates, self._state(desk))

    def _desk(self, desk: BoxDesk, _: Params) -> RowsPayload:
        rates = desk.view().rates()
        now_ns = self._machine.clock.now_ns()
        taken = desk.snapshot_ns
        prices, note = _prices(desk, rates, now_ns)
        figures = DeskFigures(
            prices=prices,
            price_note=note,
            source=desk.source,
            feed=desk.feed,
            contracts=desk.watched(),
            budget=desk.budget,
            quotes_per_s=self._per_second(desk),
            snapshot_age_s=None if taken is None else max(0.0, (now_ns - taken) / 1e9),
            expiries=len(rates),
            with_rate=sum(rate.status is Status.OK for rate in rates),
            flagged=sum(rate.quotes_flagged for rate in rates),
            slowest_s=desk.slowest_s,
        )
        return desk_payload(figures, self._state(desk))

    def _expiries(self, desk: BoxDesk, params: Params) -> RowsPayload:
        studies = [s for s in self._view(desk, params).studies.values() if _is_of(s.rate, params)]
        studies.sort(key=lambda study: (study.rate.expiry, study.rate.root))
        return box_tables.expiries_payload(
            [study.rate for study in studies],
            self._state(desk),
            benchmark=desk.parts.benchmark,
            oldest_s=[study.oldest_s for study in studies],
        )

    def _top(self, desk: BoxDesk, params: Params) -> RowsPayload:
        view = self._view(desk, params)
        studies = [s for s in view.studies.values() if _is_of(s.rate, params)]
        lend = sorted((b for s in studies for b in s.lend), key=lambda box: -box.rate)
        borrow = sorted((b for s in studies for b in s.borrow), key=lambda box: box.rate)
        side = params["side"]
        share = _TABLE_ROWS // 2 if side == "both" else _TABLE_ROWS
        chosen = [] if side == "borrow" else lend[:share]
        chosen += [] if side == "lend" else borrow[:share]
        return box_tables.top_payload(chosen, view.rates(), self._state(desk))

    def _surface(self, desk: BoxDesk, params: Params) -> SurfacePayload:
        studies = self._view(desk, params).studies.values()
        now_ns, asked = self._machine.clock.monotonic_ns(), tuple(sorted(params.items()))
        made_ns, made = self._surfaces.get(asked, (0, None))
        if made is not None and made.layers and now_ns - made_ns < _NEW_SURFACE_NS:
            return msgspec.structs.replace(made, state=self._state(desk))
        since_ns = (desk.book.newest_ns or 0) - int(desk.parts.surface_minutes * 60e9)
        layers = [
            (study.rate, study.strikes.strikes, _recent(study, since_ns))
            for study in studies
            if _is_of(study.rate, params) and study.rate.status is Status.OK
        ]
        layers = [layer for layer in layers if np.isfinite(layer[2]["mid"]).any()]
        made = boxes.surface_payload(layers, self._state(desk))
        if len(self._surfaces) >= _SURFACES:
            del self._surfaces[min(self._surfaces, key=lambda each: self._surfaces[each][0])]
        self._surfaces[asked] = now_ns, made
        return made

    def _skew(self, desk: BoxDesk, params: Params) -> CurvePayload:
        study = self._study(desk, params)
        layers = _layers(study)
        return boxes.skew_payload(study.rate, study.strikes.strikes, layers, self._state(desk))

    def _flags(self, desk: BoxDesk, params: Params) -> RowsPayload:
        study = self._study(desk, params)
        return box_tables.flags_payload(study.chain, study.rate, self._state(desk))

    def _plan(self, desk: BoxDesk, params: Params) -> RowsPayload:
        view = self._view(desk, params)
        today = datetime.fromtimestamp(self._machine.clock.now_ns() / 1e9, UTC).date()
        studies = [s for s in view.studies.values() if _is_of(s.rate, params)]
        state = self._state(desk)
        try:
            plans = plan_boxes(
                [(study.chain, study.rate) for study in studies],
                view.rules,
                side=Side(params["plan_side"]),
                amount=float(params["amount"]),
                horizon=today + timedelta(days=int(params["horizon"])),
            )
        except NoData:
            return RowsPayload(boxes.nothing_yet(state, [s.rate for s in studies]), [])
        return plan_payload(plans, state)

    def _view(self, desk: BoxDesk, params: Params) -> RateView:
        return desk.view(filtered(desk.parts.rules, params))

    def _study(self, desk: BoxDesk, params: Params) -> ChainStudy:
        key = desk.chain_key(params["expiry"])
        study = self._view(desk, params).studies.get(key)
        if study is None:
            raise NoData("this expiry has not been looked at yet; it will be within seconds")
        return study

    def _per_second(self, desk: BoxDesk) -> float | None:
        if not desk.parts.streams:
            return None
        return desk.lane.rate.per_second(self._machine.clock.monotonic_ns())

    def _standing(self) -> Standing:
        desk = self._machine.desk
        delay = Standing().delay if desk is None else desk.parts.provenance.delay
        return Standing(self._machine.mode, self._machine.capture.is_on, delay)

    def _state(self, desk: BoxDesk) -> PanelState:
        age = age_of(
            desk.book.newest_ns,
            self._machine.clock.now_ns(),
            stale_after_s=desk.parts.stale_after_s,
        )
        return panel_state(self._standing(), age, source=f"{desk.source} {desk.feed}")


def _prices(desk: BoxDesk, rates: Sequence[ExpiryRate], now_ns: int) -> tuple[str, str]:
    texts: list[str] = []
    notes: set[str] = set()
    for request in desk.parts.requests:
        told = desk.book.spot(request.underlying)
        known = [r for r in rates if r.underlying == request.underlying and r.forward > 0]
        if told is not None:
            price, age_s = told[0], max(0, now_ns - told[1]) / 1e9
            notes.add(f"{duration_text(math.floor(age_s))} old" if age_s >= 1 else "under 1 s old")
        elif known:
            nearest = min(known, key=lambda rate: (rate.expiry, rate.root))
            price = nearest.discount * nearest.forward
            notes.add("by parity")
        else:
            continue
        texts.append(f"{root_of(request.underlying)} {price:,.2f}")
    return ", ".join(texts), ", ".join(sorted(notes))


def _is_of(rate: ExpiryRate, params: Params) -> bool:
    return params.get("root", "all") in {"all", rate.root}


def _of_root(rates: Sequence[ExpiryRate], params: Params) -> list[ExpiryRate]:
    return [rate for rate in rates if _is_of(rate, params)]


def _layers(study: ChainStudy) -> dict[str, FloatArray]:
    strikes = study.strikes
    return {
        "mid": strikes.mid,
        "lend": strikes.lend,
        "borrow": strikes.borrow,
        "volume": strikes.volume,
    }


def _recent(study: ChainStudy, since_ns: int) -> dict[str, FloatArray]:
    chain = study.chain
    at = np.searchsorted(chain.strikes, study.strikes.strikes)
    older = np.minimum(chain.calls.ts_ns[at], chain.puts.ts_ns[at])
    # A quote of unknown age came with the last snapshot.
    kept = (older >= since_ns) | (older == NO_TIME)
    return {name: np.where(kept, layer, np.nan) for name, layer in _layers(study).items()}


def _fitted(rates: Sequence[ExpiryRate]) -> RateLine | None:
    good = boxes.usable(rates)
    try:
        fit = fit_curve(rates)
    except NoData:
        return None
    if not good:
        return None
    days = np.geomspace(max(good[0].days, 1), good[-1].days, _FITTED_POINTS)
    return RateLine(days, fit.rate(days / 365.0))


def _longest(roots: list[str]) -> str:
    return max(sorted(set(roots)), key=roots.count, default="")


def _nothing(name: str, empty: PanelState) -> Payload:
    match name:
        case "boxes.curve" | "boxes.skew":
            return CurvePayload(empty, ())
        case "boxes.surface":
            return SurfacePayload(empty, np.empty(0), np.empty(0), {})
        case "boxes.history":
            return LinesPayload(empty, np.empty(0, dtype=np.int64), {})
        case _:
            return RowsPayload(empty, [])
