"""Alerts: what a person asks to be told of a market, looked for in the Views. No clock, no I/O."""

from liqtui.alerts.book import AlertBook, Fired
from liqtui.alerts.rule import KINDS, Alert, parse_alert

__all__ = ["KINDS", "Alert", "AlertBook", "Fired", "parse_alert"]
