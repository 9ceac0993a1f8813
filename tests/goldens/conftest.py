"""Golden files are compared, never run."""

collect_ignore_glob = ["*"]
