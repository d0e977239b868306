"""Runs an exported model in onnxruntime, after the ONNX project's own checker has passed it.

    onnx_engine.py MODEL < observations > outputs

Observations are rows of little-endian 32-bit floats, for models with several inputs one after the
other; outputs are rows of nine. The digest at the end of the file is checked from its description:
it covers all bytes before the last 84.
"""

import hashlib
import sys

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(3)


def main():
    with open(sys.argv[1], "rb") as file:
        content = file.read()
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model, full_check=True)
    stated = model.metadata_props[-1]
    assert stated.key == "isptune.sha256", stated.key
    assert stated.value == hashlib.sha256(content[:-84]).hexdigest(), "digest"

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    inputs = session.get_inputs()
    lengths = [int(np.prod(each.shape)) for each in inputs]
    rows = np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(-1, sum(lengths))
    outputs = [session.run(["action"], named(inputs, lengths, row))[0] for row in rows]
    assert all(output.shape == (1, 9) and output.dtype == np.float32 for output in outputs)
    sys.stdout.buffer.write(np.concatenate(outputs).astype("<f4").tobytes())


def named(inputs, lengths, row):
    parts = np.split(row, np.cumsum(lengths)[:-1])
    return {each.name: part.reshape(each.shape) for each, part in zip(inputs, parts)}


if __name__ == "__main__":
    main()
