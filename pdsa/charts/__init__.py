"""The drawing of ramps: cycles → one neutral figure → SVG for page, paper and strip."""

from pdsa.charts.build import parallel, single
from pdsa.charts.figure import RampFigure, StepState
from pdsa.charts.svg import to_list_svg, to_strip_svg, to_svg

__all__ = ["RampFigure", "StepState", "parallel", "single", "to_list_svg", "to_strip_svg", "to_svg"]
