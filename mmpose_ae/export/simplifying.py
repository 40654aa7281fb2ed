"""Make an exported graph small before it is written.

onnxscript's own ``optimize`` does this, too, but one of its rules compares every node with all
others, which takes longer than everything else for the thousands of nodes of poses in the graph.
"""

from onnx_ir import Model
from onnx_ir.passes import Sequential, common
from onnxscript import optimizer, rewriter
from onnxscript.rewriter.rules.common import (
    materialize_reshape_shape_rule,
    reshape_reshape_rule,
    squeeze_reshape_1d_rule,
)

# Of what the exporter makes of open sizes. Convolutions are fused by the runtime.
RULES = [squeeze_reshape_1d_rule, reshape_reshape_rule, materialize_reshape_shape_rule]
ROUNDS = 2  # what a rule leaves may be constant


def simplify(model: Model) -> None:
    """Fold what is constant, and leave out what is unused or there twice.

    Args:
        model (Model): An exported model; it is changed.
    """
    for _ in range(ROUNDS):
        optimizer.fold_constants(model, onnx_shape_inference=True)
        rewriter.rewrite(model, RULES)
    Sequential(
        common.RemoveUnusedNodesPass(),
        common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0),
        common.DeduplicateInitializersPass(),
        common.CommonSubexpressionEliminationPass(),
        common.NameFixPass(),
    )(model)
