from __future__ import annotations

import asyncio
from dataclasses import replace

import pyarrow as pa
import pytest

from quantdeck.analytics.boxes import BoxRules, PriceSelector
from quantdeck.hub.topic import Topic
from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.box_run_panels import RUN_PANELS
from quantdeck.views.boxes_page import NO_DESK, NO_REPLAY
from quantdeck.views.pages import pages
from quantdeck.views.payloads import CurvePayload, LinesPayload, Mode, SurfacePayload
from tests.hub.box_rig import FAR, NEAR, NO_RIG, SPX, SPY, Asked, BoxRig
from tests.hub.deck_rig import SECOND_NS, START_NS

HISTORY = "boxes.history"
RUN_TOPICS = [panel.topic for panel in RUN_PANELS]
TOPICS = [
    p.topic
    for page in pages()
    if page.id == "boxes"
    for p in page.panels
    if p.topic not in RUN_TOPICS
]
OF_CHAINS = [name for name in TOPICS if name not in {HISTORY, "boxes.desk"}]


class ToldStore:
    """Has a history of tenors."""

    def __init__(self, *rows):
        self.rows = rows
        self.asked = []

    def rates(self, **asked):
        self.asked.append(asked)
        names = ("ts_ns", "root", "tenor_days", "rate_mid")
        types = (pa.int64(), pa.string(), pa.int64(), pa.float64())
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(names)
        arrays = [pa.array(c, type=t) for c, t in zip(columns, types, strict=True)]
        return pa.table(dict(zip(names, arrays, strict=True)))


def figures(payload):
    match payload:
        case CurvePayload():
            return len(payload.curves)
        case SurfacePayload():
            return len(payload.layers)
        case LinesPayload():
            return len(payload.x)
    return len(payload.rows)


def ask_seeded(name, *, rig=None, requests=(SPX,), **params):
    async def main():
        asked = await Asked(rig).seed(*requests)
        return await asked.looked(name, **params)

    return asyncio.run(main())


def rows_of(name, **more):
    return ask_seeded(name, **more).rows


@pytest.mark.parametrize("name", [n for n in TOPICS if n != HISTORY])
def test_topic_of_a_deck_without_a_desk_says_that_no_vendor_is_set_up(name):
    payload = Asked(NO_RIG).quick(name)

    assert (payload.state.word, payload.state.detail) == ("empty", NO_DESK)
    assert figures(payload) == 0


def test_topic_of_a_replay_says_that_it_plays_no_chains():
    payload = Asked(NO_RIG, mode=Mode.REPLAY).quick("boxes.curve")

    assert (payload.state.word, payload.state.detail) == ("empty", NO_REPLAY)


def test_history_of_a_deck_without_a_desk_says_that_no_vendor_is_set_up():
    payload = asyncio.run(Asked(NO_RIG).answers.slow(Topic(HISTORY, ())))

    assert (payload.state.word, payload.state.detail) == ("empty", NO_DESK)


@pytest.mark.parametrize("name", [n for n in OF_CHAINS if n not in {"boxes.skew", "boxes.flags"}])
def test_topic_before_any_chain_is_loading(name):
    payload = Asked().quick(name)

    assert payload.state.word == "loading"
    assert figures(payload) == 0


@pytest.mark.parametrize("name", ["boxes.skew", "boxes.flags"])
def test_topic_of_one_expiry_before_any_chain_has_no_data(name):
    with pytest.raises(NoData, match="no option chain has arrived yet"):
        Asked().quick(name)


def test_desk_before_any_chain_says_what_is_there():
    rows = {row["id"]: row for row in Asked().quick("boxes.desk").rows}

    assert rows["contracts"]["value"] == 0
    assert rows["snapshot"]["value"] is None


@pytest.mark.parametrize("name", [n for n in OF_CHAINS if n != "boxes.flags"])
def test_topic_with_chains_has_figures(name):
    payload = ask_seeded(name)

    assert payload.state.word == "demo"
    assert payload.state.source == "alpaca simulated"
    assert figures(payload) > 0


def test_topic_of_chains_that_fell_silent_is_stale_and_keeps_its_figures():
    async def main():
        asked = await Asked().seed()
        asked.rig.clock.ns += 60 * SECOND_NS
        await asked.desk.refresh()
        return asked.quick("boxes.curve")

    payload = asyncio.run(main())

    assert payload.state.word == "stale"
    assert "no event from alpaca simulated" in payload.state.detail
    assert figures(payload) > 0


def test_american_chains_are_named_and_have_neither_curve_nor_boxes():
    async def main():
        asked = await Asked().seed(SPY)
        return [asked.quick(name) for name in ("boxes.expiries", "boxes.curve", "boxes.top")]

    expiries, curve, top = asyncio.run(main())

    assert [(r["root"], r["status"], r["rate_mid"]) for r in expiries.rows] == [
        ("SPY", "american", None)
    ]
    assert "american" in curve.state.detail
    assert top.rows == []


def test_stale_chains_are_named_and_have_no_figure():
    rig = BoxRig(rules=BoxRules(max_leg_age_s=30.0))

    async def main():
        asked = await Asked(rig).seed()
        rig.clock.ns += 60 * SECOND_NS
        await asked.desk.refresh()
        return asked.quick("boxes.expiries")

    rows = asyncio.run(main()).rows

    assert {row["status"] for row in rows} <= {"stale", "too-few"}
    assert {row["rate_mid"] for row in rows} == {None}


def test_root_filter_leaves_the_others_out():
    rows = rows_of("boxes.expiries", requests=(SPX, SPY), root="SPX")

    assert {row["root"] for row in rows} == {"SPX"}


def test_expiries_without_a_filter_stand_by_date():
    rows = rows_of("boxes.expiries", requests=(SPX, SPY))

    assert [(row["expiry"], row["root"]) for row in rows] == [
        (str(NEAR), "SPX"),
        (str(NEAR), "SPY"),
        (str(FAR), "SPX"),
    ]


def test_rows_say_source_feed_and_age():
    row = rows_of("boxes.expiries")[0]

    assert (row["feed"], row["age_s"]) == ("alpaca simulated", 0.5)


def test_widths_of_the_page_limit_the_boxes():
    rows = rows_of("boxes.top", min_width="300", max_width="500")

    assert {row["width"] for row in rows} <= {300.0, 400.0, 500.0}


def test_widths_that_contradict_each_other_are_refused():
    with pytest.raises(BadInput, match="greatest width must be larger than the least"):
        ask_seeded("boxes.curve", min_width="500", max_width="400")


def test_side_of_the_table_leaves_the_other_out():
    assert {row["side"] for row in rows_of("boxes.top", side="lend")} == {"lend"}


def test_mid_prices_lend_at_more():
    natural, mid = (rows_of("boxes.top", side="lend", prices=p)[0] for p in ("natural", "mid"))

    assert mid["rate"] > natural["rate"]


def test_band_keeps_strikes_near_the_forward():
    wide, narrow = (rows_of("boxes.expiries", band=word)[0] for word in ("all", "10 %"))

    assert narrow["quotes_used"] < wide["quotes_used"]


def test_volume_that_no_strike_has_leaves_no_box():
    payload = ask_seeded("boxes.top", min_volume="1000")

    assert payload.rows == []


def test_unknown_expiry_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="expiry must be one of SPX 2025-12-19"):
        ask_seeded("boxes.skew", expiry="SPX 2030-01-01")


def test_expiry_that_nobody_looked_at_yet_says_so():
    async def main():
        asked = Asked()
        await asked.desk.snapshot(SPX)
        return asked.quick("boxes.skew")

    with pytest.raises(NoData, match="within seconds"):
        asyncio.run(main())


def test_expiry_looked_at_first_is_a_month_away():
    async def main():
        return (await Asked().seed()).answers.boxes.choices()

    choices = asyncio.run(main())

    assert choices.expiry == f"SPX {NEAR}"
    assert choices.roots == ("SPX",)
    assert choices.expiries == (f"SPX {NEAR}", f"SPX {FAR}")


def test_choices_start_with_the_rules_of_the_settings():
    mid = PriceSelector.MID
    rig = BoxRig(rules=BoxRules(min_gap=25.0, max_gap=700.0, min_volume=3.0, price_selector=mid))

    choices = Asked(rig).answers.boxes.choices()

    assert choices.prices == "mid"
    assert (choices.min_width, choices.max_width, choices.min_volume) == (25, 700, 3)


def test_page_left_as_it_is_needs_no_study_beside_that_of_the_settings():
    async def main():
        asked = await Asked(BoxRig(rules=BoxRules(min_gap=12.5))).seed()
        return len(asked.quick("boxes.curve").curves)

    assert asyncio.run(main()) > 0


def test_plan_of_an_amount_gives_about_so_much_cash():
    rows = rows_of("boxes.plan", amount="200000", horizon="210", plan_side="borrow")

    assert rows[0]["now"] == pytest.approx(200_000, rel=0.2)
    assert rows[0]["then"] < -rows[0]["now"]


def test_plan_to_lend_pays_first():
    row = rows_of("boxes.plan", amount="100000", horizon="210", plan_side="lend")[0]

    assert row["now"] < 0 < row["then"]


def test_surface_leaves_out_what_is_older_than_the_settings_say():
    async def main(minutes):
        rig = BoxRig()
        rig.parts = replace(rig.parts, surface_minutes=minutes)
        asked = await Asked(rig).seed()
        rig.clock.ns += 600 * SECOND_NS
        rig.vendor.quotes(NEAR, rig.clock.ns)
        await asked.desk.refresh()
        return asked.quick("boxes.surface").names

    assert asyncio.run(main(60.0)) == [f"SPX {NEAR}", f"SPX {FAR}"]
    assert asyncio.run(main(5.0)) == [f"SPX {NEAR}"]


def test_surface_is_made_anew_only_every_few_seconds():
    async def main():
        asked = await Asked().seed()
        made = []
        for seconds in (1, 1, 6):
            made.append(asked.quick("boxes.surface"))
            asked.rig.clock.ns += seconds * SECOND_NS
            asked.rig.vendor.quotes(NEAR, asked.rig.clock.ns, rate=0.05)
            await asked.desk.refresh()
        return [*made, asked.quick("boxes.surface")]

    first, second, _, last = asyncio.run(main())

    assert second.layers is first.layers
    assert second.state.age_s != first.state.age_s
    assert last.layers is not first.layers


def test_revision_changes_with_an_expiry_that_changed():
    async def main():
        asked = await Asked().seed()
        topic = Topic("boxes.curve", ())
        seen = [asked.answers.revision(topic)]
        await asked.desk.refresh()
        seen.append(asked.answers.revision(topic))
        asked.rig.vendor.quotes(NEAR, START_NS + SECOND_NS)
        await asked.desk.refresh()
        return [*seen, asked.answers.revision(topic)]

    before, same, after = asyncio.run(main())

    assert before == same != after


def test_history_shows_the_root_with_the_longest_by_default():
    rows = [
        (START_NS - 2 * SECOND_NS, "SPX", 91, 0.040),
        (START_NS - SECOND_NS, "SPX", 91, 0.041),
        (START_NS - SECOND_NS, "SPXW", 91, 0.045),
    ]
    store = ToldStore(*rows)

    payload = asyncio.run(Asked(store=store).answers.slow(Topic(HISTORY, ())))

    assert payload.lines["3m"].tolist() == [0.040, 0.041]
    assert store.asked[0]["kind"] == "tenor"


def test_history_of_a_root_shows_that_alone():
    async def main():
        store = ToldStore((START_NS, "SPX", 91, 0.040), (START_NS, "SPXW", 91, 0.045))
        asked = await Asked(store=store).seed()
        return await asked.answers.slow(Topic(HISTORY, (("root", "SPX"),)))

    assert asyncio.run(main()).lines["3m"].tolist() == [0.040]


def test_history_of_nothing_is_empty():
    payload = asyncio.run(Asked(store=ToldStore()).answers.slow(Topic(HISTORY, ())))

    assert len(payload.x) == 0
    assert payload.state.word in {"empty", "loading"}


def test_history_is_read_from_the_store_and_not_answered_at_once():
    assert Asked(store=ToldStore()).quick(HISTORY) is None
