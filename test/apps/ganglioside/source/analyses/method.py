"""The analysis itself: in a series of homologous compounds the retention time follows log P, on a line."""

import csv
from collections import defaultdict
from statistics import correlation, linear_regression


def compare(lines):
    """The line of each series (what its compounds' names begin with, up to a bracket). Throws ValueError for what is no such file."""
    series = defaultdict(list)
    for at, row in enumerate(csv.DictReader(lines), start=2):
        try:
            point = float(row["log_p"]), float(row["retention_time"])
            series[row["name"].partition("(")[0]].append(point)
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise ValueError(f"line {at} is not a name, a log_p and a retention_time") from wrong
    if not series:
        raise ValueError("the file has no rows")
    return [line(name, points) for name, points in sorted(series.items())]


def line(name, points):
    x, y = zip(*points, strict=True)
    slope, intercept = linear_regression(x, y)
    return {
        "series": name,
        "compounds": len(points),
        "slope": round(slope, 4),
        "intercept": round(intercept, 4),
        "r2": round(correlation(x, y) ** 2, 4),
    }
