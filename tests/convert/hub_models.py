"""Tiny models of transformers, made from configs; nothing is downloaded."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import transformers
    from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()

VOCAB = 40


def gpt2(**options: Any) -> transformers.GPT2LMHeadModel:
    sizes = {"vocab_size": VOCAB, "n_positions": 16, "n_embd": 8, "n_layer": 2, "n_head": 2}
    tokens = {"bos_token_id": 0, "eos_token_id": 0}
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes | tokens | options))


def llama(**options: Any) -> transformers.LlamaForCausalLM:
    sizes = {
        "vocab_size": VOCAB,
        "hidden_size": 16,
        "intermediate_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
    }
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**sizes | options))


def llama3(**options: Any) -> transformers.LlamaForCausalLM:
    rope = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16,
    }
    return llama(rope_parameters=rope, rms_norm_eps=1e-5, max_position_embeddings=128, **options)


def tied_llama() -> transformers.LlamaForCausalLM:
    return llama(tie_word_embeddings=True)


def bert(**options: Any) -> transformers.BertModel:
    return transformers.BertModel(bert_config(**options))


def bert_config(**options: Any) -> transformers.BertConfig:
    sizes = {
        "vocab_size": VOCAB,
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 12,
        "max_position_embeddings": 16,
    }
    return transformers.BertConfig(**sizes | options)


def vit(**options: Any) -> transformers.ViTForImageClassification:
    return transformers.ViTForImageClassification(vit_config(**options))


def vit_config(**options: Any) -> transformers.ViTConfig:
    sizes = {
        "image_size": 16,
        "patch_size": 8,
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 12,
        "num_labels": 3,
    }
    return transformers.ViTConfig(**sizes | options)


def resnet(**options: Any) -> transformers.ResNetForImageClassification:
    """Of the kinds of ResNet-18, but narrow."""
    sizes = {
        "embedding_size": 4,
        "hidden_sizes": [4, 8, 8, 12],
        "depths": [2, 1, 3, 1],
        "layer_type": "basic",
        "num_labels": 3,
    }
    config = transformers.ResNetConfig(**sizes | options)
    return transformers.ResNetForImageClassification(config)


def bottleneck(**options: Any) -> transformers.ResNetForImageClassification:
    """Of the kinds of ResNet-50, but narrow."""
    return resnet(layer_type="bottleneck", hidden_sizes=[8, 16, 16, 24], **options)


def resnet18() -> transformers.ResNetForImageClassification:
    return resnet(embedding_size=64, hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2])


def resnet50() -> transformers.ResNetForImageClassification:
    return resnet(
        layer_type="bottleneck",
        embedding_size=64,
        hidden_sizes=[256, 512, 1024, 2048],
        depths=[3, 4, 6, 3],
    )


def convnext(**options: Any) -> transformers.ConvNextForImageClassification:
    sizes = {"hidden_sizes": [4, 8, 16, 32], "depths": [1, 2, 1, 1], "num_labels": 3}
    config = transformers.ConvNextConfig(**sizes | {"layer_scale_init_value": 0.5} | options)
    return transformers.ConvNextForImageClassification(config)


def mamba(**options: Any) -> transformers.MambaForCausalLM:
    sizes = {"vocab_size": VOCAB, "hidden_size": 24, "num_hidden_layers": 2, "state_size": 4}
    return transformers.MambaForCausalLM(transformers.MambaConfig(**sizes | options))


MODELS: dict[str, tuple[str, Callable[[], Any]]] = {
    "gpt2": ("gpt2", gpt2),
    "llama": ("llama", llama),
    "llama3": ("llama", llama3),
    "llama-tied": ("llama", tied_llama),
    "bert": ("bert", bert),
    "vit": ("vit", vit),
    "resnet-basic": ("resnet", resnet),
    "resnet-bottleneck": ("resnet", bottleneck),
    "convnext": ("convnext", convnext),
    "mamba": ("mamba", mamba),
}


def randomised(model: Any, seed: int = 0) -> Any:
    """The model with weights of which no two are equal, statistics included."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("num_batches_tracked"):
                tensor.fill_(7)
            elif name.endswith("running_var"):
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
            else:
                tensor.add_(torch.randn(tensor.shape, generator=generator), alpha=0.05)
    return model.eval()


def made(make: Callable[[], Any], seed: int = 0) -> Any:
    """One of these models, with random weights."""
    torch.manual_seed(seed)
    return randomised(make(), seed)
