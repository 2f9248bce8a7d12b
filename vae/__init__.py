"""The back end of Latent Atlas: a variational autoencoder with a two-dimensional latent space.

Nothing in this package imports streamlit or plotly; it can be used from a script or a notebook alone.
"""
