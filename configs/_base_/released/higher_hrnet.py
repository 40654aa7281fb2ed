# Targets and decoding of HigherHRNet's release, and of MMPose 0.x after it.
released = dict(
    round_centers=True,
    decode_topk=30,
    decode_plateaus=True,
    decode_center_shift=0.5,
    decode_refinement='released',
    decode_missing='released',
    decode_missing_thr=None,
    grouping=dict(type='GreedyGrouping', max_open=30, solver='munkres'),
)
