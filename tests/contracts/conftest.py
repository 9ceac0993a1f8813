"""The package in plugin_package is installed by a test, not collected."""

collect_ignore_glob = ["plugin_package/*"]
