"""Plain data into values and back: the slow door, which names every problem by its path."""

from onboarding.serialization.doors import dumps, loads, parse, problems_of
from onboarding.serialization.json_text import read_json
from onboarding.serialization.reading import nearest, reader
from onboarding.serialization.writing import plain

__all__ = ["dumps", "loads", "nearest", "parse", "plain", "problems_of", "read_json", "reader"]
