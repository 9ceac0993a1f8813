"""Answering rows of several requests at once, in one thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from neuroscript.serving.limits import Limits
from neuroscript.training.predicting import Row

Answer = Callable[[Sequence[Row]], Sequence[Any]]
"""What answers rows: `Predictor.answer`."""


class TooMuch(Exception):
    """So many rows wait that further ones would wait too long."""


@dataclass(slots=True)
class _Waiting:
    row: Row
    answer: asyncio.Future[Any]


class Batching:
    """Gathers rows for a few milliseconds, and gives each its answer.

    The model runs in one thread, so that the event loop goes on, and answers one batch at a time.
    """

    def __init__(self, answer: Answer, limits: Limits) -> None:
        self.answer = answer
        self.limits = limits
        self.batches = 0
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to answer; to be called where the event loop runs."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Answers what waits, and ends."""
        while not self._waiting.empty():
            await asyncio.sleep(self.limits.wait)
        if self._task is not None:
            self._task.cancel()
        await asyncio.to_thread(self._thread.shutdown)

    async def ask(self, rows: Sequence[Row]) -> list[Any]:
        """The answer to each row; raises TooMuch if too many wait already."""
        if self._waiting.qsize() + len(rows) > self.limits.max_waiting:
            raise TooMuch
        loop = asyncio.get_running_loop()
        asked = [_Waiting(row, loop.create_future()) for row in rows]
        for one in asked:
            self._waiting.put_nowait(one)
        return list(await asyncio.gather(*(one.answer for one in asked)))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = await self._gathered()
            self.batches += 1
            rows = [one.row for one in batch]
            try:
                found = await loop.run_in_executor(self._thread, self.answer, rows)
            except Exception as error:  # noqa: BLE001 - it is told to those who asked
                for one in batch:
                    if not one.answer.done():
                        one.answer.set_exception(error)
                continue
            for one, answer in zip(batch, found, strict=True):
                if not one.answer.done():  # who asked may be gone
                    one.answer.set_result(answer)

    async def _gathered(self) -> list[_Waiting]:
        """The rows that come within the time to wait, as many as are answered at once."""
        batch = [await self._waiting.get()]
        until = asyncio.get_running_loop().time() + self.limits.wait
        while len(batch) < self.limits.max_batch:
            if not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
                continue
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                break
            try:
                batch.append(await asyncio.wait_for(self._waiting.get(), left))
            except TimeoutError:
                break
        return batch
