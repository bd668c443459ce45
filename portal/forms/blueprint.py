"""The blueprint of all pages of forms; the modules that add routes to it are imported by ``pages``."""

from portal.routing import Blueprint

bp = Blueprint("forms", __name__, template_folder="templates")
