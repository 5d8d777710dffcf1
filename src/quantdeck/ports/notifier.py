"""A way to tell somebody outside the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quantdeck.model.alerts import FiredAlert


class Refused(Exception):  # noqa: N818 - what it is called in the field
    """The channel will not take the message, now or later; trying again is of no use.

    The text says why and never holds a secret.
    """


class Unreachable(Exception):  # noqa: N818 - as above
    """The channel did not answer, or asked to wait; trying again may help.

    Parameters
    ----------
    message : str
        Why, without a secret.
    retry_after_s : float or None
        How long it asked to wait. [s]
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Notifier(Protocol):
    """One channel, such as a Slack webhook. One contract suite runs against every one of them."""

    @property
    def name(self) -> str:
        """What rules call it by."""
        ...

    @property
    def kind(self) -> str:
        """``console``, ``slack``, ``webhook`` or ``email``."""
        ...

    async def send(self, alert: FiredAlert) -> None:
        """Send one message, once; `alert.id` is its idempotency key.

        Raises
        ------
        Refused
            If the channel refused it for good.
        Unreachable
            If it did not get through this time.
        """
        ...

    async def close(self) -> None:
        """Free what is held. Idempotent."""
        ...
