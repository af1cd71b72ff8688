# Generated from onboarding/service/_async/__init__.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""The service for threads."""
