"""What torchvision's VGG-19 makes of weights and a picture that are given by rule.

Prints, for relu1_1, relu2_1, relu3_1 and relu4_1, the mean and eight values spread over the layer:
the numbers that train-host/src/torch/style/vgg/tests.rs expects. Needs torch and torchvision; no
trained weights.
"""

import numpy
import torch
import torchvision

WIDTH, HEIGHT = 40, 24
MEAN = [0.485, 0.456, 0.406]
DEVIATION = [0.229, 0.224, 0.225]
# torchvision's numbers of the rectifiers behind the first convolution of each block.
TAPPED = [1, 6, 11, 20]


def scattered(count, salt):
    index = numpy.arange(count, dtype=numpy.uint64)
    mixed = (index * 2_654_435_761 + salt * 40503) % 65536
    return torch.from_numpy((mixed / 65536.0 - 0.5).astype(numpy.float32))


network = torchvision.models.vgg19(weights=None).features.eval()
for number, layer in enumerate(network):
    if isinstance(layer, torch.nn.Conv2d) and number < TAPPED[-1]:
        inputs = layer.in_channels
        scale = numpy.float32(numpy.sqrt(24.0 / (inputs * 9)))
        shape = layer.weight.shape
        layer.weight.data = scattered(shape.numel(), number).view(shape) * scale
        layer.bias.data = scattered(layer.out_channels, number + 100) * 0.1

values = (scattered(3 * WIDTH * HEIGHT, 7) + 0.5).view(1, 3, HEIGHT, WIDTH)
normalise = torchvision.transforms.Normalize(MEAN, DEVIATION)
with torch.no_grad():
    values = normalise(values)
    for number, layer in enumerate(network[: TAPPED[-1] + 1]):
        values = layer(values)
        if number in TAPPED:
            flat = values.flatten()
            places = [len(flat) * part // 8 + 13 * part + 5 for part in range(8)]
            numbers = [values.double().mean().item()] + [flat[place].item() for place in places]
            print("[" + ", ".join(f"{number:.6}" for number in numbers) + "],")
