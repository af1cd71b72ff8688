"""MangoPay's objects, spelled as MangoPay spells them."""
