"""Core metadata of one published file, read as values (core metadata specification, PEP 566, PEP 643, PEP 753)."""
