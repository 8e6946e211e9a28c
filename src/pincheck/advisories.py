"""What OSV says of one version of a package, read as values."""
