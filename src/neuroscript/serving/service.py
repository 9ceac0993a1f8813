"""What the service answers, and how it says no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from neuroscript.serving.batching import Batching, TooMuch
from neuroscript.serving.body import BodyTooLarge, read_body
from neuroscript.serving.limits import Limits
from neuroscript.serving.page import page_of
from neuroscript.serving.schema import PROBLEM, answer_schema, request_schema
from neuroscript.training import Runner
from neuroscript.training.predicting import Predictor, Refused
from neuroscript.training.predicting.many import are_several
from neuroscript.training.predicting.row import rows_of

JSON = "application/json"
SAID = 8
"""How many rows that are wrong are told at once."""

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}


class Service:
    """A model with its requests."""

    def __init__(self, runner: Runner, limits: Limits) -> None:
        self.runner, self.limits = runner, limits
        self.name = type(runner.model).__name__
        self.predictor = Predictor(runner, limits.max_batch)
        self.batching = Batching(self.predictor.answer, limits)

    async def predict(self, request: Request) -> Response:
        """The answers to one row or to a list of rows."""
        try:
            raw = await read_body(request, self.limits.max_body)
        except BodyTooLarge as error:
            return _problem(413, f"the request is larger than {error.limit:,} bytes")
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            return _problem(422, f"the request is not JSON: {error.msg}")
        several = are_several(value, self.predictor.form)
        given = value if several else [value]
        if len(given) > self.limits.max_rows:
            told = f"{len(given):,} rows, and at most {self.limits.max_rows:,} are answered at once"
            return _problem(413, f"the request has {told}")
        try:
            found = await self.batching.ask(rows_of(given))
        except TooMuch:
            return _problem(503, "too many rows are waiting; try again", {"Retry-After": "1"})
        return self._answered(found, several)

    def _answered(self, found: Sequence[Any], several: bool) -> Response:
        wrong = [
            {
                "row": row,
                "field": getattr(one, "field", None),
                "wanted": getattr(one, "wanted", None),
                "message": one.message,
                "code": one.code,
            }
            for row, answer in enumerate(found)
            if isinstance(answer, Refused)
            for one in answer.problems
        ]
        if wrong:
            return _problem(422, str(wrong[0]["message"]), problems=wrong[:SAID])
        answers = [{"index": index, **answer} for index, answer in enumerate(found)]
        return _json(200, answers if several else answers[0])

    async def health(self) -> Response:
        """Whether the service answers, and with what."""
        checkpoint = self.runner.checkpoint
        about = {
            "status": "ok",
            "neuron": self.name,
            "checkpoint": checkpoint.name if checkpoint is not None else None,
        }
        return _json(200, about)

    async def page(self) -> Response:
        """A page to try the model by hand."""
        return HTMLResponse(page_of(self.name, self.predictor), headers=SECURITY)

    def body(self) -> dict[str, Any]:
        """What `/predict` takes, for the OpenAPI description."""
        schema = request_schema(self.predictor.form)
        return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}

    def answers(self) -> dict[int | str, dict[str, Any]]:
        """What `/predict` answers."""
        parts = self.runner.objective.parts
        one = answer_schema([part.head for part in parts if part.task.takes_target])
        either = {"anyOf": [one, {"type": "array", "items": one}]}
        problem = {"content": {JSON: {"schema": PROBLEM}}}
        return {
            200: {"description": "An answer a row", "content": {JSON: {"schema": either}}},
            413: {"description": "Too much at once", **problem},
            422: {"description": "Rows that the neuron does not take", **problem},
            503: {"description": "Too many requests wait", **problem},
        }


async def failed(_request: Request, _error: Exception) -> Response:
    """A mistake of ours: what happened stands in the log, not in the answer."""
    return _problem(500, "the model failed; the log of the service says why")


async def refused(_request: Request, error: Any) -> Response:
    """An address or a method that there is not."""
    return _problem(error.status_code, str(error.detail), error.headers)


def _problem(
    status: int, error: str, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    return _json(status, {"error": error, **more}, headers)


def _json(status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, media_type=JSON)
