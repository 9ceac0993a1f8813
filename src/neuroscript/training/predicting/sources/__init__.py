"""Where rows come from: a file, standard input, a word of the command line."""

from neuroscript.training.predicting.sources.words import Question, questions, questions_of

__all__ = ["Question", "questions", "questions_of"]
