"""What a model is worth and what it does: exact likelihood, quality, geodesics, figures."""
