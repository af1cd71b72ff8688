"""Paysera's objects, with the field names of its documents."""
