"""One module for each group of vectors: `RELATION`, `POLICIES`, `recompute` and `compare`."""
