"""Lets the tests here import `programs`, as `python tests/property/corpus.py` does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
