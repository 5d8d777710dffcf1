"""How messages of the streams are written: MessagePack or JSON, by the handshake's Content-Type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.alpaca.stamps import rfc3339, shortest, ts32, ts64, ts96

if TYPE_CHECKING:
    from quantdeck.sims.faultboard import FaultBoard

_json = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the server.

    Parameters
    ----------
    payload : bytes
        Its body.
    is_binary : bool
        Whether it is a binary frame.
    """

    payload: bytes
    is_binary: bool


class Codec:
    """Writes and reads the messages of one connection.

    Parameters
    ----------
    packs : bool
        MessagePack instead of JSON.
    faults : FaultBoard
        Some concern the form of time stamps.
    """

    def __init__(self, *, packs: bool, faults: FaultBoard) -> None:
        self.packs, self._faults = packs, faults

    def stamp(self, ts_ns: int) -> object:
        """Return an instant [ns] as it is written."""
        if not self.packs:
            return rfc3339(ts_ns)
        for fault, form in (
            (AlpacaFault.TS32, ts32),
            (AlpacaFault.TS64, ts64),
            (AlpacaFault.TS96, ts96),
        ):
            if self._faults.has(fault):
                return form(ts_ns)
        return shortest(ts_ns)

    def message(self, items: list[dict[str, Any]]) -> Message:
        """Return the message of some items, always an array."""
        return Message(_pack(items) if self.packs else _json(items), self.packs)

    def read(self, payload: bytes) -> dict[str, Any] | None:
        """Return what a client says, None where it makes no sense."""
        decode = msgspec.msgpack.decode if self.packs else msgspec.json.decode
        try:
            said: object = decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return cast("dict[str, Any]", said) if isinstance(said, dict) else None
