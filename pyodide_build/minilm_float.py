"""The float graph without its weights: those are the int8 ones, taken apart on the device.

A GPU multiplies floats, and the int8 graph would send every product back to the processor. So the
site has the graph in float32 and in float16, some kilobytes each, whose tensors point into a file
of external data that does not exist: `static/workers/float-weights.js` makes its bytes out of the
int8 model, tensor by tensor, in the order in which they stand here.
"""

from __future__ import annotations

import math

import onnx
from onnx import TensorProto, helper

EMBEDDINGS = "embeddings"
"""Tensors and the node of this name stay in float32: no GPU kernel takes that node."""
_BYTES = {TensorProto.FLOAT: 4, TensorProto.FLOAT16: 2}


def template(model: onnx.ModelProto, location: str, *, half: bool = False) -> onnx.ModelProto:
    """A copy of a model of `minilm_graph.build` whose weights lie in the file `location`.

    With `half` everything behind the embeddings is float16, the output float32 again.
    """
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    if half:
        _halve(bare.graph)
    offset = 0
    for tensor in bare.graph.initializer:
        size = math.prod(tensor.dims) * _BYTES[tensor.data_type]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, "offset": offset, "length": size}.items():
            tensor.external_data.add(key=key, value=str(value))
        offset += size
    return bare


def _halve(graph: onnx.GraphProto) -> None:
    for tensor in graph.initializer:
        if not tensor.name.startswith(f"{EMBEDDINGS}."):
            tensor.data_type = TensorProto.FLOAT16
    nodes = list(graph.node)
    first = next(number for number, node in enumerate(nodes) if EMBEDDINGS in node.output)
    for node in nodes[first + 1 :]:
        node.input[:] = [f"{EMBEDDINGS}.half" if one == EMBEDDINGS else one for one in node.input]
    (output,) = nodes[-1].output
    nodes[-1].output[0] = f"{output}.half"
    down = helper.make_node("Cast", [EMBEDDINGS], [f"{EMBEDDINGS}.half"], to=TensorProto.FLOAT16)
    up = helper.make_node("Cast", [f"{output}.half"], [output], to=TensorProto.FLOAT)
    del graph.node[:]
    graph.node.extend([*nodes[: first + 1], down, *nodes[first + 1 :], up])
