"""quantdeck: a self-hosted market workbench.

One tape for live and historical market data, analytics on it, and one live page that shows both.
Importing this package is cheap: heavy libraries load with the room that needs them.
"""

__version__ = "0.1.0"
