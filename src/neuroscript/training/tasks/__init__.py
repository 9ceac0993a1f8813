"""What a neuron can be trained to do: one task a file, one line in the ordered tuple below."""

from neuroscript.training.tasks.binary_classification import BinaryClassification
from neuroscript.training.tasks.classification import Classification
from neuroscript.training.tasks.language_modeling import LanguageModeling
from neuroscript.training.tasks.multilabel_classification import MultilabelClassification
from neuroscript.training.tasks.none import NoTask
from neuroscript.training.tasks.penalty import Penalty
from neuroscript.training.tasks.reconstruction import Reconstruction
from neuroscript.training.tasks.regression import Regression
from neuroscript.training.tasks.segmentation import Segmentation
from neuroscript.training.tasks.task import Otherwise, Task
from neuroscript.training.tasks.token_classification import TokenClassification

TASKS: tuple[Task, ...] = (
    Penalty(),
    LanguageModeling(),
    Reconstruction(),
    BinaryClassification(),
    Segmentation(),
    MultilabelClassification(),
    Classification(),
    TokenClassification(),
    Regression(),
)
"""In the order in which they are tried: the first with a reason is the one that is inferred."""

BY_NAME: dict[str, Task] = {task.name: task for task in (*TASKS, NoTask())}
"""Those that a config may name: `none` is never inferred."""

__all__ = ["BY_NAME", "TASKS", "Otherwise", "Task"]
