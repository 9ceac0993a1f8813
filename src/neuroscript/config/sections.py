"""The sections of a config: every key, its type, its default and its meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, PositiveInt

PositiveNumber = Annotated[FiniteFloat, Field(gt=0)]
Component = str | dict[str, Any]
Paths = str | list[str]
Auto = Literal["auto"]
Patterns = Annotated[
    list[str],
    BeforeValidator(
        lambda given: [given] if isinstance(given, str) else given,
        json_schema_input_type=str | list[str],
    ),
]
"""Names of parameters or of layers, with `*` and `?`."""

Normalize = Literal["none", "standard", "minmax"]

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
    predict: Paths | None = Field(
        default=None,
        description="what `neuroscript predict` answers if it is given nothing: path, list or glob",
    )
    format: str | None = Field(
        default=None,
        description="jsonl, csv, parquet, npz, images, text, huggingface or a registered loader",
    )
    normalize: Normalize | dict[str, Normalize] = Field(
        default="none",
        description="what inputs are brought to on their way into the model, or that by input: "
        "standard (mean 0, deviation 1) or minmax (0 to 1), as learnt on `train`",
    )
    stratify: bool | None = Field(
        default=None,
        description="whether fractions of `train` have their part of each class; "
        "by themselves where targets are classes",
    )
    batch_size: PositiveInt | Auto | None = Field(
        default=None, description="samples per step; 32. `auto` finds the most that fit"
    )
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


class Ema(Section):
    """An average of the weights over the steps, which is what is validated, tested and kept."""

    decay: Annotated[FiniteFloat, Field(gt=0, lt=1)] = Field(
        default=0.999, description="how much of the average stays at each of its steps"
    )
    every: PositiveInt = Field(default=1, description="optimizer steps between two of its own")
    start: Annotated[FiniteFloat, Field(ge=0)] = Field(
        default=0, description="when it begins: a step, or below 1 a fraction of the run"
    )


class Clip(Section):
    """How large a gradient may be; one of the two."""

    norm: PositiveNumber | None = Field(default=None, description="of all of it, as a vector")
    value: PositiveNumber | None = Field(default=None, description="of each of its numbers")


class Group(BaseModel):
    """Parameters with settings of their own; further keys are options of the optimizer."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    match: Patterns = Field(description="names of parameters or layers, with `*` and `?`")
    lr: PositiveNumber | None = Field(default=None, description="their learning rate")
    no_decay: bool = Field(
        default=False, description="whether biases and norms among them have no weight decay"
    )


def _as(key: str, section: type[BaseModel]) -> BeforeValidator:
    """Takes a number alone for that key of the section."""

    def read(given: Any) -> Any:
        alone = isinstance(given, (int, float)) and not isinstance(given, bool)
        return {key: given} if alone else given

    return BeforeValidator(read, json_schema_input_type=float | section)


class TrainingSection(Section):
    """How it is trained."""

    epochs: PositiveInt | None = Field(
        default=None, description="passes over the data; 10 without `steps`"
    )
    steps: PositiveInt | None = Field(default=None, description="optimizer steps")
    lr: PositiveNumber | Auto = Field(
        default=0.001, description="learning rate; `auto` finds one before the first step"
    )
    batch_size: PositiveInt | Auto | None = Field(
        default=None, description="samples per step; 32. `auto` finds the most that fit"
    )
    optimizer: Component = Field(default="adam", description="name, or `{name: …, options}`")
    schedule: Component | None = Field(
        default=None,
        description="how the learning rate goes: name, or `{name: …, warmup: …, options}`",
    )
    groups: list[Group] = Field(
        default=[], description="parameters with a learning rate and options of their own"
    )
    freeze: Patterns = Field(
        default=[], description="parameters or layers that stay as they are, by name"
    )
    ema: Annotated[Ema | None, _as("decay", Ema)] = Field(
        default=None, description="average the weights: the decay, or `{decay, every, start}`"
    )
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
    log_every: PositiveInt | None = Field(
        default=None, description="steps between log lines; 100, or a tenth of a shorter run"
    )
    checkpoint: Component = Field(
        default="torch",
        description="format, or `{name: …, every: 1000, keep: 3, monitor: …, dir: …}`",
    )
    early_stopping: EarlyStopping | None = Field(
        default=None, description="stop when nothing improves"
    )
    clip: Annotated[Clip | None, _as("norm", Clip)] = Field(
        default=None, description="largest norm of the gradient, or `{norm: …}`, `{value: …}`"
    )
    accumulate: PositiveInt = Field(default=1, description="batches per optimizer step")
    precision: str | int | None = Field(default=None, description="32, 16-mixed, bf16-mixed, …")
    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        default=42, description="of everything random"
    )
    deterministic: bool = Field(
        default=False, description="refuse operations that vary between runs"
    )
    gradient_checkpointing: bool | Patterns = Field(
        default=False,
        description="what is computed again in the backward pass to save memory: "
        "repeated blocks, or layers by name",
    )
    compile: bool | dict[str, Any] = Field(
        default=False, description="whether `torch.compile` is used, or options for it"
    )
    accelerator: str = Field(default="auto", description="auto, cpu, gpu, …")
    devices: str | int | list[int] = Field(default="auto", description="how many devices, or which")
    nodes: PositiveInt = Field(default=1, description="machines")
    strategy: str = Field(default="auto", description="ddp, ddp_fork, fsdp, …")
    trainer: dict[str, Any] = Field(
        default={}, description="further arguments of `lightning.Trainer`"
    )


class RunSection(Section):
    """Where the results go."""

    dir: str = Field(default="runs", description="folder of all runs")
    name: str | None = Field(
        default=None, description="name of this run; the stem of the config if none"
    )
