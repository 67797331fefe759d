"""A simulated exchange on loopback that speaks a real venue's wire."""
