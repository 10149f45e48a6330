"""Statistics for improvement: run charts, Shewhart charts, their rules, benchmarks across teams.

Pure functions over numbers. Nothing in here knows a database, a request or a language: results are frozen
dataclasses of numbers and codes, and the words are made further up. NaN (or None in a list) is a missing value
everywhere, and stays missing: it is never read as 0.

    spc        one chart: centre line, limits, signals, runs analysis per phase
    batch      the same numbers for thousands of series at once
    runs       Anhøj's runs analysis
    rules      classical run-chart rules, Western Electric, Nelson, Making Data Count
    advice     which chart when, with its reasons; how many teams percentiles need
    dispersion whether points in time vary more than their denominators explain
    benchmark  pooled rate, percentiles, achievable benchmark of care, funnel limits of three sigmas
    monthly    the benchmarks of all measures of one month, by what each kind of value allows
    funnels    exact funnel limits, and whether teams differ more than chance explains
    standing   own percentile with its uncertainty, headroom, months to a threshold
    series     rates, and the checks of a value that is being typed
    errors     what goes wrong, as typed errors with a sentence
"""
