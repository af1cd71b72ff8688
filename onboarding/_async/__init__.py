"""Code for calls, lists and polling that needs no connection of its own."""
