"""The errors of quantdeck, and what each asks of whoever meets it.

::

    QuantdeckError
    ├── BadInput (ValueError)      the caller's fault; exit 2, HTTP 422
    │   └── BadRule                a text is no alert rule; names the place
    ├── NoData                     nothing recorded for the question; exit 4, HTTP 404
    │   └── TooLittleData          (ValueError) too little; says how much is needed; HTTP 409
    ├── ConfigError                stop at start; names the key and the file; exit 2
    ├── VenueError                 a vendor misbehaved or refused; exit 3
    │   ├── Disconnected           reconnect with back-off
    │   ├── RateLimited            wait `retry_after_s`, then go on
    │   ├── AuthFailed             stop this feed and tell the user; never retry in a loop
    │   ├── NotEntitled            fall back (real time -> delayed)
    │   └── BadMessage             quarantine, count, continue
    ├── StoreError                 the tape or the records cannot be written or read
    ├── ComputeError               handed-out work failed or its workers were lost; HTTP 503
    ├── TooManyTries               guessing; wait `retry_after_s`; HTTP 429
    ├── NotAllowed                 another role or scope is needed; HTTP 403
    └── Conflict                   the request contradicts the present state; HTTP 409
        └── Unconfirmed            it is large enough to be asked about again; HTTP 409

A message says what was asked, what was found and what to do, and never holds a secret.
"""


class QuantdeckError(Exception):
    """Root of every error quantdeck raises on purpose."""


class BadInput(QuantdeckError, ValueError):  # noqa: N818
    """The caller asked for something that cannot be: a wrong value, shape or name.

    Parameters
    ----------
    message : str
        What was asked, what was found, what to do.
    field : str
        Name of the parameter or form field that is wrong; empty where it is not one alone.
    """

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class BadRule(BadInput):
    """A text that is no alert rule.

    Parameters
    ----------
    reason : str
        What is wrong and what would be right.
    text : str
        The whole text.
    start, end : int
        The characters that are meant: ``text[start:end]``; empty at the end of the text.
    """

    def __init__(self, reason: str, *, text: str, start: int, end: int) -> None:
        self.reason = reason
        self.text = text
        self.start = start
        self.end = end
        self.line = text.count("\n", 0, start) + 1
        self.column = start - (text.rfind("\n", 0, start) + 1) + 1
        super().__init__(f"line {self.line}, column {self.column}: {reason}")

    def picture(self) -> str:
        """Return the line that is meant, with carets under the characters."""
        begin = self.text.rfind("\n", 0, self.start) + 1
        line = self.text[begin:].split("\n", 1)[0]
        width = max(1, min(self.end, begin + len(line)) - self.start)
        # Tabs stay tabs, so that the carets stand under what they point at.
        before = "".join("\t" if c == "\t" else " " for c in line[: self.start - begin])
        return f"{line}\n{before}{'^' * width}"


class NoData(QuantdeckError):  # noqa: N818
    """Nothing is recorded for the question, or too little to answer it."""


class TooLittleData(NoData, ValueError):  # noqa: N818
    """What is recorded does not suffice; with more of it the question can be answered.

    Parameters
    ----------
    message : str
        What was asked, how much is needed and how much there is.
    needed, found : int or None
        How much, in what the message counts; None where only the message tells.
    """

    def __init__(
        self, message: str, *, needed: int | None = None, found: int | None = None
    ) -> None:
        super().__init__(message)
        self.needed = needed
        self.found = found


class ConfigError(QuantdeckError):
    """The configuration is wrong; the message names file, key and allowed values."""


class VenueError(QuantdeckError):
    """A vendor refused, failed or spoke nonsense.

    Parameters
    ----------
    venue : str
        Short name of the vendor's service, such as ``binance-usdm``.
    message : str
        What was asked, what was found, what to do.
    """

    def __init__(self, venue: str, message: str) -> None:
        super().__init__(f"{venue}: {message}")
        self.venue = venue


class Disconnected(VenueError):  # noqa: N818
    """The connection ended; the supervisor reconnects with back-off."""


class RateLimited(VenueError):  # noqa: N818
    """The vendor asked to slow down.

    Parameters
    ----------
    venue : str
        Short name of the vendor's service.
    message : str
        The vendor's words.
    retry_after_s : float
        How long to wait before the next request. [s]
    banned : bool
        True where the vendor has blocked the address rather than one request.
    """

    def __init__(
        self, venue: str, message: str, *, retry_after_s: float, banned: bool = False
    ) -> None:
        super().__init__(venue, f"{message} (retry after {retry_after_s:.0f} s)")
        self.retry_after_s = retry_after_s
        self.banned = banned


class AuthFailed(VenueError):  # noqa: N818
    """The vendor refused the credentials."""


class NotEntitled(VenueError):  # noqa: N818
    """The plan does not include what was asked for."""


class BadMessage(VenueError):  # noqa: N818
    """A message that cannot be decoded; quarantined and counted, never fatal."""

    def __init__(self, venue: str, reason: str, raw: bytes) -> None:
        super().__init__(venue, reason)
        self.reason = reason
        self.raw = raw


class StoreError(QuantdeckError):
    """The tape or the records cannot be written or read."""


class ComputeError(QuantdeckError):
    """Work that was handed out failed, or those who did it were lost; it can be asked for again."""


class TooManyTries(QuantdeckError):  # noqa: N818
    """Passwords or codes were wrong too often.

    Parameters
    ----------
    message : str
        What failed, and how long to wait.
    retry_after_s : float
        How long to wait before the next try. [s]
    """

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotAllowed(QuantdeckError):  # noqa: N818
    """Somebody asked for what their role, or the scopes of their token, do not include."""


class Conflict(QuantdeckError):  # noqa: N818
    """The request contradicts the present state."""


class Unconfirmed(Conflict):
    """What is asked for is large: the message is the question that a person agrees to first."""
