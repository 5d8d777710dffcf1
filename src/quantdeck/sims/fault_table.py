"""The faults there are, what their values mean and what they do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    COUNT = "count"
    MS = "ms"
    SECONDS = "seconds"
    CODE = "code[/seconds]"


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One row of the table of faults.

    Parameters
    ----------
    name : str
        How it is written.
    effect : str
        What it does, for a person.
    value : ValueKind
        What its value is.
    default : float or None
        Value taken where none is written; None with a value kind means "now, once" for faults that
        end connections.
    takes_streams : bool
        Whether it can be limited to some streams.
    """

    name: str
    effect: str
    value: ValueKind = ValueKind.NONE
    default: float | None = None
    takes_streams: bool = False


FAULTS: dict[str, FaultSpec] = {
    str(spec.name): spec
    for spec in (
        FaultSpec(FaultName.MUTE, "streams are acknowledged and bring no data", takes_streams=True),
        FaultSpec(
            FaultName.DROP,
            "stream connections are aborted without a close frame, so long after they opened; without a value those open now, once",
            value=ValueKind.SECONDS,
        ),
        FaultSpec(
            FaultName.CLOSE,
            "stream connections are closed with this code, so long after they opened; without seconds those open now, once",
            value=ValueKind.CODE,
            default=1001,
        ),
        FaultSpec(
            FaultName.ROLL,
            "the lifetime of stream connections is this instead of 24 hours; a serverShutdown notice comes before the close",
            value=ValueKind.SECONDS,
            default=30,
        ),
        FaultSpec(
            FaultName.SHUTDOWN,
            "a serverShutdown notice is sent so long after a connection opened, which stays open; without a value to those open now, once",
            value=ValueKind.SECONDS,
        ),
        FaultSpec(
            FaultName.ID_GAPS,
            "numbered trades are missing from the streams; REST still has them",
            value=ValueKind.SHARE,
            default=0.01,
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.DUPLICATES,
            "messages are sent twice",
            value=ValueKind.SHARE,
            default=0.05,
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.OUT_OF_ORDER,
            "messages change places with the next one of their stream",
            value=ValueKind.SHARE,
            default=0.05,
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.LATE,
            "one message in twenty is sent this much later than those after it",
            value=ValueKind.MS,
            default=1500,
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.SLOW,
            "every message is sent this much later",
            value=ValueKind.MS,
            default=1000,
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.NA_PRINTS,
            'trade streams carry prints that are no trades: X is "NA", price and quantity 0',
            value=ValueKind.SHARE,
            default=0.05,
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.COIN_MARGINED,
            "each event is followed by that of the coin-margined contract of the same coin (st 2)",
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.GARBAGE,
            "frames that cannot be decoded are put between: no JSON, cut off, binary",
            value=ValueKind.SHARE,
            default=0.05,
            takes_streams=True,
        ),
        FaultSpec(FaultName.NO_PONG, "pings of the client are not answered"),
        FaultSpec(FaultName.NO_PING, "the server sends no pings"),
        FaultSpec(FaultName.NO_ACK, "control messages are not answered"),
        FaultSpec(
            FaultName.REJECT_SUBSCRIBE,
            "SUBSCRIBE is answered with an error and subscribes to nothing",
            takes_streams=True,
        ),
        FaultSpec(
            FaultName.ERROR_OBJECT,
            "error replies to control messages hold code and msg in an object named error",
        ),
        FaultSpec(FaultName.REFUSE_CONNECT, "stream connections are refused with HTTP 503"),
        FaultSpec(
            FaultName.TOO_MANY_REQUESTS,
            "REST answers 429 with this Retry-After",
            value=ValueKind.SECONDS,
            default=5,
        ),
        FaultSpec(
            FaultName.BANNED,
            "REST answers 418, address banned, with this Retry-After",
            value=ValueKind.SECONDS,
            default=120,
        ),
        FaultSpec(FaultName.SERVER_ERROR, "REST answers 500, no JSON"),
        FaultSpec(
            FaultName.SLOW_REST, "REST answers this much later", value=ValueKind.MS, default=2000
        ),
        FaultSpec(
            FaultName.CLOCK_SKEW,
            "the venue's clock is ahead by this; may be negative",
            value=ValueKind.MS,
            default=1200,
        ),
    )
}
"""Every fault, in the order of the help."""
