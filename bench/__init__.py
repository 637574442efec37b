"""How fast the portal's pages are, each as a multiple of a floor view measured in the same run.

`python -m bench` fills databases of its own, serves them with gunicorn, asks for each page between two short slices of
the floor, and prints the ratios beside their targets (`pages.py`). It leaves nothing behind.
"""
