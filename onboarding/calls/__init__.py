"""What a gateway can be asked for, in threads and in an event loop."""
