"""Reads values from plain data and JSON, with every problem by path, and writes them."""

from onboarding.serialization.doors import dumps, loads, parse, problems_of
from onboarding.serialization.json_text import read_json
from onboarding.serialization.reading import nearest, reader
from onboarding.serialization.writing import plain

__all__ = ["dumps", "loads", "nearest", "parse", "plain", "problems_of", "read_json", "reader"]
