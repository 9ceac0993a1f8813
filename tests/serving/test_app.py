"""The service: what it answers, what it refuses, and that it answers many at once."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager

import httpx
import pytest

from neuroscript.serving.app import make_app
from neuroscript.serving.limits import Limits


def talk(runner, conversation, limits=None):
    """Runs a conversation with the service in this process."""

    @asynccontextmanager
    async def client():
        app = make_app(runner, limits)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://model") as made,
        ):
            yield made

    async def run():
        async with client() as made:
            return await conversation(made)

    return asyncio.run(run())


def post(runner, body, limits=None):
    async def conversation(client):
        if isinstance(body, bytes):
            return await client.post("/predict", content=body)
        return await client.post("/predict", json=body)

    return talk(runner, conversation, limits)


def test_one_row_gets_one_answer_and_a_list_a_list(runners):
    runner = runners["flowers"]
    expected = runner.predict([[1, 0.5], [4, 2.5]])
    assert post(runner, [1, 0.5]).json() == expected[0]
    assert post(runner, {"height": 1, "width": 0.5}).json() == expected[0]
    assert post(runner, [{"input": [1, 0.5]}, {"in": [4, 2.5]}]).json() == expected
    assert post(runner, []).json() == []
    assert set(expected[0]) == {"index", "prediction", "probabilities"}


def test_text_and_several_ports(runners):
    answer = post(runners["text"], "the cat").json()
    assert len(answer["prediction"]) == 7
    assert isinstance(answer["text"], str)
    assert [len(one["text"]) for one in post(runners["text"], ["a", "b"]).json()] == [1, 1]
    two = {"left": [1, 2], "right": [0.5]}
    assert post(runners["two"], two).json() == runners["two"].predict([two])[0]


@pytest.mark.parametrize(
    ("body", "row", "field", "wanted"),
    [
        ([1, 2, 3], 0, "in", "2 numbers"),
        ([[1, 2], [1, "two"]], 1, "in", "numbers"),
        ({"height": 1}, 0, "width", "2 numbers"),
        ({"input": None}, 0, "in", "2 numbers"),
    ],
)
def test_rows_that_are_wrong_are_told_by_field_and_shape(runners, body, row, field, wanted):
    reply = post(runners["flowers"], body)
    assert reply.status_code == 422
    told = reply.json()
    (problem,) = told["problems"]
    assert (problem["row"], problem["field"], problem["wanted"]) == (row, field, wanted)
    assert told["error"] == problem["message"]


def test_what_is_too_much_or_no_json_is_refused(runners):
    runner = runners["flowers"]
    assert post(runner, b"[1, ").status_code == 422
    assert "not JSON" in post(runner, b"[1, ").json()["error"]
    small = Limits(max_body=64, max_rows=2, max_waiting=1)
    assert post(runner, [[1, 2]] * 3, small).status_code == 413
    assert post(runner, [[1, 2]] * 2, small).status_code == 503
    assert post(runner, b" " * 65, small).status_code == 413
    assert post(runner, [1, 2], small).status_code == 200

    async def in_pieces(client):
        async def pieces():
            for _ in range(9):
                yield b"12345678"

        return await client.post("/predict", content=pieces())

    assert talk(runner, in_pieces, small).status_code == 413


def test_requests_that_come_together_are_answered_together(runners):
    app = make_app(runners["flowers"], Limits(max_batch=8, wait=0.05))
    rows = [[i, i / 2] for i in range(20)]

    async def conversation():
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://model") as client,
        ):
            replies = await asyncio.gather(*(client.post("/predict", json=row) for row in rows))
            return [reply.json() for reply in replies], app.state.batching.batches

    answers, batches = asyncio.run(conversation())
    assert batches == 3
    for row, answer in zip(rows, answers, strict=True):
        (expected,) = runners["flowers"].predict([row])
        assert answer["prediction"] == expected["prediction"]
        assert answer["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)


def test_the_model_runs_beside_the_event_loop_and_its_failure_shows_no_trace(runners, monkeypatch):
    ran_in = []

    def failing(rows):
        ran_in.append(threading.current_thread())
        raise KeyError("secret")

    app = make_app(runners["flowers"])
    monkeypatch.setattr(app.state.batching, "answer", failing)

    async def conversation():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://model") as client,
        ):
            first = await client.post("/predict", json=[1, 2])
            return first, await client.get("/health")

    reply, health = asyncio.run(conversation())
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert ran_in[0] is not threading.main_thread()
    assert health.json()["status"] == "ok"


def test_openapi_describes_the_ports(runners):
    async def conversation(client):
        return (await client.get("/openapi.json")).json()

    described = talk(runners["image"], conversation)
    content = described["paths"]["/predict"]["post"]["requestBody"]["content"]
    row, rows = content["application/json"]["schema"]["anyOf"]
    image = row["anyOf"][0]
    assert image["description"] == "numbers [1, 8, 8], of [batch, 1, 8, 8]"
    assert (image["minItems"], image["items"]["maxItems"]) == (1, 8)
    assert rows["items"] == row
    two = talk(runners["two"], conversation)["paths"]["/predict"]["post"]
    schema = two["requestBody"]["content"]["application/json"]["schema"]["anyOf"][0]
    assert schema["required"] == ["left", "right"]
    flowers = talk(runners["flowers"], conversation)["paths"]["/predict"]["post"]["responses"]
    answer = flowers["200"]["content"]["application/json"]["schema"]["anyOf"][0]
    assert answer["properties"]["prediction"]["enum"] == ["even", "odd"]


def test_other_addresses_are_told_plainly(runners):
    async def conversation(client):
        return await client.get("/nothing"), await client.get("/predict"), await client.get("/")

    missing, wrong, page = talk(runners["flowers"], conversation)
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert missing.json() == {"error": "Not Found"}
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
