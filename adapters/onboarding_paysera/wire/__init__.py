"""Paysera's objects, spelled as Paysera spells them."""
