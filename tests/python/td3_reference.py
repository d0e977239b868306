"""TD3 of Stable-Baselines3 on gymnasium's Pendulum-v1, with the settings of `train-host td3 --environment pendulum`.

    td3_reference.py [--steps 20000] [--seeds 0,1,2,3,4] [--episodes 100]

Prints one JSON object for each seed: mean return of evaluation episodes without noise, steps and updates per
second of wall clock and of CPU time (environment included, evaluation not), one thread.
"""

import argparse
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

try:
    import gymnasium
    import numpy as np
    import stable_baselines3
    import torch
    from stable_baselines3 import TD3
    from stable_baselines3.common.noise import NormalActionNoise
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(3)

LEARNING_STARTS = 1000


def mean_return(model, episodes, seed):
    """Mean return of `episodes` episodes side by side, each of 200 steps."""
    tasks = [gymnasium.make("Pendulum-v1") for _ in range(episodes)]
    states = np.stack([task.reset(seed=1_000_000 + seed * 1000 + i)[0] for i, task in enumerate(tasks)])
    total = 0.0
    for _ in range(200):
        actions, _ = model.predict(states, deterministic=True)
        steps = [task.step(action) for task, action in zip(tasks, actions)]
        states = np.stack([step[0] for step in steps])
        total += sum(float(step[1]) for step in steps)
    return total / episodes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--episodes", type=int, default=100)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for seed in map(int, options.seeds.split(",")):
        model = TD3(
            "MlpPolicy",
            gymnasium.make("Pendulum-v1"),
            learning_rate=1e-3,
            buffer_size=options.steps,
            learning_starts=LEARNING_STARTS,
            batch_size=64,
            tau=0.005,
            gamma=0.98,
            train_freq=1,
            gradient_steps=1,
            policy_delay=2,
            target_policy_noise=0.2,
            target_noise_clip=0.5,
            action_noise=NormalActionNoise(np.zeros(1), 0.1 * np.ones(1)),
            policy_kwargs={"net_arch": [256, 256]},
            seed=seed,
            device="cpu",
        )
        wall, cpu = time.perf_counter(), time.process_time()
        model.learn(options.steps)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        updates = options.steps - LEARNING_STARTS
        result = {
            "seed": seed,
            "steps": options.steps,
            "mean_return": round(mean_return(model, options.episodes, seed), 1),
            "updates_per_second": round(updates / wall, 1),
            "updates_per_cpu_second": round(updates / cpu, 1),
            "versions": [stable_baselines3.__version__, torch.__version__, gymnasium.__version__],
        }
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
