"""Visual CV in a real browser, before anybody wrote one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.browsing import Visit


def test_cv_without_a_file_shows_what_to_write(open_page: Callable[..., Visit]) -> None:
    tab = open_page("cv")

    panel = tab.panel("cv.header")
    panel.locator("pre:has-text('header:')").wait_for()

    assert "There is no cv.yaml yet" in panel.inner_text()
    assert tab.complaints() == []
