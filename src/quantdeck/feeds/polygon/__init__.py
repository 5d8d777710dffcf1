"""Polygon.io, since 2025 Massive: stocks and options by REST and by stream, as the plan allows."""
