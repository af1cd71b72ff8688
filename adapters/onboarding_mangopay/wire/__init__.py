"""MangoPay's objects, with the field names of its documents."""
