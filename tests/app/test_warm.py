"""Compiling the kernels ahead of time."""

from __future__ import annotations

from quantdeck.app.warm import warm_kernels


def test_warm_kernels_when_unwanted_leaves_them_to_their_first_use() -> None:
    answers = iter([False, True])

    assert warm_kernels(lambda: next(answers)) == 1
