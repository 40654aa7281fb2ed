_base_ = './cid_hrnet-w32_8xb20-300e_crowdpose-512x512.py'

# BoIR has these losses in place of the contrastive one.
model = dict(head=dict(contrastive_loss=dict(loss_weight=0.0), box_supervision=dict()))
