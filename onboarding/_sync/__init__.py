# Generated from onboarding/_async/__init__.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""Code for calls, lists and polling that needs no connection of its own."""
