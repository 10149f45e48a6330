"""Stratifiers, strata and stratified observations."""

from equity.models.observation import StratifiedObservation
from equity.models.strata import Stratifier, Stratum

__all__ = ["StratifiedObservation", "Stratifier", "Stratum"]
