"""A loopback Yahoo Finance: cookie and crumb, charts, option chains, quotes and the streamer."""
