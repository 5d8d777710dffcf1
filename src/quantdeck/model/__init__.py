"""The words of the field: instruments, market events, feed states, gaps and errors.

Imports nothing of quantdeck and touches nothing outside the process; every other room speaks in
these terms.
"""
