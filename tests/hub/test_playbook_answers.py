"""The Playbook page: made once for all who look, anew with other features or another model."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from quantdeck.hub.playbook_answers import PlaybookAnswers
from quantdeck.hub.research_desk import Index
from quantdeck.model.errors import NoData
from quantdeck.views.payloads import Mode
from quantdeck.views.playbook_page import PlaybookChoices, playbook_page
from quantdeck.views.playbook_panels import FOREMOST, NEWEST, PANELS
from quantdeck.views.price_choices import PriceChoices
from tests.analytics.options.planted_chains import AT_NS
from tests.hub.playbook_rig import Maker, playbook_parts, sample
from tests.research.playbook.samples import study

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from quantdeck.hub.playbook_parts import PlaybookParts
    from quantdeck.views.payloads import Payload

DAY_NS = 86_400_000_000_000


class Research:
    """What the desk asks of the research desk."""

    def __init__(self, index: Index) -> None:
        self.found = index
        self.revision = 0

    def wake(self) -> None:
        """Do nothing."""

    def known_index(self) -> Index | None:
        """Return what is kept."""
        return self.found

    async def index(self) -> Index:
        """Return what is kept."""
        return self.found


class Options:
    """The option desk: one chain that can be had, and one that cannot."""

    def underlyings(self) -> tuple[str, ...]:
        """Return both."""
        return "US:SPX", "US:SPY"

    def has_chains(self, underlying: str) -> bool:
        """Return True."""
        return True

    def source_of(self, underlying: str) -> str:
        """Return the vendor."""
        return "alpaca"

    async def study(self, question: Any) -> Any:
        """Return that of SPX."""
        if question.underlying == "US:SPY":
            raise NoData("no option chain of US:SPY has arrived yet")
        return study()


class Rig:
    """Answers with all that they ask."""

    def __init__(
        self,
        parts: PlaybookParts | None,
        *,
        tables: tuple[str, ...] = ("2026-06-12",),
        now_ns: int = AT_NS,
        mode: Mode = Mode.DEMO,
        options: Any = None,
        prices: Any = None,
    ) -> None:
        self.ns = now_ns
        clock = SimpleNamespace(now_ns=lambda: self.ns, monotonic_ns=lambda: self.ns)
        machine: Any = SimpleNamespace(
            clock=clock,
            mode=mode,
            options=options,
            prices=prices,
            parts=SimpleNamespace(playbook=parts),
        )
        self.research: Any = Research(Index(tables=tables, current="a"))
        self.answers = PlaybookAnswers(machine, self.research)

    async def ask(self, name: str, **params: str) -> Payload:
        """Return a payload as the deck would."""
        given = {"session": NEWEST, "symbol": FOREMOST} | params
        found = self.answers.quick(name, given)
        return await self.answers.slow(name, given) if found is None else found


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_panel_has_something_to_show(panel: Any) -> None:
    async def work() -> Payload:
        rig = Rig(playbook_parts())
        await rig.answers.desk.playbook()
        return await rig.ask(panel.topic, symbol="US:SPX")

    assert run(work()).state.word == "demo"


@pytest.mark.parametrize("panel", PANELS[:-1], ids=lambda panel: panel.id)
def test_panel_without_features_says_what_would_fill_it(panel: Any) -> None:
    payload = run(Rig(playbook_parts(), tables=()).ask(panel.topic))

    assert payload.state.word == "empty"
    assert "quantdeck features" in payload.state.detail


def test_panel_of_a_deck_that_keeps_nothing_says_so() -> None:
    payload = run(Rig(None).ask("playbook.trades"))

    assert payload.state.detail.startswith("This deck keeps no playbooks")


def test_playbook_is_made_once_for_all_who_look() -> None:
    maker = Maker()

    async def work() -> None:
        rig = Rig(playbook_parts(maker))
        await asyncio.gather(*(rig.ask(panel.topic) for panel in PANELS))
        await rig.ask("playbook.trades")

    run(work())

    assert maker.made == 1


def test_playbook_is_made_anew_with_another_model_and_on_demand() -> None:
    maker = Maker()

    async def work() -> list[int]:
        rig = Rig(playbook_parts(maker))
        counts: list[int] = []
        await rig.ask("playbook.trades")
        rig.research.found = Index(tables=("2026-06-12",), current="b")
        await rig.ask("playbook.trades")
        counts.append(maker.made)
        await rig.answers.desk.make()
        counts.append(maker.made)
        return counts

    assert run(work()) == [2, 3]


def test_playbook_of_a_session_is_shown_as_it_was_kept() -> None:
    maker = Maker()
    maker.store.put(msgspec.structs.replace(sample(), session="2026-06-01"))

    payload = run(Rig(playbook_parts(maker)).ask("playbook.notes", session="2026-06-01"))

    assert "Session 2026-06-01" in payload.text
    assert maker.made == 0


def test_playbook_is_made_of_the_chains_that_are_watched() -> None:
    maker = Maker()

    run(Rig(playbook_parts(maker), options=Options()).ask("playbook.trades"))

    assert maker.live == ("US:SPX",)


def test_chains_of_symbols_without_daily_bars_are_not_studied() -> None:
    maker = Maker()
    prices = SimpleNamespace(choices=lambda: PriceChoices(("US:SPY",)))

    run(Rig(playbook_parts(maker), options=Options(), prices=prices).ask("playbook.trades"))

    assert maker.live == ()


def test_symbol_without_a_score_is_told_apart() -> None:
    with pytest.raises(NoData, match="US:ZZZ has no score on 2026-06-12"):
        run(Rig(playbook_parts()).ask("playbook.why", symbol="US:ZZZ"))


def test_choices_grow_with_what_was_made() -> None:
    async def work() -> tuple[int, int, PlaybookChoices]:
        rig = Rig(playbook_parts())
        before = rig.answers.layout
        await rig.ask("playbook.trades")
        return before, rig.answers.layout, rig.answers.choices()

    before, after, choices = run(work())

    assert after > before
    assert choices.sessions == ("2026-06-12",)
    assert set(choices.symbols) == {"US:AAA", "US:BBB", "US:CCC", "US:SPX"}
    assert playbook_page(choices).controls[1].options[0] == FOREMOST


def test_playbook_of_real_prices_that_are_old_is_stale() -> None:
    maker = Maker()
    real = msgspec.structs.replace(sample(), session="2026-06-01", is_simulated=False)
    maker.store.put(real)
    rig = Rig(playbook_parts(maker), now_ns=AT_NS + 30 * DAY_NS, mode=Mode.LIVE)

    payload = run(rig.ask("playbook.trades", session="2026-06-01"))

    assert payload.state.word == "stale"
    assert "later sessions are missing" in payload.state.detail
