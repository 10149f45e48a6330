"""What the statistics refuse, each as its own type with a sentence that a person can act on."""


class StatisticsError(ValueError):
    """Numbers or options from which no honest chart can be made."""


class UnknownKindError(StatisticsError):
    """The name of a chart, an aggregation, a direction or a statistic that does not exist."""


class LengthsDifferError(StatisticsError):
    """Lists that belong together, point by point, are not equally long."""


class NotANumberError(StatisticsError):
    """Something other than a number or a missing value stands where a number belongs."""


class NotWholeNumberError(StatisticsError):
    """A part of a person or a visit where whole ones are counted."""


class InfiniteValueError(StatisticsError):
    """An infinite numerator, denominator or centre line."""


class NegativeDenominatorError(StatisticsError):
    """A denominator below zero."""


class MissingDenominatorError(StatisticsError):
    """A chart of rates or proportions without any denominators."""


class NonPositiveTimeError(StatisticsError):
    """A time between events of zero or less: its logarithm-like scale has no place for it."""


class BadOptionError(StatisticsError):
    """An option (freeze, part, exclude, rebase, ...) that is not of the form it needs."""


class UnorderedPointsError(StatisticsError):
    """Values of x that cannot be put into one order, or that repeat where they must not."""
