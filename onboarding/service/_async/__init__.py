"""The service for event loops."""
