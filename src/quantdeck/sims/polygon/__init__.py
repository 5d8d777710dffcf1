"""A loopback Polygon (Massive): REST of stocks, options and news, and its WebSocket streams."""
