"""Decoding and encoding on several machines, with Ray Serve (docs/deploy.md)."""
