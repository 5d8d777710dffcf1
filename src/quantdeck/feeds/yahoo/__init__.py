"""Yahoo Finance: bars of years with splits and dividends, option chains, quotes and the streamer.

The service is not documented and asks for nothing but a cookie; `access` says how it is entered, everything
after that is read here.
"""
