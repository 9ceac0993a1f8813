"""A logger."""

from neuroscript.contracts import LoggerContract


class Lines(LoggerContract):
    """`lines.txt` in the run's folder, a line for each step that is logged."""

    def __init__(self, digits: int = 3) -> None:
        self.digits = digits

    def log_metrics(self, step, metrics, phase):
        numbers = " ".join(f"{name}={value:.{self.digits}f}" for name, value in metrics.items())
        with (self.folder / "lines.txt").open("a") as file:
            file.write(f"{step} {phase} {numbers}\n")
