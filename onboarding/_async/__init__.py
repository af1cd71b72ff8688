"""Calls, lists, polling and the steps of a gateway."""
