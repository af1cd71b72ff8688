"""The calls of both gateways: for threads, and for event loops."""
