import numpy as np
import onnx
import onnx_ir
from onnx import parser
from onnx.reference import ReferenceEvaluator

from mmpose_ae.export.simplifying import simplify

# `there` is `once` again, `nobody` is unused, and 2 * 3 is known.
GRAPH = """<ir_version: 8, opset_import: ["": 18]>
graph (float[N, 4] x) => (float[N, 4] y)
<float two = {2}, float three = {3}> {
    six = Mul(two, three)
    once = Add(x, six)
    there = Add(x, six)
    nobody = Exp(x)
    y = Sub(once, there)
}"""


def test_what_is_constant_unused_or_there_twice_is_left_out():
    given = parser.parse_model(GRAPH)
    model = onnx_ir.from_proto(given)

    simplify(model)

    simple = onnx_ir.to_proto(model)
    onnx.checker.check_model(simple)
    assert [node.op_type for node in simple.graph.node] == ['Add', 'Sub']
    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    wanted, found = (ReferenceEvaluator(each).run(None, {'x': x})[0] for each in (given, simple))
    assert np.array_equal(found, wanted)
