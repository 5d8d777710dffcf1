from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from quantdeck.hub.measures import MEASURES
from quantdeck.views.payloads import Mode
from tests.hub.deck_rig import deck_rig

if TYPE_CHECKING:
    from pathlib import Path


def measured(folder: Path, *, mode: Mode = Mode.LIVE) -> dict[str, dict[tuple[str, ...], float]]:
    async def main() -> dict[str, dict[tuple[str, ...], float]]:
        async with deck_rig(folder, mode) as rig:
            return {each.name: dict(each.samples) for each in rig.deck.measures()}

    return asyncio.run(main())


def test_measures_of_a_deck_are_those_described_with_their_labels(tmp_path: Path) -> None:
    found = measured(tmp_path)

    assert list(found) == list(MEASURES)
    for name, samples in found.items():
        assert {len(labels) for labels in samples} <= {len(MEASURES[name].labels)}


def test_measures_of_a_deck_that_captures_say_so(tmp_path: Path) -> None:
    found = measured(tmp_path)

    assert found["quantdeck_info"] == {("0", "live"): 1.0}
    assert found["quantdeck_capturing"] == {(): 1.0}
    assert found["quantdeck_tape_writing"] == {(): 1.0}
    assert found["quantdeck_feed_up"]
    assert {fate for _, fate in found["quantdeck_events_total"]} >= {"accepted", "not_taped"}


def test_measures_of_a_replay_have_no_tape_that_writes(tmp_path: Path) -> None:
    assert measured(tmp_path, mode=Mode.REPLAY)["quantdeck_tape_writing"] == {(): 0.0}


def test_names_of_measures_follow_the_rules_of_prometheus() -> None:
    for name, described in MEASURES.items():
        assert re.fullmatch(r"quantdeck_[a-z_]+", name)
        assert name.endswith("_total") == (described.kind == "counter")
        assert described.text.endswith(".")
