# An example of a metainfo of one's own: four keypoints, one mirrored pair.
dataset_info = dict(
    dataset_name='four_keypoint_animals',
    keypoint_info={
        0: dict(name='nose', id=0, color=[51, 153, 255], type='upper', swap=''),
        1: dict(name='left_paw', id=1, color=[0, 255, 0], type='lower', swap='right_paw'),
        2: dict(name='right_paw', id=2, color=[255, 128, 0], type='lower', swap='left_paw'),
        3: dict(name='tail', id=3, color=[255, 51, 255], type='upper', swap=''),
    },
    skeleton_info={
        0: dict(link=('nose', 'tail'), id=0, color=[51, 153, 255]),
        1: dict(link=('tail', 'left_paw'), id=1, color=[0, 255, 0]),
        2: dict(link=('tail', 'right_paw'), id=2, color=[255, 128, 0]),
    },
    joint_weights=[1.0, 1.0, 1.0, 1.0],
    sigmas=[0.05, 0.08, 0.08, 0.05],
)
