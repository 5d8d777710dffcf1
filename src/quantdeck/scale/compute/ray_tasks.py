"""What runs on the workers of a Ray cluster; found there by its name."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, NamedTuple

from quantdeck.scale.compute.calls import differing, function_named, versions, work

if TYPE_CHECKING:
    from quantdeck.scale.compute.calls import Outcome

# What this worker keeps of what items have in common: that of one map at a time.
_held: dict[str, Any] = {}


class Asked(NamedTuple):
    """A map, as it is handed to the process that is connected with a cluster.

    Parameters
    ----------
    name : str
        Of the function.
    items : list of bytes
        Each pickled.
    common : bytes
        Likewise.
    chunk : int or None
        Items that travel together.
    retries : int
        How often lost work is done again.
    """

    name: str
    items: list[bytes]
    common: bytes
    chunk: int | None
    retries: int


def tell_versions() -> dict[str, str]:
    """Return the versions of this worker."""
    return versions()


def run_chunk(
    name: str, wanted: dict[str, str], holder: list[Any], payload: list[bytes], first: int
) -> tuple[str, Outcome | None]:
    """Return which versions differ from those wanted, or else what came of a chunk.

    Parameters
    ----------
    name : str
        Of the function.
    wanted : dict of str to str
        Versions of who asks.
    holder : list
        Of one reference to what items have in common, pickled.
    payload : list of bytes
        The items, each pickled.
    first : int
        Place of the first of them.
    """
    import ray as typed

    ray: Any = typed  # its types say little
    if wrong := differing(wanted, versions()):
        return wrong, None
    key = holder[0].hex()
    if key not in _held:
        _held.clear()
        # Sent within the cluster, whose members trust each other: Ray itself unpickles what they send.
        _held[key] = pickle.loads(ray.get(holder[0]))  # noqa: S301
    items = [pickle.loads(each) for each in payload]  # noqa: S301
    context = ray.get_runtime_context()
    return "", work(
        function_named(name), _held[key], items, first=first, worker=context.get_worker_id()
    )
