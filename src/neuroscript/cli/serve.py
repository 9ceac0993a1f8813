"""`neuroscript serve`: a run's model behind HTTP."""

from __future__ import annotations

import click


@click.command("serve", epilog="Example: neuroscript serve runs/digits --port 8000")
@click.argument("run", metavar="RUN")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option(
    "--max-batch", type=click.IntRange(min=1), default=64, show_default=True,
    help="Rows of requests that come together and are answered at once.",
)  # fmt: skip
@click.option(
    "--wait", type=click.FloatRange(min=0), default=2.0, show_default=True,
    help="Milliseconds that a row waits for others.",
)  # fmt: skip
@click.option(
    "--max-rows", type=click.IntRange(min=1), default=1024, show_default=True,
    help="Rows of one request.",
)  # fmt: skip
@click.option(
    "--max-body", type=click.IntRange(min=1), default=16 * 2**20, show_default=True,
    help="Bytes of one request.",
)  # fmt: skip
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, …")
def command(
    run: str,
    host: str,
    port: int,
    max_batch: int,
    wait: float,
    max_rows: int,
    max_body: int,
    device: str,
) -> None:
    """Answer requests with the best checkpoint of RUN, and show a page to try it by hand.

    POST /predict takes one row or a list of rows as JSON; GET /openapi.json describes them.
    """
    from neuroscript.cli.trained import runner_of
    from neuroscript.extras import needs

    for module in ("fastapi", "uvicorn"):
        needs(module, extra="serve", what="serving a model")
    runner = runner_of(run, device)
    from neuroscript.serving.limits import Limits
    from neuroscript.serving.serve import serve

    limits = Limits(max_body, max_rows, max_batch, wait=wait / 1000)
    serve(runner, host, port, limits)
