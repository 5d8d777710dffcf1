"""Says which vendors' keys are here, and what is missing; never what they are."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from quantdeck.app.credentials import (
    alpaca_keys,
    key_hint,
    news_key,
    polygon_key,
    surroundings,
    tastytrade_grant,
)
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

VENDORS = {
    "alpaca": alpaca_keys,
    "tastytrade": tastytrade_grant,
    "polygon": polygon_key,
    "newsapi": news_key,
}
"""What finds the key of each vendor that needs one."""

_HALVES = {
    "alpaca": (("ALPACA_API_KEY",), ("ALPACA_API_SECRET",)),
    "tastytrade": (("TT_CLIENT_SECRET", "TT_SECRET"), ("TT_REFRESH_TOKEN", "TT_REFRESH")),
}


def run_keys(vendor: str, *, as_json: bool) -> int:
    """Print whose keys are here, and return the exit code.

    Parameters
    ----------
    vendor : str
        One of `VENDORS`; all where empty.
    as_json : bool
        Print an object of names and whether their keys are here.

    Returns
    -------
    int
        3 where a vendor was named and its key is missing, else 0.

    Raises
    ------
    BadInput
        If there is no such vendor.
    """
    if vendor and vendor not in VENDORS:
        raise BadInput(f"{vendor!r} is no vendor with a key; there are {', '.join(VENDORS)}")
    environ = surroundings(is_strict=False)
    names = [vendor] if vendor else list(VENDORS)
    found = {name: VENDORS[name](environ) is not None for name in names}
    if as_json:
        print(json.dumps(found))  # noqa: T201
    else:
        for name, is_here in found.items():
            said = "key found" if is_here else _missing(name, environ)
            # What is missing of a vendor that was asked for is no result to go on with.
            where = sys.stderr if vendor and not is_here else sys.stdout
            print(f"{name:<11} {said}", file=where)
    return 3 if vendor and not found[vendor] else 0


def _missing(name: str, environ: Mapping[str, str]) -> str:
    halves = _HALVES.get(name, ())
    here = [next((each for each in half if environ.get(each, "").strip()), "") for half in halves]
    absent = [half[0] for half, found in zip(halves, here, strict=True) if not found]
    if any(here) and absent:
        found = next(filter(None, here))
        return f"half a key; {found} is here, set {absent[0]} as well"
    return f"no key; {key_hint(name)}"
