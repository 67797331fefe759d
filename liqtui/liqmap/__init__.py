"""The estimated stock of open positions and what is read off it. numpy only, no I/O, no clock."""
