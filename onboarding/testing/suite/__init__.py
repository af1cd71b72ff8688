"""The laws that every adapter must obey, grouped by what they look at."""
