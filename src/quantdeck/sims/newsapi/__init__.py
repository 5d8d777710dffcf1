"""A loopback NewsAPI: headlines, many of them also told by the Polygon simulator."""
