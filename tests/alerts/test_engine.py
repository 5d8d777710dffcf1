from __future__ import annotations

import math

import pytest

from quantdeck.alerts.parse import parse
from quantdeck.alerts.watch import RuleState
from quantdeck.model.errors import BadInput
from tests.alerts.rig import Rig, times


def test_rule_fires_once_while_its_condition_stays_true() -> None:
    rig = Rig("last(A) > 5")

    fired = [rig.set(0, A=4.0), rig.set(1, A=6.0), rig.set(2, A=7.0), rig.tick(9)]

    assert [len(some) for some in fired] == [0, 1, 0, 0]


def test_rule_fires_again_after_its_condition_was_false() -> None:
    rig = Rig("last(A) > 5")

    fired = [rig.set(at, A=value) for at, value in enumerate([6.0, 5.0, 6.0])]

    assert [len(some) for some in fired] == [1, 0, 1]


def test_rule_that_is_true_at_the_first_look_fires() -> None:
    rig = Rig("last(A) > 5")
    rig.figures["A"] = 6.0

    assert times(rig.tick(0)) == [0.0]


def test_firing_carries_figures_and_a_sentence() -> None:
    rig = Rig("last(A) > 5 and last(B) > 1 for 1s")
    rig.set(0, A=6.0, B=2.0)

    (firing,) = rig.tick(1)

    assert firing.values == {"last(A)": 6.0, "last(B)": 2.0}
    assert firing.message == "last(A) is 6 (> 5) and last(B) is 2 (> 1), for 1s"


def test_unknown_figure_fires_nothing_and_says_why() -> None:
    rig = Rig("last(A) > 5")

    fired = rig.tick(0)

    assert (fired, rig.standing().state) == ([], RuleState.UNKNOWN)
    assert rig.standing().why == "last(A): no A"


def test_unknown_between_does_not_make_a_rule_fire_again() -> None:
    rig = Rig("last(A) > 5")

    fired = [rig.set(at, A=value) for at, value in enumerate([6.0, math.nan, 6.0])]

    assert [len(some) for some in fired] == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("last(A) > 5 or last(B) > 5", RuleState.TRUE),
        ("last(A) > 5 and last(B) > 5", RuleState.UNKNOWN),
        ("last(A) < 5 and last(B) > 5", RuleState.FALSE),
        ("last(A) < 5 or last(B) > 5", RuleState.UNKNOWN),
        ("not last(B) > 5", RuleState.UNKNOWN),
        ("last(A) + last(B) > 5", RuleState.UNKNOWN),
        ("max(last(A), last(B)) > 5", RuleState.UNKNOWN),
        ("last(A) / (last(A) - 6) > 5", RuleState.UNKNOWN),
    ],
)
def test_conditions_with_an_unknown_figure_go_by_kleene(text: str, state: RuleState) -> None:
    rig = Rig(text)

    rig.set(0, A=6.0)

    assert rig.standing().state is state


def test_hold_time_delays_the_firing_to_its_end() -> None:
    rig = Rig("last(A) > 5 for 10s")

    fired = [rig.set(0.5, A=6.0), rig.tick(10.25), rig.tick(10.5), rig.tick(10.75)]

    assert [len(some) for some in fired] == [0, 0, 1, 0]


@pytest.mark.parametrize("between", [4.0, math.nan])
def test_hold_time_begins_again_after_false_and_after_unknown(between: float) -> None:
    rig = Rig("last(A) > 5 for 10s")

    rig.set(0, A=6.0)
    rig.set(8, A=between)
    rig.set(9, A=6.0)

    assert [len(rig.tick(at)) for at in (10, 18.75, 19)] == [0, 0, 1]


def test_figure_that_goes_stale_within_the_hold_time_does_not_fire() -> None:
    rig = Rig("last(A) > 5 for 10s")
    rig.set(0.5, A=6.0)
    rig.figures["A"] = math.nan

    assert rig.tick(10.5) == []


def test_cooldown_keeps_a_rule_silent_and_then_tells_what_still_holds() -> None:
    rig = Rig("last(A) > 5 cooldown 1m")

    fired = rig.set(0, A=6.0)
    for at, value in ((10, 4.0), (20, 6.0), (30, 4.0), (40, 6.0)):
        fired += rig.set(at, A=value)
    waiting = rig.standing()
    fired += rig.tick(59) + rig.tick(60)

    assert times(fired) == [0.0, 60.0]
    assert (waiting.state, waiting.why) == (RuleState.WAITING, "cool-down")


def test_cooldown_outlasts_a_restart() -> None:
    rig = Rig("last(A) > 5 cooldown 1m", last_fired_s=-20)
    rig.figures["A"] = 6.0

    fired = rig.tick(0) + rig.tick(39) + rig.tick(40)

    assert times(fired) == [40.0]


def test_hysteresis_keeps_a_comparison_true_until_it_has_gone_back() -> None:
    rig = Rig("last(A) > 5 hysteresis 1")

    fired = [rig.set(at, A=value) for at, value in enumerate([6.0, 4.5, 6.0, 4.0, 6.0])]

    assert [len(some) for some in fired] == [1, 0, 0, 0, 1]


def test_hysteresis_of_a_lower_limit_goes_upwards() -> None:
    rig = Rig("last(A) < 5 hysteresis 1")

    fired = [rig.set(at, A=value) for at, value in enumerate([4.0, 5.5, 4.0, 6.0, 4.0])]

    assert [len(some) for some in fired] == [1, 0, 0, 0, 1]


def test_crossing_needs_to_have_been_on_the_other_side() -> None:
    rig = Rig("last(A) crosses above 5")

    fired = [rig.set(at, A=value) for at, value in enumerate([6.0, 5.0, 6.0, 7.0, 4.0, 5.5])]

    assert [len(some) for some in fired] == [0, 0, 1, 0, 0, 1]


def test_crossing_either_way_fires_at_every_passage() -> None:
    rig = Rig("last(A) crosses 5")

    fired = [rig.set(at, A=value) for at, value in enumerate([6.0, 4.0, 6.0, 4.0])]

    assert [len(some) for some in fired] == [0, 1, 1, 1]


def test_crossing_goes_from_the_last_known_value() -> None:
    rig = Rig("last(A) crosses above 5")

    fired = [rig.set(at, A=value) for at, value in enumerate([4.0, math.nan, 6.0])]

    assert [len(some) for some in fired] == [0, 0, 1]


def test_crossing_with_hysteresis_needs_to_come_from_far_enough() -> None:
    rig = Rig("last(A) crosses above 5 hysteresis 1")

    fired = [rig.set(at, A=value) for at, value in enumerate([4.5, 6.0, 4.0, 6.0, 4.5, 6.0])]

    assert [len(some) for some in fired] == [0, 0, 0, 1, 0, 0]


def test_crossing_within_a_cooldown_is_lost() -> None:
    rig = Rig("last(A) crosses above 5 cooldown 1m")

    fired = [rig.set(at, A=value) for at, value in ((0, 4.0), (1, 6.0), (2, 4.0), (3, 6.0))]
    later = rig.tick(61) + rig.tick(62)

    assert ([len(some) for some in fired], later) == ([0, 1, 0, 0], [])


def test_crossing_beside_a_condition_that_holds_does_not_fire_it_again() -> None:
    rig = Rig("last(A) crosses 5 or last(B) > 1")

    fired = [rig.set(0, A=4.0, B=2.0), rig.set(1, A=6.0)]

    assert [len(some) for some in fired] == [1, 0]


def test_quiet_hours_keep_silent_and_then_tell_what_still_holds() -> None:
    # The rig begins on 2027-01-15 at 08:00 UTC.
    rig = Rig("last(A) > 5 quiet 09:00-09:30 Europe/Berlin")

    fired = rig.set(0, A=6.0)
    why = rig.standing().why
    fired += rig.tick(1799) + rig.tick(1800)

    assert (times(fired), why) == ([1800.0], "quiet hours")


def test_expired_rule_says_nothing_more() -> None:
    rig = Rig("last(A) > 5 expires 2027-01-15T08:10")

    fired = [rig.set(599, A=4.0), rig.set(599.9, A=6.0), rig.set(600, A=4.0), rig.set(601, A=6.0)]

    assert [len(some) for some in fired] == [0, 1, 0, 0]
    assert rig.standing().state is RuleState.ENDED


def test_event_reads_each_figure_once_whatever_the_number_of_rules() -> None:
    rig = Rig()
    for number in range(100):
        rig.engine.put(f"rule {number}", parse(f"last(A) > {number} and last(B) > 0"))

    fired = rig.set(0.5, A=1000.0)

    assert (fired, rig.reads) == ([], {"A": 1})


def test_event_of_another_symbol_reads_nothing() -> None:
    rig = Rig("last(A) > 5")

    rig.set(0, C=1.0)

    assert rig.reads == {}


def test_tick_reads_every_figure_once_a_second() -> None:
    rig = Rig("last(A) > 5")

    for at in (0, 0.25, 0.5, 0.75, 1, 1.25):
        rig.tick(at)

    assert rig.reads == {"A": 2}


def test_put_of_the_same_rule_again_changes_nothing() -> None:
    rig = Rig("last(A) > 5")
    rig.set(0, A=6.0)

    rig.engine.put("rule", parse("last(A)  >  5"))

    assert rig.tick(1) == []


def test_put_of_another_text_begins_anew() -> None:
    rig = Rig("last(A) > 5")
    rig.set(0, A=6.0)

    rig.engine.put("rule", parse("last(A) > 4"))

    assert times(rig.tick(0.25)) == [0.25]


def test_removed_rule_is_looked_at_no_more() -> None:
    rig = Rig("last(A) > 5 for 1s")
    rig.set(0, A=6.0)

    rig.engine.remove("rule")
    fired = rig.tick(1) + rig.set(2, A=7.0)

    assert (fired, rig.engine.rules(), rig.reads) == ([], {}, {"A": 1})
    with pytest.raises(BadInput, match="no rule 'rule'"):
        rig.engine.standing("rule", rig.now_ns)


def test_other_source_is_bound_anew_with_the_next_tick() -> None:
    rig = Rig("last(A) > 5")
    rig.tick(0)
    rig.figures, rig.revision = {"A": 6.0}, 1

    assert times(rig.tick(1)) == [1.0]


def test_same_events_give_the_same_firings() -> None:
    def run() -> list[float]:
        rig = Rig("last(A) > 5 for 2s cooldown 7s")
        fired = []
        for step in range(400):
            fired += rig.set(step / 10, A=5.0 + math.sin(step / 17.0)) + rig.tick(step / 10)
        return times(fired)

    assert run() == run() != []
