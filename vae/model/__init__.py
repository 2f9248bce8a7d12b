"""What a model is and how it is kept: networks, objective, classifier, checkpoint files, the beta ladder."""
