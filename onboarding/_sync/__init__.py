# Generated from onboarding/_async/__init__.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""Calls, lists, polling and the steps of a gateway."""
