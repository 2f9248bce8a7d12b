"""Geometry of the plane that needs no network: lattices, boxes, the prior, paths, neighbours, links."""
