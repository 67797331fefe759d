"""The state of one instrument: book, tape, volume at price, open interest, flow."""
