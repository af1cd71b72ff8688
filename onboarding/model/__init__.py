"""The core domain model: users, what providers have on file, levels, next actions."""
