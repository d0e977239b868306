"""Edge-aware demosaicing by OpenCV, for tests/pixel_formats.rs.

Arguments: path of a headless file of 16-bit little-endian RGGB samples, width, height, black, white.
Writes interleaved 16-bit little-endian RGB to standard output, 0 at black and 65535 at white. Ends
with status 3 where numpy or OpenCV is missing.
"""

import sys

try:
    import cv2
    import numpy as np
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)

path, (width, height, black, white) = sys.argv[1], map(int, sys.argv[2:])
raw = np.fromfile(path, "<u2").reshape(height, width).astype(np.float64)
light = np.clip((raw - black) / (white - black), 0, 1) * 65535
rgb = cv2.cvtColor(np.round(light).astype(np.uint16), cv2.COLOR_BayerRGGB2RGB_EA)
sys.stdout.buffer.write(rgb.astype("<u2").tobytes())
