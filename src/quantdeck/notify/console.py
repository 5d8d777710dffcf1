"""The terminal that the deck was started in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.notify.wording import headline, moment
from quantdeck.ports.notifier import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.model.alerts import FiredAlert


class ConsoleNotifier:
    """Writes a line for every alert. Fulfils `quantdeck.ports.notifier.Notifier`.

    Parameters
    ----------
    write : callable
        Takes the line, without its end.

    Examples
    --------
    >>> import asyncio
    >>> from quantdeck.model.alerts import FiredAlert
    >>> asyncio.run(ConsoleNotifier(print).send(FiredAlert("1", "r", "BTC", "", 0, "3 > 2")))
    ALERT 1970-01-01T00:00:00Z BTC: 3 > 2
    """

    kind = "console"

    def __init__(self, write: Callable[[str], None]) -> None:
        self.name = self.kind
        self._write = write

    async def send(self, alert: FiredAlert) -> None:
        """Write a line.

        Raises
        ------
        Unreachable
            If nobody reads the terminal any more.
        """
        try:
            self._write(f"ALERT {moment(alert)} {headline(alert)}")
        except (OSError, ValueError) as error:
            raise Unreachable(f"the terminal cannot be written: {error}") from error

    async def close(self) -> None:
        """Do nothing: there is nothing to free."""
