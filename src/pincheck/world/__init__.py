"""The only room that touches disk, network, clock and processes."""
