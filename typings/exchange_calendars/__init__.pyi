import numpy as np
from numpy.typing import NDArray

class _Index:
    def to_numpy(self) -> NDArray[np.datetime64]: ...

class ExchangeCalendar:
    @property
    def sessions(self) -> _Index: ...
    opens_nanos: NDArray[np.int64]
    closes_nanos: NDArray[np.int64]

def get_calendar(
    name: str, start: str | None = None, end: str | None = None
) -> ExchangeCalendar: ...
