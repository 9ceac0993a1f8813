"""An optimizer of torch's own kind."""

import torch


class Signs(torch.optim.Optimizer):
    """Steps of one size, against the sign of the gradient."""

    def __init__(self, params, lr: float, damping: float = 1.0) -> None:
        super().__init__(params, {"lr": lr, "damping": damping})

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight -= group["lr"] * group["damping"] * weight.grad.sign()
        return loss
