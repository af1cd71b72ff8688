"""Stripe's objects and vocabularies, with Stripe's names."""
