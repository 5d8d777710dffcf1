from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.guarded import Guarded, StillRunning, TimeUp
from quantdeck.model.errors import BadInput
from tests.hub.deck_rig import BTC, ETH, deck_rig
from tests.hub.user_panel_rig import UserRig, user_rig

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    Work = Callable[[UserRig], Coroutine[Any, Any, None]]

PRICES = """
@panel(title="Prices", columns=LAST)
def prices(desk):
    return [{"id": symbol, "last": desk.last(symbol).price} for symbol in desk.symbols()]
"""


def _with_deck(folder: Path, work: Work, *, timeout_s: float = 5.0) -> None:
    async def main() -> None:
        async with user_rig(folder, timeout_s=timeout_s) as rig:
            await work(rig)

    asyncio.run(main())


def test_deck_without_a_file_of_panels_has_no_page_of_them(tmp_path: Path) -> None:
    async def main() -> list[str]:
        async with deck_rig(tmp_path) as rig:
            return [page.id for page in rig.deck.pages()]

    assert "panels" not in asyncio.run(main())


def test_function_of_a_user_shows_what_the_deck_knows(tmp_path: Path) -> None:
    async def work(deck: UserRig) -> None:
        await deck.save(PRICES)

        payload = await deck.shown("prices")

        assert [row["id"] for row in payload.rows] == [BTC, ETH]
        assert all(row["last"] > 0 for row in payload.rows)
        assert (payload.state.word, payload.state.source) == ("live", "panels.py")

    _with_deck(tmp_path, work)


def test_function_of_a_user_can_ask_for_bars_ticks_tape_and_other_panels(tmp_path: Path) -> None:
    text = """
@panel(title="All", columns=LAST)
def everything(desk):
    bars, ticks = desk.bars("btcusdt", "1s", 10), desk.ticks("btcusdt", 5)
    cards = desk.rows("dashboard.symbols")
    sums = desk.sql("select 41 + 1 as answer")
    points = desk.shown("pairs.spread", y="ethusdt", x="btcusdt").x
    found = len(bars), len(ticks), len(cards), sums[0]["answer"], len(points) > 0, desk.top("btcusdt")
    return [{"last": each} for each in found]
"""

    async def work(deck: UserRig) -> None:
        await deck.save(text)

        payload = await deck.shown("everything")

        assert [row["last"] for row in payload.rows] == [10, 5, 2, 42, True, None]

    _with_deck(tmp_path, work)


def test_choice_of_a_function_is_its_argument(tmp_path: Path) -> None:
    text = """
ROWS = Control("rows", "Rows", "integer", "3", minimum=1, maximum=9)
WHICH = Control("symbol", "Symbol", "symbol", "")

@panel(title="Some", columns=LAST, controls=(WHICH, ROWS))
def some(desk, *, symbol, rows):
    return [{"last": price} for price in desk.ticks(symbol, rows).price]
"""

    async def work(deck: UserRig) -> None:
        await deck.save(text)

        several, two = await deck.shown("some"), await deck.shown("some", rows="2")

        assert (len(several.rows), len(two.rows)) == (3, 2)
        assert [control.default for control in deck.page().controls] == [BTC, "3"]
        with pytest.raises(BadInput, match="from 1 to 9"):
            await deck.shown("some", rows="10")

    _with_deck(tmp_path, work)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return 1 / 0", "panels.py, line 7: ZeroDivisionError: division by zero (return 1 / 0)"),
        ("raise SystemExit(3)", "panels.py, line 7: SystemExit: 3 (raise SystemExit(3))"),
        ("return 7", "panels.py: expected rows, such as [{'last': 1.5}], was int"),
        ("return desk.bars('dogeusdt')", "nothing was received of BINANCE-USDM:DOGEUSDT yet"),
        ("return desk.rows('panels.prices')", "panels.prices may itself ask others"),
        ("return desk.rows('nothing.here')", "there is no topic 'nothing.here'"),
    ],
)
def test_function_that_fails_says_where_in_its_own_panel(
    tmp_path: Path, body: str, told: str
) -> None:
    async def work(deck: UserRig) -> None:
        await deck.save(f'@panel(title="Odd", columns=LAST)\ndef odd(desk):\n    {body}\n{PRICES}')

        odd, prices = await deck.shown("odd"), await deck.shown("prices")

        assert odd.state.word == "error"
        assert told in odd.state.detail
        assert odd.rows == []
        assert len(prices.rows) == 2

    _with_deck(tmp_path, work)


def test_function_that_never_ends_is_interrupted_and_rests_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    text = '@panel(title="Loop", columns=LAST)\ndef loop(desk):\n    while True:\n        pass\n'

    async def work(deck: UserRig) -> None:
        await deck.save(text + PRICES)

        loop, prices = await asyncio.gather(deck.shown("loop"), deck.shown("prices"))
        deck.rig.clock.ns += 15_000_000_000
        again = await deck.shown("loop")

        assert again is loop
        assert "took longer than 0.3 s and was interrupted" in loop.state.detail
        assert "panels.py, line" in loop.state.detail
        assert len(prices.rows) == 2

    _with_deck(tmp_path, work, timeout_s=0.3)


def test_file_that_is_saved_again_is_read_again(tmp_path: Path) -> None:
    async def work(deck: UserRig) -> None:
        await deck.save(PRICES)
        await deck.save(PRICES.replace("Prices", "Last prices"))

        assert [panel.title for panel in deck.page().panels] == ["Last prices"]

    _with_deck(tmp_path, work)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def odd(:\n", "panels.py, line 5: SyntaxError: invalid syntax (def odd(:)"),
        ("import nothing_like_this\n", "panels.py, line 5: ModuleNotFoundError"),
        ('@panel(title="A", kind="pie")\ndef a(desk): ...\n', "line 5: there is no kind"),
        ('@panel(title="A")\ndef a(desk): ...\n', "line 5: a draws a table and needs columns"),
        ('@panel(title="A", columns=LAST)\ndef a(): ...\n', "line 5: a must take (desk)"),
        ("raise SystemExit\n", "panels.py, line 5: SystemExit"),
    ],
)
def test_file_that_cannot_be_read_says_where_and_keeps_the_panels_it_had(
    tmp_path: Path, text: str, told: str
) -> None:
    async def work(deck: UserRig) -> None:
        await deck.save(PRICES)
        await deck.save(text)

        fault = await deck.shown("fault")

        assert [panel.id for panel in deck.page().panels] == ["panels.fault", "panels.prices"]
        assert fault.state.word == "error"
        assert told in fault.state.detail
        assert len((await deck.shown("prices")).rows) == 2

    _with_deck(tmp_path, work)


def test_file_that_is_missing_or_empty_says_what_to_do(tmp_path: Path) -> None:
    async def work(deck: UserRig) -> None:
        missing = await deck.shown("fault")
        await deck.save("", bare=True)

        empty = await deck.shown("fault")

        assert "There is no file" in missing.state.detail
        assert empty.state.word == "empty"
        assert "@panel" in deck.page().panels[0].empty

    _with_deck(tmp_path, work)


def _documented() -> list[str]:
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "panels-of-your-own.md"
    return re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", _documented())
def test_documented_panel_shows_something(tmp_path: Path, text: str) -> None:
    async def work(deck: UserRig) -> None:
        await deck.save(text, bare=True)
        [panel] = deck.page().panels

        payload = await deck.rig.deck.answer(panel.id, {})

        assert payload.state.word == "live", payload.state.detail

    _with_deck(tmp_path, work)


def test_guarded_work_that_takes_no_notice_is_not_called_again_until_it_ends() -> None:
    go = threading.Event()

    def stubborn() -> int:
        while not go.is_set():
            try:
                go.wait(0.01)
            except TimeUp:
                continue
        return 1

    async def main() -> list[type[BaseException] | None]:
        guarded = Guarded[int]("stubborn", timeout_s=0.05)
        first, second = await guarded.run(stubborn), await guarded.run(stubborn)
        go.set()
        thread = next(each for each in threading.enumerate() if each.name == "stubborn")
        await asyncio.to_thread(thread.join, 5)
        third = await guarded.run(stubborn)
        return [None if each.error is None else type(each.error) for each in (first, second, third)]

    assert asyncio.run(main()) == [StillRunning, StillRunning, None]


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_call_that_is_cancelled_just_as_it_ends_is_cancelled(turns: int) -> None:
    go = threading.Event()

    async def main() -> tuple[bool, bool]:
        guarded = Guarded[bool]("late", timeout_s=5.0)
        call = asyncio.create_task(guarded.run(go.wait))
        await asyncio.sleep(0)
        thread = guarded._thread
        assert thread is not None
        go.set()
        while thread.is_alive():
            thread.join(0.01)
        for _ in range(1 + turns):
            await asyncio.sleep(0)
        was_running = call.cancel()
        (came,) = await asyncio.gather(call, return_exceptions=True)
        return was_running, isinstance(came, asyncio.CancelledError)

    was_running, is_cancelled = asyncio.run(main())

    assert is_cancelled is was_running


def test_example_of_the_documentation_shows_every_panel(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "panels.py"

    async def work(deck: UserRig) -> None:
        await deck.save(example.read_text(), bare=True)

        shown = [await deck.rig.deck.answer(each.id, {}) for each in deck.page().panels]

        assert [payload.state.word for payload in shown] == ["live", "live", "live"]
        assert [row["id"] for row in shown[0].rows] == [BTC, ETH]
        assert "**2** symbols" in shown[2].text

    _with_deck(tmp_path, work)
