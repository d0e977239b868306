"""Evaluations that pip `cma` needs to reach a target, for the test `cma_reference`.

Reads one JSON object from standard input: `problems` (each with `name`, `function`, `start`,
`sigma`), `rotation` (an n x n matrix), `target`, `seeds`, `most`. Prints one JSON object: for each
problem name the list of evaluations up to and including the first value below the target, one for
each seed, null where `most` evaluations did not get there.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

try:
    import cma
    import numpy as np
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(3)


def functions(rotation):
    n = len(rotation)
    scales = 1e6 ** (np.arange(n) / (n - 1))
    return {
        "sphere": lambda x: float(np.sum(x**2)),
        "rosenbrock": lambda x: float(
            np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
        ),
        "ellipsoid": lambda x: float(np.sum(scales * (rotation @ x) ** 2)),
    }


def evaluations(function, start, sigma, seed, target, most):
    options = {"seed": seed, "verbose": -9, "maxfevals": most, "tolfun": 0, "tolfunhist": 0}
    search = cma.CMAEvolutionStrategy(start, sigma, options)
    count = 0
    while count < most:
        points = search.ask()
        values = []
        for point in points:
            values.append(function(np.asarray(point)))
            count += 1
            if values[-1] < target:
                return count
        search.tell(points, values)
    return None


def main():
    task = json.load(sys.stdin)
    known = functions(np.array(task["rotation"]))
    result = {}
    for problem in task["problems"]:
        result[problem["name"]] = [
            evaluations(
                known[problem["function"]],
                problem["start"],
                problem["sigma"],
                seed,
                task["target"],
                task["most"],
            )
            # Seed 0 means the clock to cma.
            for seed in range(1, task["seeds"] + 1)
        ]
    print(json.dumps(result))


main()
