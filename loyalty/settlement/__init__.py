"""Settlement: how a visit's bill is met, quoted without writing and registered in one transaction."""
