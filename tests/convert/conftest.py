"""Models of transformers that the tests share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

collect_ignore_glob = ["goldens/*"]

from hub_models import MODELS, made  # noqa: E402 - it lies beside this file


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each model, as transformers saves it."""
    folder = tmp_path_factory.mktemp("hub")
    for name, (_, make) in MODELS.items():
        made(make).save_pretrained(folder / name)
    made(MODELS["gpt2"][1]).save_pretrained(folder / "shards", max_shard_size="5KB")
    return folder
