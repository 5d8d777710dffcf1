"""Faults a simulator can be told to show, how they are written and what they do.

A fault is written ``name[=value][:streams]``, such as ``mute``, ``id-gaps=0.01:btcusdt@*`` or
``close=1001/5``; `streams` is a shell pattern of stream names.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.sims.fault_table import FAULTS, FaultName, FaultSpec, ValueKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is switched on.

    Parameters
    ----------
    name : str
        Which; a member of the simulator's own enumeration.
    value : float or None
        As `FaultSpec.value` says.
    after_s : float or None
        Seconds after the slash of a close code.
    streams : str
        Pattern of the streams it touches.
    """

    name: str
    value: float | None = None
    after_s: float | None = None
    streams: str = "*"

    def touches(self, stream: str) -> bool:
        """Whether a stream is among those it is limited to."""
        return self.streams == "*" or fnmatchcase(stream, self.streams)

    def __str__(self) -> str:
        text = str(self.name)
        if self.value is not None:
            text += f"={self.value:g}"
        if self.after_s is not None:
            text += f"/{self.after_s:g}"
        return text if self.streams == "*" else f"{text}:{self.streams}"


def parse_fault(text: str, table: Mapping[str, FaultSpec] = FAULTS) -> Fault:
    """Return the fault a text describes.

    Parameters
    ----------
    text : str
        ``name[=value][:streams]``.
    table : mapping of str to FaultSpec
        The faults that the simulator knows.

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
    spec = _spec(word, table)
    if spec.value is ValueKind.NONE and spec.takes_streams and equals and not colon:
        streams, colon, equals, written = written, ":", "", ""
    if colon and not (spec.takes_streams and streams):
        raise BadInput(f"fault {word!r} cannot be limited to streams, was {text!r}")
    if equals and spec.value is ValueKind.NONE:
        raise BadInput(f"fault {word!r} takes no value, was {text!r}")
    value, after_s = _value(spec, written, text) if equals else (spec.default, None)
    return Fault(spec.name, value, after_s, streams or "*")


def parse_faults(texts: Iterable[str], table: Mapping[str, FaultSpec] = FAULTS) -> list[Fault]:
    """Return the faults of several texts, see `parse_fault`."""
    return [parse_fault(text, table) for text in texts]


def describe(table: Mapping[str, FaultSpec] = FAULTS) -> str:
    """Return a table of faults as text for a help page, one line each."""
    rows: list[str] = []
    for spec in table.values():
        written = str(spec.name)
        if spec.value is not ValueKind.NONE:
            written += (
                f"[={spec.value}]" if spec.value is not ValueKind.CODE else "[=code[/seconds]]"
            )
        if spec.takes_streams:
            written += "[:streams]"
        default = "" if spec.default is None else f" (default {spec.default:g})"
        rows.append(f"{written:34} {spec.effect}{default}")
    return "\n".join(rows)


def _spec(word: str, table: Mapping[str, FaultSpec]) -> FaultSpec:
    spec = table.get(word)
    if spec is None:
        known = ", ".join(each.name for each in table.values())
        raise BadInput(f"there is no fault {word!r}; there are {known}")
    return spec


def _value(spec: FaultSpec, written: str, text: str) -> tuple[float, float | None]:
    number, slash, seconds = written.partition("/")
    if slash and spec.value is not ValueKind.CODE:
        raise BadInput(f"fault {str(spec.name)!r} takes one number, was {text!r}")
    try:
        value = float(number)
        after_s = float(seconds) if slash else None
    except ValueError:
        raise BadInput(
            f"fault {str(spec.name)!r} takes {spec.value}, a number; was {text!r}"
        ) from None
    if not _makes_sense(spec, value) or (after_s is not None and not 0 <= after_s < 1e9):
        raise BadInput(f"fault {str(spec.name)!r} takes {spec.value}; {written!r} is none")
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
