# Targets and decoding of pose-ae-train, at the resolution of the heatmaps.
released = dict(
    round_centers=True,
    decode_nms_kernel=3,
    decode_max_score=1.0,
    decode_topk=30,
    decode_plateaus=True,
    decode_center_shift=0.5,
    decode_refinement='released',
    decode_missing='released',
    decode_missing_thr=None,
    decode_missing_score=1.0,
    grouping=dict(
        type='GreedyGrouping',
        distance='rms',
        max_open=30,
        skip_when_full=True,
        solver='munkres',
    ),
)
