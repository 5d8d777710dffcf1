"""``quantdeck health`` where there is nothing to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def test_health_of_an_address_where_nobody_answers_is_refused(run: Run) -> None:
    ended = run("health", "http://127.0.0.1:9", "--timeout", "2")

    assert ended.code == 3
    assert "does not answer" in ended.err


def test_health_of_what_is_no_address_is_bad_usage(run: Run) -> None:
    assert run("health", "ftp://127.0.0.1").code == 2
