"""The calendars of the exchanges, by Yahoo's codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.feeds.yahoo.wire import Meta

ALWAYS = "24/7"
"""Calendar of markets that never close."""

_WEEKDAYS = "24/5"
_CALENDARS = {
    "XNYS": (
        "NMS",
        "NGM",
        "NCM",
        "NYQ",
        "PCX",
        "ASE",
        "BTS",
        "NYS",
        "SNP",
        "DJI",
        "NIM",
        "WCB",
        "CXI",
    ),
    "XLON": ("LSE", "IOB", "FGI"),
    "XETR": ("GER",),
    "XFRA": ("FRA",),
    "XPAR": ("PAR",),
    "XAMS": ("AMS",),
    "XBRU": ("BRU",),
    "XLIS": ("LIS",),
    "XMAD": ("MCE",),
    "XMIL": ("MIL",),
    "XSWX": ("EBS",),
    "XSTO": ("STO",),
    "XHEL": ("HEL",),
    "XCSE": ("CPH",),
    "XOSL": ("OSL",),
    "XWBO": ("VIE",),
    "XDUB": ("ISE",),
    "XTSE": ("TOR", "VAN"),
    "XTKS": ("JPX", "OSA"),
    "XHKG": ("HKG",),
    "XSHG": ("SHH", "SHZ"),
    "XASX": ("ASX",),
    "XNSE": ("NSI",),
    "XBOM": ("BSE",),
    "XKRX": ("KSC", "KOE"),
    "XTAI": ("TAI",),
    "BVMF": ("SAO",),
    "XMEX": ("MEX",),
    "XJSE": ("JNB",),
    "CMES": ("CME", "CBT", "NYM", "CMX"),
    ALWAYS: ("CCC",),
    _WEEKDAYS: ("CCY",),
}
_BY_CODE = {code: name for name, codes in _CALENDARS.items() for code in codes}
_BY_KIND = {"CRYPTOCURRENCY": ALWAYS, "CURRENCY": _WEEKDAYS}


def calendar_of(meta: Meta) -> str:
    """Return the name of the calendar a symbol trades by.

    Where Yahoo's code is not known, New York's for its time zone, else every weekday.

    Examples
    --------
    >>> from quantdeck.feeds.yahoo.wire import Meta
    >>> calendar_of(Meta(exchange="NMS")), calendar_of(Meta(kind="CRYPTOCURRENCY")), calendar_of(Meta())
    ('XNYS', '24/7', '24/5')
    """
    known = _BY_CODE.get(meta.exchange) or _BY_KIND.get(meta.kind)
    return known or ("XNYS" if meta.zone == "America/New_York" else _WEEKDAYS)
