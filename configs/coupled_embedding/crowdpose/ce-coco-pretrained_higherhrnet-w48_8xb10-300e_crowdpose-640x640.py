_base_ = './ce_higherhrnet-w48_8xb10-300e_crowdpose-640x640.py'

# Trained on COCO before; the README says how its keypoints become these.
coco_pretrained = 'checkpoints/ce_higherhrnet-w48_coco_to_crowdpose.pth'
model = dict(init_cfg=dict(type='Pretrained', checkpoint=coco_pretrained))
