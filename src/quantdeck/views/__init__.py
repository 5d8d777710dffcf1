"""What a screen shows, as data: panel specs and payloads, pure functions of analytics results.

Order, wording, units and rounding come from here; the page draws and decides nothing.
"""
