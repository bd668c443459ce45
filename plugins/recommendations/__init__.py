"""The register of UPR recommendations and the assessments of what became of them.

The importers below run in a limited child process, so nothing is imported here.
"""
