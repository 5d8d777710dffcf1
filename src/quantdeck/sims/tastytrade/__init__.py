"""A loopback Tastytrade: REST with OAuth, option chains and quote tokens, and a DXLink server."""
