"""The list of named strategies.

Legs are written as in ``+C1 -2C2 +P1'``: bought or sold, how many, call, put or share (S), which strike,
and a dash for the far expiry. Strikes are places around the forward: ``0`` is the middle, ``d`` the distance
of the strikes that are sold out of the money, ``w`` the width of the wings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.structures import LegPlan, Payment, Place, Structure, View
from quantdeck.analytics.strategies.types import LegKind
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {"C": LegKind.CALL, "P": LegKind.PUT, "S": LegKind.SHARE}
_LEG = re.compile(r"([+-])(\d*)([CPS])(\d?)('?)")
_TERM = re.compile(r"([+-]?)([\d.]*)([dw])")

_TABLE = """
long-call | Long call | | up | long | debit | 0 | +C1
long-put | Long put | | down | long | debit | 0 | +P1
short-call | Short call | naked call | down | short | credit | d | -C1
short-put | Short put | cash-secured put, naked put | up | short | credit | -d | -P1
bull-call-spread | Bull call spread | call debit spread, long call vertical | up | flat | debit | 0 w | +C1 -C2
bear-call-spread | Bear call spread | call credit spread, short call vertical | down | flat | credit | d d+w | -C1 +C2
bear-put-spread | Bear put spread | put debit spread, long put vertical | down | flat | debit | -w 0 | -P1 +P2
bull-put-spread | Bull put spread | put credit spread, short put vertical | up | flat | credit | -d-w -d | +P1 -P2
long-straddle | Long straddle | | move | long | debit | 0 | +C1 +P1
short-straddle | Short straddle | | still | short | credit | 0 | -C1 -P1
long-strangle | Long strangle | | move | long | debit | -d d | +P1 +C2
short-strangle | Short strangle | | still | short | credit | -d d | -P1 -C2
long-guts | Long guts | | move | long | debit | -d d | +C1 +P2
short-guts | Short guts | | still | short | credit | -d d | -C1 -P2
strip | Strip | | move | long | debit | 0 | +C1 +2P1
strap | Strap | | move | long | debit | 0 | +2C1 +P1
iron-condor | Iron condor | short iron condor | still | short | credit | -d-w -d d d+w | +P1 -P2 -C3 +C4
reverse-iron-condor | Reverse iron condor | long iron condor | move | long | debit | -d-w -d d d+w | -P1 +P2 +C3 -C4
iron-butterfly | Iron butterfly | iron fly, short iron butterfly | still | short | credit | -w 0 w | +P1 -P2 -C2 +C3
reverse-iron-butterfly | Reverse iron butterfly | long iron butterfly | move | long | debit | -w 0 w | -P1 +P2 +C2 -C3
call-butterfly | Call butterfly | long call fly | still | short | debit | -w 0 w | +C1 -2C2 +C3
put-butterfly | Put butterfly | long put fly | still | short | debit | -w 0 w | +P1 -2P2 +P3
short-call-butterfly | Short call butterfly | | move | long | credit | -w 0 w | -C1 +2C2 -C3
broken-wing-call-butterfly | Broken-wing call butterfly | skip-strike butterfly | still | short | either | 0 w 3w | +C1 -2C2 +C3
broken-wing-put-butterfly | Broken-wing put butterfly | skip-strike butterfly | still | short | either | -3w -w 0 | +P1 -2P2 +P3
call-condor | Call condor | long call condor | still | short | debit | -1.5w -0.5w 0.5w 1.5w | +C1 -C2 -C3 +C4
put-condor | Put condor | long put condor | still | short | debit | -1.5w -0.5w 0.5w 1.5w | +P1 -P2 -P3 +P4
call-ratio-spread | Call ratio spread | front spread | still | short | either | 0 w | +C1 -2C2
put-ratio-spread | Put ratio spread | front spread | still | short | either | -w 0 | -2P1 +P2
call-backspread | Call backspread | ratio volatility spread | up | long | either | 0 w | -C1 +2C2
put-backspread | Put backspread | ratio volatility spread | down | long | either | -w 0 | +2P1 -P2
call-ladder | Call ladder | call Christmas tree | still | short | either | 0 w 2w | +C1 -C2 -C3
put-ladder | Put ladder | put Christmas tree | still | short | either | -2w -w 0 | -P1 -P2 +P3
jade-lizard | Jade lizard | | up | short | credit | -d d d+w | -P1 -C2 +C3
reverse-jade-lizard | Reverse jade lizard | twisted sister | down | short | credit | -d-w -d d | +P1 -P2 -C3
risk-reversal | Risk reversal | bullish combo, split-strike synthetic | up | flat | either | -d d | -P1 +C2
bearish-risk-reversal | Bearish risk reversal | bearish combo | down | flat | either | -d d | +P1 -C2
call-seagull | Bullish seagull | three-way | up | flat | either | -d 0 w | -P1 +C2 -C3
put-seagull | Bearish seagull | three-way | down | flat | either | -w 0 d | -P1 +P2 -C3
synthetic-long | Synthetic long | long combo, long synthetic forward | up | flat | either | 0 | +C1 -P1
synthetic-short | Synthetic short | short combo, short synthetic forward | down | flat | either | 0 | -C1 +P1
covered-call | Covered call | buy-write | up | short | debit | d | +S -C1
covered-put | Covered put | sell-write | down | short | credit | -d | -S -P1
protective-put | Protective put | married put | up | long | debit | -d | +S +P1
protective-call | Protective call | | down | long | credit | d | -S +C1
collar | Collar | fence | up | flat | debit | -d d | +S +P1 -C2
covered-strangle | Covered strangle | | up | short | debit | -d d | +S -P1 -C2
conversion | Conversion | | none | flat | debit | 0 | +S +P1 -C1
reversal | Reversal | reverse conversion | none | flat | credit | 0 | -S -P1 +C1
long-box | Long box | lending box | none | flat | debit | -w w | +C1 -P1 -C2 +P2
short-box | Short box | borrowing box | none | flat | credit | -w w | -C1 +P1 +C2 -P2
call-calendar | Call calendar | time spread, horizontal spread | still | long | debit | 0 | -C1 +C1'
put-calendar | Put calendar | time spread, horizontal spread | still | long | debit | 0 | -P1 +P1'
call-diagonal | Call diagonal | poor man's covered call | up | long | debit | -w w | +C1' -C2
put-diagonal | Put diagonal | | down | long | debit | -w w | -P1 +P2'
double-calendar | Double calendar | | still | long | debit | -d d | -P1 +P1' -C2 +C2'
double-diagonal | Double diagonal | | still | long | either | -d-w -d d d+w | +P1' -P2 -C3 +C4'
jelly-roll | Jelly roll | | none | flat | either | 0 | -C1 +P1 +C1' -P1'
"""


def _place(text: str) -> Place:
    found = {"d": 0.0, "w": 0.0}
    for sign, number, letter in _TERM.findall(text):
        found[letter] += float(f"{sign}{number or 1}")
    return Place(found["d"], found["w"])


def _leg(text: str) -> LegPlan:
    sign, count, letter, strike, dash = _LEG.findall(text)[0]
    return LegPlan(_KINDS[letter], float(f"{sign}{count or 1}"), int(strike or 0) - 1, len(dash))


def _structure(line: str) -> Structure:
    key, title, others, view, volatility, payment, places, legs = (
        part.strip() for part in line.split("|")
    )
    return Structure(
        key,
        title,
        tuple(name.strip() for name in others.split(",") if name.strip()),
        View(view),
        volatility,
        Payment(payment),
        tuple(_place(text) for text in places.split()),
        tuple(_leg(text) for text in legs.split()),
    )


STRUCTURES: Mapping[str, Structure] = {
    found.key: found for found in map(_structure, _TABLE.strip().splitlines())
}
"""Every named strategy by its key."""


def structure(key: str) -> Structure:
    """Return a named strategy.

    Parameters
    ----------
    key : str
        Key, title or another name, in any case.

    Returns
    -------
    Structure
        Its legs and places.

    Raises
    ------
    BadInput
        If there is none of that name; the message lists those that sound alike.

    Examples
    --------
    >>> structure("call debit spread").title
    'Bull call spread'
    >>> [leg.quantity for leg in structure("iron-condor").legs]
    [1.0, -1.0, -1.0, 1.0]
    """
    wanted = key.strip().lower()
    if wanted in STRUCTURES:
        return STRUCTURES[wanted]
    for each in STRUCTURES.values():
        if wanted in {each.title.lower(), *(other.lower() for other in each.others)}:
            return each
    words = set(re.split(r"[\s-]+", wanted))
    near = [known for known in STRUCTURES if words & set(known.split("-"))]
    raise BadInput(
        f"no strategy is called {key!r}; there are: {', '.join(near or STRUCTURES)}",
        field="structure",
    )
