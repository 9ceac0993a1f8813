"""The words of the language, and what to call its tokens when talking to people."""

from __future__ import annotations

RESERVED = frozenset(
    "in out if elif else match where and or not true false none".split(),
)
"""Words that are never names."""

DTYPES = ("int", "float", "bool", "complex")

SECTIONS = ("in", "out", "impl", "context", "graph")

DESCRIPTIONS = {
    "NEURON": "`neuron`",
    "IN": "`in`",
    "OUT": "`out`",
    "USE": "`use`",
    "AS": "`as`",
    "IMPL": "`impl`",
    "CONTEXT": "`context`",
    "GRAPH": "`graph`",
    "UNROLL": "`unroll(..)`",
    "IF": "`if`",
    "ELIF": "`elif`",
    "ELSE": "`else`",
    "MATCH": "`match`",
    "WHERE": "`where`",
    "OTHERS": "`others`",
    "AT_GLOBAL": "`@global`",
    "AT_WRAP": "`@wrap`",
    "AT": "`@`",
    "RESHAPE": "`=>`",
    "UP": "`..`",
    "EXTERNAL": "`external(..)`",
    "DTYPE": "an element type",
    "IDENT": "a name",
    "WORD_VALUE": "a value",
    "FLOAT": "a number",
    "INT": "a number",
    "STRING": "a string",
    "ARROW": "`->`",
    "COLON": "`:`",
    "COMMA": "`,`",
    "DOT": "`.`",
    "EQUALS": "`=`",
    "STAR": "`*`",
    "SLASH": "`/`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LBRACK": "`[`",
    "RBRACK": "`]`",
    "MINUS": "an operator",
    "ADDITIVE": "an operator",
    "DIM_PRODUCT": "an operator",
    "MULTIPLICATIVE": "an operator",
    "COMPARE": "an operator",
    "OR": "an operator",
    "AND": "an operator",
    "NOT": "an operator",
    "NL": "the end of the line",
    "INDENT": "an indented block",
    "DEDENT": "the end of the block",
    "AFTER_BLOCK": "the end of the line",
}
