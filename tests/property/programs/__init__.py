"""Programs with a second meaning beside the compiler's: made, changed, judged."""
