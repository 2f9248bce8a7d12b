"""The latent map's own parts."""
