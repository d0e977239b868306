"""Scores of pairs of pictures by scikit-image, for tests/scikit_image.rs.

Reads one pair of PNG paths a line from standard input, separated by a tab; prints one JSON object a
line with psnr_db, ssim, delta_e00 (mean, p95, max) and delta_e00_own_lab (mean with scikit-image's
own rgb2lab, whose constants are rounded: a looser check of the whole chain).
"""

import json
import sys

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.io import imread
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

# Linear sRGB to XYZ, from the primaries and the white of ITU-R BT.709 without rounding.
PRIMARIES = np.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]])
WHITE = np.array([0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290])


def matrix():
    columns = np.stack([PRIMARIES[:, 0], PRIMARIES[:, 1], 1 - PRIMARIES.sum(axis=1)])
    return columns * np.linalg.solve(columns, WHITE)


def lab(rgb):
    """L*a*b* by CIE 15 with the exact constants of sRGB and of the cube-root curve."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    t = linear @ matrix().T / WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), t * 841 / 108 + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


for line in sys.stdin:
    a, b = (imread(path).astype(np.float64) / 255 for path in line.rstrip("\n").split("\t"))
    difference = deltaE_ciede2000(lab(a), lab(b))
    score = {
        "psnr_db": peak_signal_noise_ratio(a, b, data_range=1),
        "ssim": structural_similarity(
            a,
            b,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            channel_axis=-1,
            data_range=1,
        ),
        "delta_e00": {
            "mean": difference.mean(),
            "p95": np.percentile(difference, 95),
            "max": difference.max(),
        },
        "delta_e00_own_lab": deltaE_ciede2000(rgb2lab(a), rgb2lab(b)).mean(),
    }
    print(json.dumps(score))
