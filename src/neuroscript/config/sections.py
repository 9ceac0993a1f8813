"""The sections of a config: every key, its type, its default and its meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveInt

PositiveNumber = Annotated[FiniteFloat, Field(gt=0)]
Component = str | dict[str, Any]
Paths = str | list[str]

Task = Literal[
    "regression",
    "classification",
    "binary_classification",
    "multilabel_classification",
    "penalty",
    "language_modeling",
    "token_classification",
    "segmentation",
    "reconstruction",
]


OutputTask = Task | Literal["none"]
"""The task of one output of several; `none` if it is not trained by itself."""


class Section(BaseModel):
    """A part of a config; keys it does not declare are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WeightsSection(Section):
    """Weights to start from, and what they are for."""

    file: str = Field(description="safetensors, or a checkpoint")
    into: str = Field(
        default="", description="the part of the model that they are for, by its attribute: `gpt2`"
    )
    partial: bool = Field(default=False, description="whether to take what fits and leave the rest")


class ModelSection(Section):
    """What is trained."""

    file: str | None = Field(default=None, description="the `.ns` file")
    neuron: str | None = Field(
        default=None, description="the neuron of the file; its entry neuron if none"
    )
    params: dict[str, Any] = Field(default={}, description="values for the neuron's parameters")
    weights: str | WeightsSection | None = Field(
        default=None, description="a file of weights to start from, or `{file, into, partial}`"
    )


class DataSection(BaseModel):
    """What it is trained on. Further keys go to the data loader, which knows which it takes."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    train: Paths | None = Field(
        default=None, description="the training data: a path, a list of paths or a glob"
    )
    val: Paths | float | None = Field(
        default=None, description="path, list, glob, or the fraction of `train` to hold out"
    )
    test: Paths | float | None = Field(
        default=None, description="path, list, glob, or the fraction of `train` to hold out"
    )
    format: str | None = Field(
        default=None, description="jsonl, csv, text or a registered data loader"
    )
    batch_size: PositiveInt | None = Field(default=None, description="samples per step; 32")
    shuffle: bool = Field(
        default=True, description="whether training samples come in another order each epoch"
    )
    workers: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="processes that load data; chosen by the loader if none"
    )

    @property
    def options(self) -> dict[str, Any]:
        """The keys that are for the data loader."""
        return dict(self.model_extra or {})


class EarlyStopping(Section):
    """When to stop before the last epoch."""

    monitor: str = Field(default="val_loss", description="the metric to watch")
    patience: PositiveInt = Field(
        default=3, description="validations without improvement before the end"
    )
    min_delta: Annotated[FiniteFloat, Field(ge=0)] = Field(
        default=0.0, description="what counts as an improvement"
    )
    mode: Literal["min", "max"] | None = Field(
        default=None,
        description="whether less or more is better; by the name of the metric if none",
    )


class TrainingSection(Section):
    """How it is trained."""

    epochs: PositiveInt | None = Field(
        default=None, description="passes over the data; 10 without `steps`"
    )
    steps: PositiveInt | None = Field(default=None, description="optimizer steps")
    lr: PositiveNumber = Field(default=0.001, description="learning rate")
    batch_size: PositiveInt | None = Field(default=None, description="samples per step; 32")
    optimizer: Component = Field(default="adam", description="name, or `{name: …, options}`")
    loss: Component | None = Field(
        default=None,
        description="name, `{name: …, options}`, or one for each output; by the task if none",
    )
    metrics: Component | list[Component] | None = Field(
        default=None,
        description="metrics of torchmetrics by name, or those of each output; by the task if none",
    )
    logger: Component | list[Component] = Field(
        default="console", description="one or several loggers"
    )
    log_every: PositiveInt = Field(default=100, description="steps between log lines")
    checkpoint: Component = Field(
        default="torch",
        description="format, or `{name: …, every: 1000, keep: 3, monitor: …, dir: …}`",
    )
    early_stopping: EarlyStopping | None = Field(
        default=None, description="stop when nothing improves"
    )
    clip: PositiveNumber | None = Field(default=None, description="largest norm of the gradient")
    accumulate: PositiveInt = Field(default=1, description="batches per optimizer step")
    precision: str | int | None = Field(default=None, description="32, 16-mixed, bf16-mixed, …")
    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        default=42, description="of everything random"
    )
    deterministic: bool = Field(
        default=False, description="refuse operations that vary between runs"
    )
    accelerator: str = Field(default="auto", description="auto, cpu, gpu, …")
    devices: str | int | list[int] = Field(default="auto", description="how many devices, or which")
    nodes: PositiveInt = Field(default=1, description="machines")
    strategy: str = Field(default="auto", description="ddp, fsdp, …")
    trainer: dict[str, Any] = Field(
        default={}, description="further arguments of `lightning.Trainer`"
    )


class RunSection(Section):
    """Where the results go."""

    dir: str = Field(default="runs", description="folder of all runs")
    name: str | None = Field(
        default=None, description="name of this run; the stem of the config if none"
    )
