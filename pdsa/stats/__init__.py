"""How faithfully cycles follow the method, how quickly they turn, and how well two coaches agree.

Pure functions over facts. Nothing in here knows a database, a request or a language: results are frozen dataclasses
of numbers and codes, and the words are made further up.

    facts      what the criteria look at: cycles, their scale, their points, linked into series
    fidelity   each criterion that fields can prove: met, missed or not yet
    published  the published figures, and our cycles counted the way the papers counted theirs
    shares     Wilson's interval of a share, Newcombe's interval of a difference
    agreement  percent agreement, Cohen's kappa, Gwet's AC1
    pace       cycle length, cycles per team-month, share with Study, stalled
"""
