_base_ = './ce_hrnet-w32_8xb10-300e_coco-512x512.py'

# Table 6(b), all cells weighted alike
model = dict(head=dict(keypoint_loss=dict(type='ScaleAdaptiveHeatmapLoss', theta=0.5, beta=None)))
