"""The Mongolian text and how far it is agreed."""
