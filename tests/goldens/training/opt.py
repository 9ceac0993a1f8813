from neuroscript.contracts import OptimizerContract
from torch.optim import SGD


class Own(OptimizerContract):
    @classmethod
    def from_config(cls, model, optimizer_type, lr):
        return SGD(model.parameters(), lr=lr)
