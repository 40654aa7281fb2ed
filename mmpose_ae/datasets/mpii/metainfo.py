"""Metainfo of MPII: MMPose's, but for the sigmas of the shoulders.

MMPose has 0.179 there, which is COCO's 0.079 mistyped: shoulders would count as right at more than
twice the distance. The file is in the package because the dataset reads it wherever the package is
installed, and it stands alone because MMEngine takes ten times as long to read another package's.
"""

RIGHT, LEFT, MIDDLE = [255, 128, 0], [0, 255, 0], [51, 153, 255]
WEIGHTS = dict(ankle=1.5, wrist=1.5, knee=1.2, elbow=1.2)
SIGMAS = dict(ankle=0.089, knee=0.083, hip=0.107, wrist=0.062, elbow=0.072, shoulder=0.079)
CENTRAL = 0.026  # sigma of pelvis, thorax, neck and top of the head


def color(*names):
    """Color of a keypoint or of the link between two: that of its side."""
    sides = ''.join(names)
    return RIGHT if 'right' in sides else LEFT if 'left' in sides else MIDDLE


def swap(name):
    """Name of the mirrored keypoint; empty for one in the middle."""
    side, _, part = name.partition('_')
    return {'left': f'right_{part}', 'right': f'left_{part}'}.get(side, '')


names = [
    *('right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle'),
    *('pelvis', 'thorax', 'upper_neck', 'head_top'),
    *('right_wrist', 'right_elbow', 'right_shoulder'),
    *('left_shoulder', 'left_elbow', 'left_wrist'),
]
chains = [
    [*names[:3], 'pelvis', *names[3:6]],
    names[6:10],
    ['upper_neck', *names[12:9:-1]],
    ['upper_neck', *names[13:]],
]
parts = [name.rpartition('_')[2] for name in names]

dataset_info = dict(
    dataset_name='mpii',
    keypoint_info={
        i: dict(
            name=name,
            id=i,
            color=color(name),
            type='lower' if i < 7 else 'upper',
            swap=swap(name),
        )
        for i, name in enumerate(names)
    },
    skeleton_info={
        i: dict(link=link, id=i, color=color(*link))
        for i, link in enumerate(link for chain in chains for link in zip(chain, chain[1:]))
    },
    joint_weights=[WEIGHTS.get(part, 1.0) for part in parts],
    sigmas=[SIGMAS.get(part, CENTRAL) for part in parts],
)
