"""What serves decoders, training and rooms: a part of the app's process, or a process for several of them."""
