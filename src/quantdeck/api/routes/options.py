"""Studies of option chains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.parameters import iso
from quantdeck.api.replies import TableReply
from quantdeck.api.study_bodies import Rows
from quantdeck.api.study_parameters import FormParameter
from quantdeck.api.study_parts import KeptBodies, part_reply, part_rows
from quantdeck.model.errors import NoData
from quantdeck.views.payloads import Mode
from quantdeck.views.study_rows.options import OPTION_PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.api.deck import Deck

_ALSO = (404, 502, 503)

OptionPart = Annotated[
    Literal["expiries", "chain", "smile", "parity", "interest"] | None,
    Query(description="One table of the study; files without it hold the chain."),
]


class OptionsReply(msgspec.Struct, frozen=True):
    """What the options of an underlying say. `part=chain` has every contract with volatility, greeks.

    Parameters
    ----------
    mode : Mode
        Live, demo (simulated data) or replay.
    underlying : str
        Canonical symbol.
    at : str
        When the chains were seen, ISO 8601.
    spot : float or None
        Price of the underlying.
    spot_is_quoted : bool
        False where it is the discounted forward of the nearest expiry.
    has_arbitrage : bool or None
        Whether the fitted surface has any; null where none could be fitted.
    rate : float
        Continuously compounded, for options that can be exercised early.
    expiries : list of dict
        Forward, at-the-money volatility, skew, expected move, open interest and parity of each.
    chain : list of dict
        Every contract of the expiry that was asked for; else empty.
    """

    mode: Mode
    underlying: str
    at: str
    spot: float | None
    spot_is_quoted: bool
    has_arbitrage: bool | None
    rate: float
    expiries: Rows
    chain: Rows


def option_routes(deck: Deck) -> APIRouter:
    """Return the route of option chains.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix, or at the root of the service.
    """
    router = APIRouter(tags=["analytics"])
    kept = KeptBodies(16)

    @router.get(
        "/options/{underlying}", responses=answers(OptionsReply, TableReply, also=_ALSO, table=True)
    )
    async def options(
        request: Request,
        underlying: Annotated[
            str,
            Path(
                description="Symbol such as US:SPX, or SPX.",
                pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$",
            ),
        ],
        expiry: Annotated[
            str | None,
            Query(
                max_length=40,
                description="Root and date, such as SPXW 2026-12-18, or the date alone; all if absent.",
            ),
        ] = None,
        part: OptionPart = None,
        form: FormParameter = "json",
    ) -> Response:
        """Study option chains: forwards, implied volatilities, greeks, skew, parity, interest."""
        study = await deck.studies.options(underlying)
        chosen = study.expiries if expiry is None else chosen_expiries(study, expiry)
        if part is None and form == "json":
            mode, with_chain = deck.mode, expiry is not None
            return await kept.reply(
                request, study, expiry, lambda: _reply(mode, study, chosen, with_chain=with_chain)
            )
        name = (deck.mode.value, "options", study.underlying, *([expiry] if expiry else []))
        return await part_reply(request, chosen, OPTION_PARTS, part or "chain", form, name=name)

    return router


def chosen_expiries(study: OptionStudy, text: str) -> tuple[ExpiryStudy, ...]:
    """Return the expiries that a text names.

    Parameters
    ----------
    study : OptionStudy
        All expiries.
    text : str
        Root and date, or the date alone.

    Returns
    -------
    tuple of ExpiryStudy
        One, or those of all roots on that date.

    Raises
    ------
    NoData
        If there is none; the message names those there are.
    """
    word = " ".join(text.upper().split())
    found = tuple(e for e in study.expiries if word in (e.name, str(e.chain.expiry)))
    if not found:
        known = ", ".join(each.name for each in study.expiries) or "none"
        raise NoData(f"{study.underlying} has no expiry {text!r}; there are: {known}")
    return found


def _reply(
    mode: Mode, study: OptionStudy, chosen: Sequence[ExpiryStudy], *, with_chain: bool
) -> OptionsReply:
    return OptionsReply(
        mode=mode,
        underlying=study.underlying,
        at=iso(study.at_ns),
        spot=study.spot if math.isfinite(study.spot) else None,
        spot_is_quoted=study.spot_is_quoted,
        has_arbitrage=None if study.surface is None else bool(study.surface.has_arbitrage),
        rate=study.rules.rate,
        expiries=part_rows(OPTION_PARTS["expiries"](chosen)),
        chain=part_rows(OPTION_PARTS["chain"](chosen)) if with_chain else [],
    )
