"""The domain model: users, records of providers, levels, next actions."""
