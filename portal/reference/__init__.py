"""Reference data: places, regions, States, review cycles and vocabularies.

Everything is known by a code. Read with the functions below; write with the seed, or ``ensure_term`` and
``ensure_cycle`` for what an import meets.
"""

from portal.reference.matching import NameIndex, name_key
from portal.reference.queries import (
    current_cycle,
    cycles,
    find_cycle,
    find_state,
    find_term,
    find_unit,
    first_level,
    forget,
    nearest_states,
    region_sets,
    state_index,
    states,
    term_index,
    terms,
    unit,
    unit_by_code,
    units,
    vocabulary_code,
)
from portal.reference.service import Seeded, ensure_cycle, ensure_term, seed
from portal.reference.values import CycleView, RegionSetView, RegionView, StateView, TermView, UnitView

__all__ = [
    "CycleView",
    "NameIndex",
    "RegionSetView",
    "RegionView",
    "Seeded",
    "StateView",
    "TermView",
    "UnitView",
    "current_cycle",
    "cycles",
    "ensure_cycle",
    "ensure_term",
    "find_cycle",
    "find_state",
    "find_term",
    "find_unit",
    "first_level",
    "forget",
    "name_key",
    "nearest_states",
    "region_sets",
    "seed",
    "state_index",
    "states",
    "term_index",
    "terms",
    "unit",
    "unit_by_code",
    "units",
    "vocabulary_code",
]
