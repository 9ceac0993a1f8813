"""Names that a person would have chosen, and that clash with nothing."""

from __future__ import annotations

import keyword
import re

from neuroscript.language.syntax.tokens import RESERVED

_NAMES = (
    "ALiBi ConvNeXt DiT FiLM GeGLU LeNet LoRA MBConv MoE ReGLU ResNeXt ResNet SwiGLU UNet ViT "
    "WaveNet"
)
"""Names of the field that are one word, whatever letters are capitals."""

_WORD = re.compile(
    rf"(?:{_NAMES.replace(' ', '|')})\d*(?![a-z])|"
    r"P?(?:[A-Z][a-z])?ReLU\d*|[A-Z][a-z]?LU\d*|[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+(?:\d+[a-z]?(?![a-z]))?|\d+"
)

MODULE_ATTRIBUTES = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
    """.split()
)
"""What nn.Module has already."""

INIT_NAMES = frozenset(
    "self torch nn super range partial isinstance ValueError Materialised _shared".split()
)
"""What constructors use for themselves."""

MODULE_NAMES = INIT_NAMES | frozenset(
    """
    Any Callable Component F LightningModule NamedTuple RegistryHooks bool float int list str
    """.split()
)
"""What generated modules use for themselves."""


def snake_case(name: str) -> str:
    """`LayerNorm` as an attribute.

    >>> [snake_case(n) for n in ("ReLU", "RMSNorm", "Conv2d", "GPT2Block", "MLP", "LeakyReLU")]
    ['relu', 'rms_norm', 'conv2d', 'gpt2_block', 'mlp', 'leaky_relu']
    >>> [snake_case(n) for n in ("DiTBlock", "MoEFFN", "LoRALinear", "ResNet18", "my_layer")]
    ['dit_block', 'moe_ffn', 'lora_linear', 'resnet18', 'my_layer']
    """
    return "_".join(word.lower() for word in _WORD.findall(name)) or name.lower()


def parameter_name(name: str) -> str:
    """A parameter of a neuron as its class takes it: one that Python cannot take gets a `_`.

    >>> parameter_name("hidden"), parameter_name("lambda")
    ('hidden', 'lambda_')
    """
    return safe(name, INIT_NAMES)


def class_name(name: str) -> str:
    """The class of a neuron: its own name, unless Python or the module needs it."""
    return safe(name, MODULE_NAMES)


def attribute_name(binding: str) -> str:
    """The attribute that is wanted for a binding: without the `_` behind a reserved word.

    >>> attribute_name("norm"), attribute_name("out_"), attribute_name("layer_")
    ('norm', 'out', 'layer_')
    """
    word = binding.removesuffix("_")
    return word if word in RESERVED else binding


def safe(name: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """The name, with `_` behind it where it could not be used as it is."""
    while keyword.iskeyword(name) or name in taken:
        name += "_"
    return name


class Names:
    """Hands out names, each once; repeated ones are numbered.

    >>> names = Names()
    >>> names.take("linear"), names.take("linear"), names.take("class")
    ('linear', 'linear_2', 'class_')
    """

    def __init__(self, reserved: frozenset[str] = frozenset()) -> None:
        self.reserved = reserved
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = {}
        """The number that is free next, for names that were repeated."""

    def take(self, wanted: str) -> str:
        base = safe(wanted, self.reserved)
        name, number = base, self.numbers.get(base, 2)
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.numbers[base] = number
        self.taken.add(name)
        return name
