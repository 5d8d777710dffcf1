"""Settings of paper trading: the account, what its trades cost, its limits and its exits."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from quantdeck.app.pair_settings import PaperPair
from quantdeck.model.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.exits import ExitRules
    from quantdeck.trading.guard import Guard
    from quantdeck.trading.terms import Terms

_USUAL_FEES = {"BINANCE": 10.0, "BINANCE-USDM": 5.0}
_LARGEST_FEE = 1_000.0

Share = Annotated[float, Meta(gt=0, le=1)]
Days = Annotated[float, Meta(ge=0, le=3650)]


class PaperExits(msgspec.Struct, frozen=True, kw_only=True):
    """When a position is closed where it has no rules of its own; nothing set leaves a rule out."""

    stop_loss: Annotated[
        Share | None, Meta(description="loss as a share of the position's cost")
    ] = None
    take_profit: Annotated[
        Annotated[float, Meta(gt=0, le=100)] | None,
        Meta(description="gain as a share of the position's cost"),
    ] = None
    trailing: Annotated[
        Share | None,
        Meta(description="way back from the best value, as a share of the position's cost"),
    ] = None
    max_days: Annotated[Days | None, Meta(description="after so many calendar days [days]")] = None
    days_to_expiry: Annotated[
        Days | None, Meta(description="when the first of its options has so many left [days]")
    ] = None
    confirm_s: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="so long a price must stay beyond a rule, on fresh quotes [s]",
        ),
    ] = 3.0

    def rules(self) -> ExitRules:
        """Return them as the exits know them."""
        from quantdeck.trading.exits import ExitRules

        return ExitRules(**msgspec.structs.asdict(self))


class PaperSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The paper account of a deck and of ``quantdeck broker``."""

    account: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$",
            description="name of the account; another name is another account in the same records",
        ),
    ] = "paper"
    cash: Annotated[
        float, Meta(gt=0, le=1e12, description="deposited when the account is opened [currency]")
    ] = 100_000.0
    fresh_s: Annotated[float, Meta(gt=0, le=3600, description="older quotes fill no order [s]")] = (
        5.0
    )
    fresh_option_s: Annotated[
        float, Meta(gt=0, le=3600, description="that age of quotes of options [s]")
    ] = 60.0
    commission_share: Annotated[
        float, Meta(ge=0, le=10, description="commission on each share [currency]")
    ] = 0.0
    commission_contract: Annotated[
        float, Meta(ge=0, le=100, description="commission on each option contract [currency]")
    ] = 0.65
    fee_bp: Annotated[
        dict[str, float],
        Meta(
            description="fee on the notional by venue, such as BINANCE: 10 [bp]; venues left out: "
            "BINANCE 10, BINANCE-USDM 5, all others 0"
        ),
    ] = {}
    slippage_bp: Annotated[
        float,
        Meta(ge=0, le=1000, description="by which a fill is worse than the side it crosses [bp]"),
    ] = 0.0
    max_risk: Annotated[
        dict[str, float],
        Meta(
            description="most that one order of a strategy may lose, by name, such as call, condor or "
            "default; what is left out is as in playbook.max_risk, which MAX_RISK sets [currency]"
        ),
    ] = {}
    max_symbol: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="most value in one underlying, long or short [currency]"),
    ] = 100_000.0
    max_exposure: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="most value of all positions, long and short added [currency]"),
    ] = 200_000.0
    max_day_loss: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(
            description="loss since midnight of New York from which on only orders that reduce "
            "positions are taken [currency]"
        ),
    ] = 5_000.0
    exits: PaperExits = msgspec.field(default_factory=PaperExits)
    pairs: Annotated[
        tuple[PaperPair, ...],
        Meta(
            description="pairs traded while a deck captures both legs, each with y and x, and timeframe, "
            "window, entry, exit, stop, capital and the other rules of a backtest"
        ),
    ] = ()


def guard_of(settings: Settings) -> Guard:
    """Return the limits of the account.

    Parameters
    ----------
    settings : Settings
        The section ``paper``, and ``playbook.max_risk`` for the strategies it does not name.

    Returns
    -------
    Guard

    Raises
    ------
    ConfigError
        If a limit is not above 0.
    """
    # Most commands read the settings and trade nothing.
    from quantdeck.trading.guard import Guard
    from quantdeck.trading.max_risk import ANY

    paper = settings.paper
    merged = {
        name.lower(): limit
        for limits in (settings.playbook.max_risk, paper.max_risk)
        for name, limit in limits.items()
    }
    wrong = [name for name, limit in merged.items() if not limit > 0.0]
    if wrong:
        raise ConfigError(f"max_risk of {', '.join(wrong)} must be above 0, or be left out")
    return Guard(
        max_risk={("*" if name == ANY else name): Decimal(str(v)) for name, v in merged.items()},
        max_symbol=_money(paper.max_symbol),
        max_exposure=_money(paper.max_exposure),
        max_day_loss=_money(paper.max_day_loss),
    )


def costs_of(settings: Settings, terms: Terms) -> Costs:
    """Return what trading an instrument costs: no half spread, since a fill crosses the spread.

    Parameters
    ----------
    settings : Settings
        The section ``paper``.
    terms : Terms
        Of the instrument.

    Returns
    -------
    Costs

    Raises
    ------
    ConfigError
        If a fee is out of range.
    """
    from quantdeck.model.instruments import InstrumentKind, venue_of
    from quantdeck.trading.costs import Costs

    paper, venue = settings.paper, venue_of(terms.symbol)
    each = 0.0
    if terms.kind is InstrumentKind.OPTION:
        each = float(Decimal(str(paper.commission_contract)) / terms.multiplier)
    elif terms.kind is InstrumentKind.EQUITY:
        each = paper.commission_share
    fee = paper.fee_bp.get(venue, _USUAL_FEES.get(venue, 0.0))
    if not 0.0 <= fee <= _LARGEST_FEE:
        raise ConfigError(
            f"paper.fee_bp of {venue} must be from 0 to {_LARGEST_FEE:g}, was {fee:g}"
        )
    try:
        return Costs(taker_bp=fee, slippage_bp=paper.slippage_bp, per_unit=each)
    except BadInput as error:
        raise ConfigError(f"section paper: {error}") from error


def _money(limit: float | None) -> Decimal | None:
    return None if limit is None else Decimal(str(limit))
