"""The images a model can be trained on, each with the names of its classes."""
