"""The modules of the portal, one folder each; none imports another, all import only portal.api."""
