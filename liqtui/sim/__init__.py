"""A simulated exchange on loopback, speaking OKX's wire. `server.serve` runs it here, `process.running` apart."""
