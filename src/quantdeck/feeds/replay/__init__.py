"""Recorded data played through the same engine as live: frame files, and what is on the tape."""

from __future__ import annotations

from quantdeck.feeds.replay.feed import ReplayFeed
from quantdeck.feeds.replay.frames import (
    BrokenLine,
    Frame,
    merge_frames,
    read_frames,
    require_whole,
)
from quantdeck.feeds.replay.recording import FrameRecording, Recording, TapeRecording

__all__ = [
    "BrokenLine",
    "Frame",
    "FrameRecording",
    "Recording",
    "ReplayFeed",
    "TapeRecording",
    "merge_frames",
    "read_frames",
    "require_whole",
]
