"""The only sockets of the library: one client for threads, one for an event loop."""
