# COCO's for the same joints, and the shoulders' for head and neck.
sigmas = [
    *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
    *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
    *(0.079, 0.079),
]
