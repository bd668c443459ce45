"""Writers of the files of the field; like the readers they know nothing of the portal and run in a child process."""

FILL = f"{__name__}.fill:fill"
MARK = f"{__name__}.errors:mark"
WRITE_OWN_TABLE = f"{__name__}.own_table:write"
WRITE_UN_LIST = f"{__name__}.un_list:write"
"""Targets for the limited child process."""
