"""The HTTP clients of the library: one for threads, one for an event loop."""
