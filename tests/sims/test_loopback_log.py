"""What the servers of simulators have to say."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from quantdeck.sims import loopback

if TYPE_CHECKING:
    import pytest


def _logged(error: Exception, caplog: pytest.LogCaptureFixture) -> list[str]:
    with caplog.at_level(logging.ERROR):
        loopback._LOG.error("Unhandled exception", exc_info=error)
    return [record.getMessage() for record in caplog.records]


def test_answer_that_comes_as_the_server_ends_is_no_news(caplog) -> None:
    assert _logged(asyncio.InvalidStateError("invalid state"), caplog) == []


def test_client_that_goes_before_it_has_its_answer_is_no_news(caplog) -> None:
    assert _logged(ConnectionResetError("Cannot write to closing transport"), caplog) == []


def test_fault_of_a_handler_is_told(caplog) -> None:
    assert _logged(ValueError("a fault"), caplog) == ["Unhandled exception"]
