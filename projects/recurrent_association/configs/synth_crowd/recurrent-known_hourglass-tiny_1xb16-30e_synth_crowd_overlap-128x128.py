# Besides, the feedback loop starts from spoiled heatmaps of known people.
_base_ = './recurrent_hourglass-tiny_1xb16-30e_synth_crowd_overlap-128x128.py'

model = dict(
    head=dict(
        unroller=dict(lstm=dict(num_loops=1)),
        known_people=dict(missing=0.8),  # few keypoints ask for a person, who is found by tags
    )
)
