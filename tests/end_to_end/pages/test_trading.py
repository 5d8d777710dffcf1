"""The Trading page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells

if TYPE_CHECKING:
    from collections.abc import Callable

PANELS = (
    *("summary", "switch", "positions", "ticket", "orders", "fills", "exits", "rules"),
    *("equity", "strategies", "limits", "ended"),
)
"""Those that show something in a demo, which opens with a few orders of its own."""

SYMBOL = "AVAXUSDT"


def text_of(tab: Visit, name: str) -> str:
    return tab.panel(f"trading.{name}").inner_text()


def sides_of_fills(tab: Visit) -> list[str]:
    rows = tab.panel("trading.fills").locator("tbody tr", has_text=SYMBOL).all_inner_texts()
    return [row.split("\t")[1] for row in rows]


def place(tab: Visit) -> None:
    tab.panel("trading.ticket").get_by_role("button", name="Place order").click()


def test_market_order_is_previewed_filled_and_closed(open_page: Callable[..., Visit]) -> None:
    tab = open_page("trading", f"?what={SYMBOL}&quantity=1")
    held = tab.panel("trading.positions").locator("tbody tr", has_text=SYMBOL)
    wait_until(lambda: "within all" in text_of(tab, "ticket"), tab.page, seconds=30.0)

    place(tab)
    wait_until(lambda: held.count() == 1, tab.page, seconds=30.0)
    wait_until(lambda: SYMBOL not in text_of(tab, "orders"), tab.page, seconds=30.0)
    held.get_by_role("button", name="Close").click()
    tab.page.locator(".confirm__answers .button--primary").click()
    wait_until(lambda: held.count() == 0, tab.page, seconds=30.0)

    assert wait_until(lambda: sides_of_fills(tab)[:1] == ["sell"], tab.page)
    assert sides_of_fills(tab)[-1] == "buy"
    assert tab.complaints() == []


def test_refused_order_names_its_limit_and_a_large_one_is_asked_about(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("trading", "?what=BTCUSDT&quantity=50")
    wait_until(lambda: "refused: in one" in text_of(tab, "ticket"), tab.page, seconds=30.0)

    place(tab)
    said = tab.page.get_by_text("Refused, in one underlying")
    wait_until(lambda: said.count() > 0, tab.page)
    quantity = tab.panel("trading.ticket").locator('[data-control="quantity"] input')
    quantity.fill("0.5")
    quantity.press("Enter")
    wait_until(lambda: "asked again" in text_of(tab, "ticket"), tab.page, seconds=30.0)
    place(tab)
    question = tab.page.locator(".confirm__text")
    wait_until(lambda: question.count() == 1, tab.page)

    assert "of the account. Worst loss" in question.inner_text()
    tab.page.locator(".confirm__answers .button").first.click()
    assert wait_until(lambda: cells(tab, "trading", "ended", 4)[:1] == ["refused"], tab.page)
