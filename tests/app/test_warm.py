"""Compiling the kernels ahead of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import Kernel, known_kernels
from quantdeck.app.warm import import_kernels, warm_kernels
from quantdeck.app.warm_cache import compile_share

if TYPE_CHECKING:
    import pytest


def test_warm_kernels_when_unwanted_leaves_them_to_their_first_use() -> None:
    answers = iter([False, True])

    assert warm_kernels(lambda: next(answers)) == 1


def test_compile_share_of_one_process_is_every_second_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_kernels()
    done: list[object] = []
    monkeypatch.setattr(Kernel, "compile", lambda kernel: done.append(kernel))  # noqa: PLW0108 - bound

    for first in (0, 1):
        compile_share(first, 2)

    kernels = known_kernels()
    assert done == [*kernels[::2], *kernels[1::2]]
