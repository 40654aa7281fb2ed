# How far apart two people who annotate a keypoint put it, relative to the person's size: COCO's.
sigmas = [
    *(0.026, 0.025, 0.025, 0.035, 0.035),
    *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
    *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
]
