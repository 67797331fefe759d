"""Alerts: what a person asks to be told of a market, looked for in the Views. No clock, no I/O."""
