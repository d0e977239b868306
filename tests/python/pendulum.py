"""Gymnasium's Pendulum-v1, step by step.

Reads lines `theta speed torque torque …` and starts an episode at each of them; prints a line
`cos sin speed reward truncated` for every torque.
"""

import sys

try:
    import gymnasium
    import numpy as np
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(3)


def main():
    task = gymnasium.make("Pendulum-v1")
    for line in sys.stdin.read().splitlines():
        theta, speed, *torques = map(float, line.split())
        task.reset(seed=0)
        task.unwrapped.state = np.array([theta, speed])
        for torque in torques:
            state, reward, terminated, truncated, _ = task.step(np.array([torque]))
            assert not terminated
            print(*(repr(float(value)) for value in state), repr(float(reward)), int(truncated))


if __name__ == "__main__":
    main()
