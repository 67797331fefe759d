"""The laboratory: the product's engine on a simulated market whose truth is known. Knows sim, engine and liqmap."""
