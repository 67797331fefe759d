"""A simulated exchange on loopback that speaks OKX's public wire. `server.serve` runs it here, `process.running` apart."""
