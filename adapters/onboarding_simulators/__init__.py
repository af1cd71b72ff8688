"""Simulators of providers: real HTTP servers that keep state and obey the provider's documents.

They import neither the library nor an adapter, so that they can judge both.
"""
