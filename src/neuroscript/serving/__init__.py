"""A trained model behind HTTP: answers to rows, and a page to try it by hand."""
