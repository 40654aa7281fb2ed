# Targets and decoding of CenterGroup's release.
released = dict(
    round_centers=True,
    decode_center_shift=0.5,
    decode_refinement='released',
)
