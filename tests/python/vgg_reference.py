"""What torchvision's VGG-19 computes, for `train-host/src/torch/style/vgg/reference.json`.

    python3 tests/python/vgg_reference.py > train-host/src/torch/style/vgg/reference.json

Weights and picture are made by rule, the same as in the test beside the file. Prints one JSON object:
for each of relu1_1, relu2_1, relu3_1, relu4_1 its shape, its mean, and sixteen values spread evenly.
Needs torch and torchvision; leaves with code 3 where they are missing.
"""

import json
import sys

try:
    import numpy as np
    import torch
    import torchvision
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(3)

TAPS = {1: "relu1_1", 6: "relu2_1", 11: "relu3_1", 20: "relu4_1"}
WIDTH, HEIGHT = 40, 24


def scattered(count, salt):
    """Numbers in [-0.5, 0.5) that are the same in every language."""
    index = np.arange(count, dtype=np.uint64)
    mixed = (index * np.uint64(2654435761) + np.uint64(salt) * np.uint64(40503)) % np.uint64(65536)
    return (mixed.astype(np.float64) / 65536 - 0.5).astype(np.float32)


def main():
    network = torchvision.models.vgg19(weights=None).features[:21].eval()
    for number, layer in enumerate(network):
        if isinstance(layer, torch.nn.Conv2d):
            scale = np.float32((24.0 / (layer.in_channels * 9)) ** 0.5)
            kernel = scattered(layer.weight.numel(), number) * scale
            layer.weight.data = torch.from_numpy(kernel).view_as(layer.weight)
            layer.bias.data = torch.from_numpy(scattered(layer.bias.numel(), number + 100) * np.float32(0.1))
    picture = torch.from_numpy(scattered(3 * WIDTH * HEIGHT, 7) + np.float32(0.5))
    picture = picture.view(1, 3, HEIGHT, WIDTH)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    values = (picture - mean) / deviation
    layers = {}
    with torch.no_grad():
        for number, layer in enumerate(network):
            values = layer(values)
            if number in TAPS:
                flat = values.flatten()
                step = flat.numel() // 16
                layers[TAPS[number]] = {
                    "shape": list(values.shape[1:]),
                    "mean": flat.mean(dtype=torch.float64).item(),
                    "values": flat[::step][:16].tolist(),
                }
    print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "layers": layers}, indent=1))


if __name__ == "__main__":
    main()
