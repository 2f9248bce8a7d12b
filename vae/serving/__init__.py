"""How many people reach a model at once: batching, decoding, the channel, grids."""
