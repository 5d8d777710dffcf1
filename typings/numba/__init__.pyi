from collections.abc import Callable
from typing import Any, TypeVar, overload

_F = TypeVar("_F", bound=Callable[..., Any])

@overload
def njit(function: _F, /) -> _F: ...
@overload
def njit(
    signature: Any = ...,
    /,
    *,
    cache: bool = ...,
    nogil: bool = ...,
    error_model: str = ...,
    fastmath: bool | set[str] = ...,
    inline: str = ...,
    boundscheck: bool | None = ...,
    parallel: bool = ...,
) -> Callable[[_F], _F]: ...

prange = range

def __getattr__(name: str) -> Any: ...
