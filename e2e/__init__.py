"""The portal as people meet it: a fresh demonstration in a real browser."""
