"""Every view of the demo, on a phone and on a desk, in both themes: what is in sight, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.views.pages import pages
from tests.end_to_end.browsing import DESK, Visit, wait_until
from tests.end_to_end.real_pages import FIRST, shown

if TYPE_CHECKING:
    from collections.abc import Callable

CHOICES = {"trading": "?what=BINANCE-USDM:BTCUSDT&quantity=1"}

_WIDTH = "document.documentElement.scrollWidth"
_SCHEME = "document.documentElement.dataset.mantineColorScheme"


# One visit for all of it: to open a page takes longer than to look at it.
@pytest.mark.parametrize("name", [*(page.id for page in pages()), "cv"])
def test_view_is_accessible_and_whole_on_a_phone_and_on_a_desk(
    open_page: Callable[..., Visit], axe_source: str, name: str
) -> None:
    tab = open_page(name, CHOICES.get(name, ""), theme="light", small=True)
    wait_until(lambda: shown(tab, name, *FIRST[name][:1]), tab.page, seconds=60.0)

    on_a_phone = [*tab.accessibility_faults(axe_source), *tab.wider_than_the_screen()]
    phone = tab.page.evaluate(_WIDTH)
    tab.page.set_viewport_size(DESK)
    tab.page.keyboard.press("t")
    wait_until(lambda: tab.page.evaluate(_SCHEME) == "dark", tab.page)
    on_a_desk = tab.accessibility_faults(axe_source)

    assert on_a_phone == []
    assert on_a_desk == []
    assert phone == 390
    assert tab.complaints() == []
