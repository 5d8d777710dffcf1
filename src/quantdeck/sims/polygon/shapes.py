"""Numbers by which the vendor writes exchanges, tapes and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quantdeck.sims.polygon.instruments import Instrument

EXCHANGES: tuple[dict[str, Any], ...] = tuple(
    {
        "id": number,
        "type": "exchange",
        "asset_class": "stocks",
        "locale": "us",
        "name": name,
        "mic": mic,
        "operating_mic": mic,
        "participant_id": letter,
    }
    for number, name, mic, letter in (
        (4, "FINRA Alternative Display Facility", "XADF", "D"),
        (10, "New York Stock Exchange", "XNYS", "N"),
        (11, "NYSE Arca, Inc.", "ARCX", "P"),
        (12, "Nasdaq", "XNAS", "T"),
        (15, "Investors Exchange", "IEXG", "V"),
        (19, "Cboe BZX", "BATS", "Z"),
    )
)
CONDITIONS: tuple[dict[str, Any], ...] = tuple(
    {
        "id": number,
        "type": "sale_condition",
        "name": name,
        "asset_class": "stocks",
        "sip_mapping": {"CTA": letter, "UTP": letter},
        "update_rules": {
            "consolidated": {
                "updates_high_low": counts,
                "updates_open_close": counts,
                "updates_volume": True,
            }
        },
        "data_types": ["trade"],
    }
    for number, name, letter, counts in (
        (0, "Regular Sale", "@", True),
        (12, "Form T/Extended Hours", "T", False),
        (14, "Intermarket Sweep", "F", True),
        (37, "Odd Lot Trade", "I", False),
    )
)
_NUMBERS = (4, 11, 12, 19)
_TAPES = {"XNYS": 1, "ARCX": 2, "XNAS": 3}
_ODD_LOT = 100
_A_MINUTE = 10_000


def exchange_of(ts_ns: int) -> int:
    """Return the exchange of an event."""
    return _NUMBERS[ts_ns // 1_000 % len(_NUMBERS)]


def tape_of(what: Instrument) -> int:
    """Return the tape of an instrument's primary exchange."""
    return _TAPES.get(what.stock.exchange, 1)


def sequence_of(minute: int, place: int) -> int:
    """Return the number of an event of a ticker: it grows, but is not contiguous.

    Examples
    --------
    >>> sequence_of(2, 0) > sequence_of(1, 119)
    True
    """
    return (minute % 1_000_000) * _A_MINUTE + 3 * place + 1


def trade_conditions(size: int, *, is_regular: bool) -> list[int]:
    """Return the conditions of a trade."""
    return ([] if is_regular else [12]) + ([37] if size < _ODD_LOT else [14])


def quote_conditions() -> list[int]:
    """Return the conditions of a quote: regular, two sided, open."""
    return [1]
