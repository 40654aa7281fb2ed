_base_ = './ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

# 17 heatmaps and 8 * 17 tags
model = dict(backbone=dict(out_channels=153), head=dict(in_channels=153, tag_dim=8))

val_evaluator = [*_base_.val_evaluator, dict(type='EmbeddingCorrelationMetric', tag_dim=8)]
test_evaluator = val_evaluator
