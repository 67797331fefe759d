"""Sockets and REST for any venue: connect, keep alive, watch, resync, record, replay."""
