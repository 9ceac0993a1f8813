"""What all tests share: one thread each, so that two workers on two cores do not fight."""

from __future__ import annotations

import os

# Before torch is imported, and inherited by the commands that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
