"""One file per verb: gather from the world, ask the pure rooms, return a Result."""
