"""Opening `.npy` and `.npz` files, or folders of `.npy` files, mapped where they can be."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, Callable[[], NDArray[Any]]]
"""By name, what opens an array; ValueError tells why it cannot be."""

LOCAL_HEADER = 30
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def arrays_in(path: Path) -> Arrays:
    """The arrays of a file or folder, none of them opened yet.

    A lone `.npy` file is called `input`. Raises OSError, and ValueError for another file.
    """
    if path.is_dir():
        return {file.stem: _opener(file) for file in sorted(path.glob("*.npy"))}
    if path.suffix == ".npy":
        return {"input": _opener(path)}
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise ValueError("it is not an .npz archive") from None
    with archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
    return {info.filename.removesuffix(".npy"): _member(path, info) for info in members}


def _opener(file: Path) -> Callable[[], NDArray[Any]]:
    def open_file() -> NDArray[Any]:
        with file.open("rb") as stream:
            found = _mapped(file, stream)
            return found if found is not None else npy.read_array(stream, allow_pickle=False)

    return open_file


def _member(path: Path, info: zipfile.ZipInfo) -> Callable[[], NDArray[Any]]:
    def open_member() -> NDArray[Any]:
        if info.compress_type == zipfile.ZIP_STORED:
            with path.open("rb") as stream:
                stream.seek(info.header_offset)
                names = struct.unpack("<HH", stream.read(LOCAL_HEADER)[26:])
                stream.seek(info.header_offset + LOCAL_HEADER + sum(names))
                found = _mapped(path, stream)
            if found is not None:
                return found
        try:
            with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
                return npy.read_array(stream, allow_pickle=False)
        except (zipfile.BadZipFile, EOFError) as error:
            raise ValueError(str(error) or "it ends too early") from None

    return open_member


def _mapped(path: Path, stream: IO[bytes]) -> NDArray[Any] | None:
    """The array that begins here, mapped; None, and nothing is read, where it must be read.

    A copy is made of what is written to, never of what is only read.
    """
    start = stream.tell()
    read_header = HEADERS.get(npy.read_magic(stream))
    if read_header is not None:
        shape, fortran, dtype = read_header(stream)
        offset = stream.tell()
        aligned = offset % dtype.itemsize == 0 if dtype.itemsize else False
        whole = offset + dtype.itemsize * int(np.prod(shape)) <= path.stat().st_size
        if aligned and whole and not dtype.hasobject and not fortran and 0 not in shape and shape:
            return np.memmap(path, dtype, "c", offset, shape)
    stream.seek(start)
    return None
