"""What the ledger must know of an instrument: how much of it a contract is, and when it ends."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from quantdeck.model.instruments import InstrumentKind
from quantdeck.model.options import Right


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Terms of one instrument.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    kind : InstrumentKind
        What it is.
    multiplier : Decimal
        Shares of a contract; 1 where the price is that of a unit.
    lot : Decimal
        Smallest step of a quantity, in contracts or units.
    currency : str
        In which it is paid.
    is_around_the_clock : bool
        Whether the market never closes.
    expires_ns : int or None
        When an option or a dated future is settled, UTC; None where it never is. [ns]
    underlying : str
        Of an option or a future; empty otherwise.
    right : Right or None
        Of an option.
    strike : Decimal or None
        Of an option. [currency]
    is_cash_settled : bool
        Whether an option pays the difference; otherwise shares change hands.
    is_american : bool
        Whether it may be exercised before.
    """

    symbol: str
    kind: InstrumentKind
    multiplier: Decimal = Decimal(1)
    lot: Decimal = Decimal(1)
    currency: str = "USD"
    is_around_the_clock: bool = False
    expires_ns: int | None = None
    underlying: str = ""
    right: Right | None = None
    strike: Decimal | None = None
    is_cash_settled: bool = False
    is_american: bool = False

    def intrinsic(self, price: Decimal) -> Decimal:
        """Return max(0, S - K) of a call, max(0, K - S) of a put, per share.

        Parameters
        ----------
        price : Decimal
            S, of the underlying. [currency]

        Returns
        -------
        Decimal
            What exercising is worth; 0 for what is no option. [currency]

        Examples
        --------
        >>> put = Terms(symbol="OPRA:A", kind=InstrumentKind.OPTION, right=Right.PUT, strike=Decimal(100))
        >>> put.intrinsic(Decimal("97.5"))
        Decimal('2.5')
        """
        if self.right is None or self.strike is None:
            return Decimal(0)
        gain = price - self.strike if self.right is Right.CALL else self.strike - price
        return max(Decimal(0), gain)
