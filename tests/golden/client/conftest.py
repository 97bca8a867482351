"""The expected client has tests of its own, which are text here."""

collect_ignore_glob = ["expected/*"]
