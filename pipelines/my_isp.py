#!/usr/bin/env python3
"""A session program for isptune, in plain Python: a start for your own.

isptune starts it once (session-python.toml, session-extras.toml) and sends one JSON object per line:

    {"input": "/tmp/x/input.ppm", "output": "/tmp/x/query-0001.ppm",
     "params": {"ev": 0.3, "red": 1.0, "green": 1.0, "blue": 1.2, "gamma": 1.0, "saturation": 1.1}}

The program renders `input` with these values, writes the picture to `output`, in the same size,
and then answers with one line on standard output:

    {"ok": true}     or     {"ok": false, "error": "what went wrong"}

Only answers may stand on standard output; messages for people go to standard error, and isptune
shows the last of them when something fails. The end of standard input ends the program. Replace
`render` with whatever drives your ISP.

With session-extras.toml it also gets "vignette" and "vibrance", which none of the nine parameters of
isptune stands for: they are declared as [[extra]].
"""

import json
import re
import sys
from array import array

# A binary PPM: "P6", width, height, the largest sample, one blank, samples. Lines with # are notes.
HEADER = re.compile(rb"P6\s+(?:#.*\s+)*(\d+)\s+(?:#.*\s+)*(\d+)\s+(?:#.*\s+)*(\d+)\s")


def read_ppm(path):
    """Width, height, largest sample, and the samples (R G B R G B ...)."""
    with open(path, "rb") as file:
        data = file.read()
    header = HEADER.match(data)
    if header is None:
        raise ValueError(f"{path}: not a binary PPM")
    width, height, largest = (int(number) for number in header.groups())
    samples = array("B" if largest < 256 else "H")
    samples.frombytes(data[header.end() :])
    if samples.itemsize == 2 and sys.byteorder == "little":
        samples.byteswap()  # PPM samples are big-endian
    if len(samples) != width * height * 3:
        raise ValueError(f"{path}: {len(samples)} samples do not make {width}x{height} pixels")
    return width, height, largest, samples


def write_ppm(path, width, height, samples):
    """Writes 8-bit samples."""
    with open(path, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (width, height))
        file.write(bytes(samples))


def decode(value):
    """sRGB to linear light, both in 0..1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def encode_table(steps=4096):
    """Linear light, in `steps` equal steps, to 8-bit sRGB."""
    table = bytearray()
    for step in range(steps + 1):
        light = step / steps
        value = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
        table.append(round(value * 255))
    return table, steps


ENCODE, STEPS = encode_table()
DECODE = {}  # by largest sample


def falloff(width, height, strength):
    """How much more light a vignette leaves each pixel: 1 in the middle, 1 + strength in a corner."""
    rows = [(2 * (y + 0.5) / height - 1) ** 2 / 2 for y in range(height)]
    columns = [(2 * (x + 0.5) / width - 1) ** 2 / 2 for x in range(width)]
    return [1 + strength * (row + column) for row in rows for column in columns]


def render(width, height, samples, largest, params):
    """Exposure (EV), gains, gamma and saturation on linear light; 8-bit samples come out."""
    light = DECODE.get(largest)
    if light is None:
        light = DECODE[largest] = [decode(step / largest) for step in range(largest + 1)]
    gain = 2.0 ** params["ev"]
    gamma = params["gamma"]
    curves = [
        [(value * gain * params[name]) ** gamma for value in light]
        for name in ("red", "green", "blue")
    ]
    saturation = params["saturation"]
    vibrance = params.get("vibrance", 0.0)
    vignette = falloff(width, height, params.get("vignette", 0.0))
    rendered = bytearray(len(samples))
    for at in range(0, len(samples), 3):
        red = curves[0][samples[at]]
        green = curves[1][samples[at + 1]]
        blue = curves[2][samples[at + 2]]
        grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        # Vibrance is saturation that acts less the more a colour is saturated already.
        most = max(red, green, blue, 1e-6)
        factor = saturation + vibrance * min(red, green, blue) / most
        gain = vignette[at // 3]
        for channel, value in enumerate((red, green, blue)):
            value = (grey + factor * (value - grey)) * gain
            rendered[at + channel] = ENCODE[round(min(max(value, 0.0), 1.0) * STEPS)]
    return rendered


def main():
    for line in sys.stdin:
        try:
            request = json.loads(line)
            width, height, largest, samples = read_ppm(request["input"])
            rendered = render(width, height, samples, largest, request["params"])
            write_ppm(request["output"], width, height, rendered)
            answer = {"ok": True}
        except Exception as error:  # the program must live on to answer the next line
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
