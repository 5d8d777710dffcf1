"""Faults a simulator can be told to show, how they are written and what they do.

A fault is written ``name[=value][:streams]``, such as ``mute``, ``id-gaps=0.01:btcusdt@*`` or
``close=1001/5``; `streams` is a shell pattern of stream names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from quantdeck.model.errors import BadInput


class FaultName(StrEnum):
    """What can go wrong; the value is how it is written."""

    MUTE = "mute"
    DROP = "drop"
    CLOSE = "close"
    ROLL = "roll"
    SHUTDOWN = "shutdown"
    ID_GAPS = "id-gaps"
    DUPLICATES = "duplicates"
    OUT_OF_ORDER = "out-of-order"
    LATE = "late"
    SLOW = "slow"
    NA_PRINTS = "na-prints"
    COIN_MARGINED = "coin-margined"
    GARBAGE = "garbage"
    NO_PONG = "no-pong"
    NO_PING = "no-ping"
    NO_ACK = "no-ack"
    REJECT_SUBSCRIBE = "reject-subscribe"
    ERROR_OBJECT = "error-object"
    REFUSE_CONNECT = "refuse-connect"
    TOO_MANY_REQUESTS = "429"
    BANNED = "418"
    SERVER_ERROR = "http-500"
    SLOW_REST = "slow-rest"
    CLOCK_SKEW = "clock-skew"


class ValueKind(StrEnum):
    """What follows the equals sign."""

    NONE = ""
    SHARE = "share"
    """A number in (0, 1]: how many of the messages are touched."""
    MS = "ms"
    SECONDS = "seconds"
    CODE = "code[/seconds]"


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One row of the table of faults.

    Parameters
    ----------
    name : FaultName
        How it is written.
    value : ValueKind
        What its value is.
    default : float or None
        Value taken where none is written; None with a value kind means "now, once" for faults that
        end connections.
    takes_streams : bool
        Whether it can be limited to some streams.
    effect : str
        What it does, for a person.
    """

    name: FaultName
    value: ValueKind
    default: float | None
    takes_streams: bool
    effect: str


FAULTS: dict[FaultName, FaultSpec] = {
    spec.name: spec
    for spec in (
        FaultSpec(
            FaultName.MUTE,
            ValueKind.NONE,
            None,
            True,
            "streams are acknowledged and bring no data",
        ),
        FaultSpec(
            FaultName.DROP,
            ValueKind.SECONDS,
            None,
            False,
            "stream connections are aborted without a close frame, so long after they opened; "
            "without a value those open now, once",
        ),
        FaultSpec(
            FaultName.CLOSE,
            ValueKind.CODE,
            1001,
            False,
            "stream connections are closed with this code, so long after they opened; without "
            "seconds those open now, once",
        ),
        FaultSpec(
            FaultName.ROLL,
            ValueKind.SECONDS,
            30,
            False,
            "the lifetime of stream connections is this instead of 24 hours; a serverShutdown "
            "notice comes before the close",
        ),
        FaultSpec(
            FaultName.SHUTDOWN,
            ValueKind.SECONDS,
            None,
            False,
            "a serverShutdown notice is sent so long after a connection opened, which stays open; "
            "without a value to those open now, once",
        ),
        FaultSpec(
            FaultName.ID_GAPS,
            ValueKind.SHARE,
            0.01,
            True,
            "numbered trades are missing from the streams; REST still has them",
        ),
        FaultSpec(FaultName.DUPLICATES, ValueKind.SHARE, 0.05, True, "messages are sent twice"),
        FaultSpec(
            FaultName.OUT_OF_ORDER,
            ValueKind.SHARE,
            0.05,
            True,
            "messages change places with the next one of their stream",
        ),
        FaultSpec(
            FaultName.LATE,
            ValueKind.MS,
            1500,
            True,
            "one message in twenty is sent this much later than those after it",
        ),
        FaultSpec(
            FaultName.SLOW, ValueKind.MS, 1000, True, "every message is sent this much later"
        ),
        FaultSpec(
            FaultName.NA_PRINTS,
            ValueKind.SHARE,
            0.05,
            True,
            'trade streams carry prints that are no trades: X is "NA", price and quantity 0',
        ),
        FaultSpec(
            FaultName.COIN_MARGINED,
            ValueKind.NONE,
            None,
            True,
            "each event is followed by that of the coin-margined contract of the same coin (st 2)",
        ),
        FaultSpec(
            FaultName.GARBAGE,
            ValueKind.SHARE,
            0.05,
            True,
            "frames that cannot be decoded are put between: no JSON, cut off, binary",
        ),
        FaultSpec(
            FaultName.NO_PONG, ValueKind.NONE, None, False, "pings of the client are not answered"
        ),
        FaultSpec(FaultName.NO_PING, ValueKind.NONE, None, False, "the server sends no pings"),
        FaultSpec(
            FaultName.NO_ACK, ValueKind.NONE, None, False, "control messages are not answered"
        ),
        FaultSpec(
            FaultName.REJECT_SUBSCRIBE,
            ValueKind.NONE,
            None,
            True,
            "SUBSCRIBE is answered with an error and subscribes to nothing",
        ),
        FaultSpec(
            FaultName.ERROR_OBJECT,
            ValueKind.NONE,
            None,
            False,
            "error replies to control messages hold code and msg in an object named error",
        ),
        FaultSpec(
            FaultName.REFUSE_CONNECT,
            ValueKind.NONE,
            None,
            False,
            "stream connections are refused with HTTP 503",
        ),
        FaultSpec(
            FaultName.TOO_MANY_REQUESTS,
            ValueKind.SECONDS,
            5,
            False,
            "REST answers 429 with this Retry-After",
        ),
        FaultSpec(
            FaultName.BANNED,
            ValueKind.SECONDS,
            120,
            False,
            "REST answers 418, address banned, with this Retry-After",
        ),
        FaultSpec(FaultName.SERVER_ERROR, ValueKind.NONE, None, False, "REST answers 500, no JSON"),
        FaultSpec(FaultName.SLOW_REST, ValueKind.MS, 2000, False, "REST answers this much later"),
        FaultSpec(
            FaultName.CLOCK_SKEW,
            ValueKind.MS,
            1200,
            False,
            "the venue's clock is ahead by this; may be negative",
        ),
    )
}
"""Every fault, in the order of the help."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is switched on.

    Parameters
    ----------
    name : FaultName
        Which.
    value : float or None
        As `FaultSpec.value` says.
    after_s : float or None
        Seconds after the slash of a close code.
    streams : str
        Pattern of the streams it touches.
    """

    name: FaultName
    value: float | None = None
    after_s: float | None = None
    streams: str = "*"

    def touches(self, stream: str) -> bool:
        """Whether a stream is among those it is limited to."""
        return self.streams == "*" or fnmatchcase(stream, self.streams)

    def __str__(self) -> str:
        text = self.name.value
        if self.value is not None:
            text += f"={self.value:g}"
        if self.after_s is not None:
            text += f"/{self.after_s:g}"
        return text if self.streams == "*" else f"{text}:{self.streams}"


def parse_fault(text: str) -> Fault:
    """Return the fault a text describes.

    Parameters
    ----------
    text : str
        ``name[=value][:streams]``.

    Raises
    ------
    BadInput
        If there is no such fault or its value makes no sense.

    Examples
    --------
    >>> parse_fault("id-gaps=0.01:btcusdt@*")
    Fault(name=<FaultName.ID_GAPS: 'id-gaps'>, value=0.01, after_s=None, streams='btcusdt@*')
    >>> str(parse_fault("close=1001/5"))
    'close=1001/5'
    """
    head, colon, streams = text.strip().partition(":")
    word, equals, written = head.partition("=")
    spec = _spec(word)
    if spec.value is ValueKind.NONE and spec.takes_streams and equals and not colon:
        streams, colon, equals, written = written, ":", "", ""
    if colon and not (spec.takes_streams and streams):
        raise BadInput(f"fault {word!r} cannot be limited to streams, was {text!r}")
    if equals and spec.value is ValueKind.NONE:
        raise BadInput(f"fault {word!r} takes no value, was {text!r}")
    value, after_s = _value(spec, written, text) if equals else (spec.default, None)
    return Fault(spec.name, value, after_s, streams or "*")


def parse_faults(texts: Iterable[str]) -> list[Fault]:
    """Return the faults of several texts, see `parse_fault`."""
    return [parse_fault(text) for text in texts]


def describe() -> str:
    """Return the table of faults as text for a help page, one line each."""
    rows: list[str] = []
    for spec in FAULTS.values():
        written = spec.name.value
        if spec.value is not ValueKind.NONE:
            written += (
                f"[={spec.value}]" if spec.value is not ValueKind.CODE else "[=code[/seconds]]"
            )
        if spec.takes_streams:
            written += "[:streams]"
        default = "" if spec.default is None else f" (default {spec.default:g})"
        rows.append(f"{written:34} {spec.effect}{default}")
    return "\n".join(rows)


def _spec(word: str) -> FaultSpec:
    try:
        return FAULTS[FaultName(word)]
    except ValueError:
        known = ", ".join(name.value for name in FaultName)
        raise BadInput(f"there is no fault {word!r}; there are {known}") from None


def _value(spec: FaultSpec, written: str, text: str) -> tuple[float, float | None]:
    number, slash, seconds = written.partition("/")
    if slash and spec.value is not ValueKind.CODE:
        raise BadInput(f"fault {spec.name.value!r} takes one number, was {text!r}")
    try:
        value = float(number)
        after_s = float(seconds) if slash else None
    except ValueError:
        raise BadInput(
            f"fault {spec.name.value!r} takes {spec.value}, a number; was {text!r}"
        ) from None
    if not _makes_sense(spec, value) or (after_s is not None and not 0 <= after_s < 1e9):
        raise BadInput(f"fault {spec.name.value!r} takes {spec.value}; {written!r} is none")
    return value, after_s


def _makes_sense(spec: FaultSpec, value: float) -> bool:
    if spec.value is ValueKind.SHARE:
        return 0 < value <= 1
    if spec.value is ValueKind.CODE:
        return value in {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014} or (
            value.is_integer() and 3000 <= value <= 4999
        )
    if spec.name is FaultName.CLOCK_SKEW:
        return abs(value) < 1e9
    return 0 <= value < 1e9
