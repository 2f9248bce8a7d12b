"""How a model is made: fitting, stages, presets, runs and the ladder's rungs."""
