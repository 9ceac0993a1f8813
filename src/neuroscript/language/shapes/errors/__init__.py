"""What can be wrong with shapes, element types and values: data, by what it is about."""

from neuroscript.language.shapes.errors.axes import (
    Ambiguous,
    AxisLost,
    BoundTwice,
    UnknownDimension,
)
from neuroscript.language.shapes.errors.control import (
    BadCount,
    DoesNotFitItself,
    MayMissShapes,
    NoArmFits,
    NotExhaustive,
    ResultsDiffer,
    TooManyLevels,
    Unreachable,
)
from neuroscript.language.shapes.errors.origin import (
    Origin,
)
from neuroscript.language.shapes.errors.sizes import (
    BadAxis,
    CountChanges,
    ElementTypesDiffer,
    InvalidShape,
    NotBroadcastable,
    NotPositive,
    RanksDiffer,
    RankUnknown,
    ResultContradicts,
    SizedAtRunTime,
    SizesAssumed,
    SizesDiffer,
)
from neuroscript.language.shapes.errors.values import (
    ArgumentKind,
    InexactDivision,
    KindsDiffer,
    NotABool,
    NumberTooLarge,
    OperandKind,
)
from neuroscript.language.shapes.errors.within import (
    Within,
)

__all__ = [
    "Ambiguous",
    "ArgumentKind",
    "AxisLost",
    "BadAxis",
    "BadCount",
    "BoundTwice",
    "CountChanges",
    "DoesNotFitItself",
    "ElementTypesDiffer",
    "InexactDivision",
    "InvalidShape",
    "KindsDiffer",
    "MayMissShapes",
    "NoArmFits",
    "NotABool",
    "NotBroadcastable",
    "NotExhaustive",
    "NotPositive",
    "NumberTooLarge",
    "OperandKind",
    "Origin",
    "RankUnknown",
    "RanksDiffer",
    "ResultContradicts",
    "ResultsDiffer",
    "SizedAtRunTime",
    "SizesAssumed",
    "SizesDiffer",
    "TooManyLevels",
    "UnknownDimension",
    "Unreachable",
    "Within",
]
