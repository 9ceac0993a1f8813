from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from neuroscript.contracts import ContractError, create_dataloader
from neuroscript.contracts.dataloader.columns import Encoding
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.images import ImagesLoader


def draw(path: Path, mode: str = "RGB", size: tuple[int, int] = (4, 3), value: int = 255) -> Path:
    """An image `size` wide and high, of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, (value,) * len(mode) if len(mode) > 1 else value).save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of images, and files that are none."""
    monkeypatch.chdir(tmp_path)
    draw(Path("pets/dog/2.png"), value=51)
    draw(Path("pets/dog/deep/1.JPG"), value=0)
    draw(Path("pets/cat/1.png"))
    Path("pets/cat/notes.txt").write_text("no image")
    draw(Path("pets/.hidden/1.png"))
    draw(Path("pets/cat/.hidden.png"))
    Path("pets/none").mkdir()
    return Path("pets")


def test_folders_are_classes(pets: Path) -> None:
    loader = create_dataloader({"path": "pets", "shuffle": False})
    assert isinstance(loader, ImagesLoader)
    (batch,) = loader
    assert batch["input"].shape == (3, 3, 3, 4)
    assert batch["input"].dtype is torch.float32
    assert batch["input"][:, 0, 0, 0].tolist() == pytest.approx([1.0, 0.2, 0.0])
    assert batch["target"].tolist() == [0, 1, 1]
    assert loader.class_names == {"target": ["cat", "dog"]}
    told = "images   3 samples   input float[3, 3, 4]   target int (2 names)"
    assert str(loader.describe()) == told
    assert loader.place(1).source.name == "pets/dog/2.png"
    assert loader.columns["input"].dtype is torch.uint8


def test_images_alone_have_no_target(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", "L")
    (batch,) = ImagesLoader(tmp_path)
    assert (list(batch), batch["input"].shape) == (["input"], (1, 1, 3, 4))


@pytest.mark.parametrize(("size", "shape"), [(2, (2, 2)), ([2, 5], (2, 5))])
def test_all_get_one_size(tmp_path: Path, size: Any, shape: tuple[int, int]) -> None:
    draw(tmp_path / "a.png")
    draw(tmp_path / "b.jpg", size=(40, 70))
    loader = ImagesLoader(tmp_path, size=size)
    assert loader.columns["input"].shape == (2, 3, *shape)


def test_what_stands_out_is_cut_off(tmp_path: Path) -> None:
    pixels = np.zeros((4, 8), np.uint8)
    pixels[:, 2:6] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    loader = ImagesLoader(tmp_path, size=4)
    assert loader.columns["input"].unique().tolist() == [255]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mode", "channels", "expected"),
    [
        ("L", None, 1),
        ("RGB", None, 3),
        ("RGBA", None, 3),
        ("RGBA", 4, 4),
        ("RGB", 1, 1),
        ("L", 3, 3),
        ("P", None, 3),
        ("1", None, 1),
        ("I;16", None, 1),
    ],
)
def test_channels(tmp_path: Path, mode: str, channels: Any, expected: int) -> None:
    Image.new(mode, (2, 2), 1 if mode == "1" else None).save(tmp_path / "a.png")
    draw(tmp_path / "b.png", size=(2, 2))
    loader = ImagesLoader(tmp_path, channels=channels)
    assert loader.columns["input"].shape == (2, expected, 2, 2)


def test_sixteen_bits_keep_their_range(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 65535]], np.uint16)).save(tmp_path / "a.png")
    (batch,) = ImagesLoader(tmp_path)
    assert batch["input"].flatten().tolist() == [0, 1]


def test_cameras_that_were_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(tmp_path / "a.jpg", exif=exif)
    assert ImagesLoader(tmp_path).columns["input"].shape == (1, 3, 4, 2)


def test_lists_of_images(pets: Path) -> None:
    Path("list.csv").write_text("file,age\npets/cat/1.png,1.5\npets/dog/2.png,2\n")
    loader = ImagesLoader("list.csv", shuffle=False)
    assert loader.columns["target"].tolist() == [1.5, 2]  # type: ignore[union-attr]
    assert loader.sample_line(1) == (Path("list.csv"), 3)
    Path("list.csv").write_text("file,age\npets/cat/1.png,1.5\npets/dog/2.png,nan\n")
    with pytest.raises(DataError, match="`age` holds `nan`, where numbers stand"):
        ImagesLoader("list.csv")
    assert len(ImagesLoader("list.csv", on_error="skip").table) == 1
    Path("list.jsonl").write_text('{"image": "pets/cat/1.png", "label": "x"}\n\n[]\n')
    with pytest.raises(DataError, match="not list"):
        ImagesLoader("list.jsonl")
    named = create_dataloader({"path": "list.jsonl", "format": "images", "on_error": "skip"})
    assert named.class_names == {"target": ["x"]}  # type: ignore[attr-defined]


def test_broken_images_are_named_or_skipped(pets: Path) -> None:
    whole = Path("pets/dog/2.png").read_bytes()
    Path("pets/dog/3.png").write_bytes(whole[:-30])
    Path("pets/dog/4.png").write_bytes(b"no image at all")
    with pytest.raises(DataError) as raised:
        ImagesLoader("pets")
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.file) == ("ND151", "pets/dog/3.png")
    loader = ImagesLoader("pets", on_error="skip", shuffle=False)
    assert loader.columns["target"].tolist() == [0, 1, 1]  # type: ignore[union-attr]
    assert str(loader.table.skipped) == "skipped 2 damaged images: pets/dog/3.png, pets/dog/4.png"


def test_the_first_image_may_be_broken(pets: Path) -> None:
    Path("pets/cat/0.png").write_bytes(b"")
    assert len(ImagesLoader("pets", on_error="skip").table) == 3


def raised_by(path: str, **options: Any) -> str:
    with pytest.raises((DataError, ContractError)) as raised:
        create_dataloader({"path": path, "format": "images", **options})
    return str(raised.value)


def test_what_folders_and_lists_cannot_be(pets: Path) -> None:
    draw(Path("odd/a.png"))
    draw(Path("odd/b.png"), size=(5, 5))
    told = raised_by("odd")
    assert "`odd/b.png` is 5 high and 5 wide, and `odd/a.png` is 3 high and 4 wide" in told
    assert "data.size: 3" in told
    draw(Path("beside/a.png"))
    draw(Path("beside/cat/a.png"))
    assert "stands beside the folder `cat`" in raised_by("beside")
    draw(Path("splits/train/cat/a.png"))
    draw(Path("splits/test/cat/a.png"))
    assert "train: splits/train" in raised_by("splits")
    Path("empty").mkdir()
    assert "`empty` holds no images" in raised_by("empty")
    assert "`size` is one side" in raised_by("pets", size=[1, 2, 3])
    assert "`1` or `3` or `4`" in raised_by("pets", channels=2)
    Path("list.csv").write_text("picture,y\na.png,1\n")
    assert "call it `image`, `path`" in raised_by("list.csv")
    Path("list.csv").write_text("image,y\nnone.png,1\n")
    told = raised_by("list.csv")
    assert "list.csv:2:1" in told
    assert "`none.png` is no image that can be read: there is no such file" in told
    Path("list.jsonl").write_text(
        '{"image": "odd/a.png", "y": 1}\n{"image": "odd/a.png", "y": "b"}\n'
    )
    assert "list.jsonl:2:1" in raised_by("list.jsonl")
    for name in ("a", "b"):
        Path(f"odd/{name}.png").write_bytes(b"")
    assert "all 2 images of `odd` are damaged" in raised_by("odd", on_error="skip")


def test_rows_may_name_images_when_a_model_answers(pets: Path) -> None:
    loader = ImagesLoader("pets", shuffle=False)
    encoding = Encoding.from_data(json.loads(json.dumps(loader.encoding().as_data())))
    batch = encoding.encode_rows([{"input": "pets/cat/1.png"}, "pets/dog/2.png"])
    assert batch["input"].equal(next(iter(loader))["input"][:2])
    with pytest.raises(DataError, match=r"`none.png` is no image"):
        encoding.encode_rows(["none.png"])
