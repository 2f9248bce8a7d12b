"""How a component comes to life: declaring and mounting it, the files that browsers load."""
