"""Recorded frames of a made-up pair: two coins whose spread comes back, at jittery times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

Y, X = "BINANCE-USDM:ETHUSDT", "BINANCE-USDM:BTCUSDT"
START_MS = 1_700_000_000_000
SKEW_NS = -1_200_000_000


def write_frames(folder: Path, *, seconds: int = 150, seed: int = 5) -> list[Path]:
    """Write a file of frames for each symbol, with few coins at every price and some late trades."""
    rng = np.random.default_rng(seed)
    x = 60_000.0 * np.exp(np.cumsum(rng.normal(0.0, 5e-5, seconds * 10)))
    gap = np.zeros(len(x))
    for t in range(1, len(x)):
        gap[t] = 0.97 * gap[t - 1] + rng.normal(0.0, 8e-5)
    y = 3_000.0 * (x / 60_000.0) * np.exp(gap)
    files: list[Path] = []
    for name, prices, tick in (("ETHUSDT", y, 0.01), ("BTCUSDT", x, 0.1)):
        lines: list[tuple[int, str]] = []
        for step, price in enumerate(prices.tolist()):
            at_ms = START_MS + step * 100 + int(rng.integers(0, 90))
            number = 10 * step
            bid = round(price / tick) * tick
            for more in range(int(rng.integers(1, 4))):
                size = round(float(rng.exponential(0.4)) + 0.001, 3)
                quote = {
                    "e": "bookTicker", "u": number + more, "s": name, "T": at_ms, "E": at_ms,
                    "b": f"{bid:.2f}", "a": f"{bid + tick:.2f}", "B": f"{size}", "A": f"{size}",
                }  # fmt: skip
                lines.append((recv(at_ms, rng), frame(name, "bookTicker", quote)))
            if rng.random() < 0.6:
                late_ms = 300 if rng.random() < 0.02 else 0
                trade = {
                    "e": "trade", "E": at_ms, "T": at_ms - late_ms, "s": name, "t": step + 1,
                    "p": f"{bid:.2f}", "q": "0.010", "X": "MARKET", "m": bool(rng.random() < 0.5),
                }  # fmt: skip
                lines.append((recv(at_ms, rng), frame(name, "trade", trade)))
        lines.sort()
        file = folder / f"{name.lower()}.jsonl"
        file.write_text("".join(f"{recv_ns} {text}\n" for recv_ns, text in lines))
        files.append(file)
    return files


def recv(at_ms: int, rng: np.random.Generator) -> int:
    # Coarse, so that several frames are received at once.
    return (
        (at_ms * 1_000_000 + SKEW_NS + int(rng.integers(0, 20)) * 1_000_000)
        // 5_000_000
        * 5_000_000
    )


def frame(name: str, stream: str, data: dict[str, object]) -> str:
    return json.dumps({"stream": f"{name.lower()}@{stream}", "data": data})
