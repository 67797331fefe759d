"""Simulated venues on loopback, each speaking its own wire. `server.simulate` runs them here, `process.running` apart.

Below, per venue a `house`, a `market` and a `crowd` on `shared` indices; above, a face that speaks for each (`faces`).
"""
