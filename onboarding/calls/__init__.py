"""What the gateways for threads and for event loops share."""
