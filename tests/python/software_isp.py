"""The software ISP a second time, as a straightforward single-threaded numpy program.

Written from docs/software-isp.md, not from the Rust code, to check one against the other.

    software_isp.py WIDTH HEIGHT P1,...,P9 < rgb8 > rgb8     renders one picture
    software_isp.py --bench WIDTH HEIGHT                     prints the seconds of one rendering
"""

import os
import sys
import time

# One thread: the comparison is with the plainest program, and CI machines are small.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

try:
    import numpy as np
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(3)

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def decode(display):
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)


def encode(linear):
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def smoothstep(v):
    v = np.clip(v, 0, 1)
    return v * v * (3 - 2 * v)


def blur(v):
    height, width = v.shape
    taps = (1, 4, 6, 4, 1)
    padded = np.pad(v, 2, mode="edge")
    rows = sum(tap * padded[i : i + height, :] for i, tap in enumerate(taps)) / 16
    return sum(tap * rows[:, i : i + width] for i, tap in enumerate(taps)) / 16


def render(picture, parameters):
    """Renders an 8-bit array (height, width, 3) with nine canonical values."""
    exposure, *gains, saturation, contrast, highlights, shadows, texture = parameters
    x = decode(picture.astype(np.float32) / 255)
    x = x * np.float32(2 ** (2 * exposure))
    gains = 2 ** (0.75 * np.array(gains))
    x = x * (gains / (gains @ LUMINANCE)).astype(np.float32)
    luminance = (x @ LUMINANCE)[..., None]
    x = luminance + np.float32(1 + saturation) * (x - luminance)
    v = np.sqrt(np.maximum(luminance[..., 0], 0))
    shape = np.where(v <= 1, (1 - v) * (2 * v - 1), (1 - v) / np.maximum(v, 1))
    ratio = 1 + 0.7 * contrast * shape
    lift = 2 ** (0.5 * highlights * smoothstep(v * ratio) ** 2)
    ratio = ratio * lift
    lift = 2 ** (0.5 * shadows * (1 - smoothstep(v * ratio)) ** 2)
    ratio = ratio * lift
    x = x * (ratio * ratio)[..., None]
    v = v * ratio
    sharpened = np.maximum(v + texture * (v - blur(v)), 0)
    x = x + (sharpened * sharpened - v * v)[..., None]
    return np.round(encode(np.clip(x, 0, 1)) * 255).astype(np.uint8)


def main():
    if sys.argv[1] == "--bench":
        width, height = map(int, sys.argv[2:4])
        picture = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
        parameters = [0.2, -0.3, 0.1, 0.4, 0.5, -0.4, 0.3, 0.6, -0.7]
        start = time.perf_counter()
        render(picture, parameters)
        print(time.perf_counter() - start)
        return
    width, height = map(int, sys.argv[1:3])
    parameters = [float(value) for value in sys.argv[3].split(",")]
    samples = np.frombuffer(sys.stdin.buffer.read(), np.uint8)
    picture = render(samples.reshape(height, width, 3), parameters)
    sys.stdout.buffer.write(picture.tobytes())


if __name__ == "__main__":
    main()
