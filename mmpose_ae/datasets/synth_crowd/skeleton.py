"""An articulated body in three dimensions, with joint limits, seen from a random side.

Body axes: x to the person's left, y down, z to the front; the unit is the height of the person and
the origin lies between the hips. Angles are in degrees.
"""

from typing import Dict, NamedTuple, Tuple

import numpy as np

LIMITS: Dict[str, Tuple[float, float]] = dict(
    arm_raise=(-40, 175),  # forwards and up
    arm_spread=(0, 100),  # sideways
    elbow=(0, 145),
    thigh_raise=(-30, 110),
    thigh_spread=(-5, 40),
    knee=(0, 140),
    lean=(-15, 80),  # of the trunk, forwards
    twist=(-30, 30),  # of the shoulders against the hips
    head=(-50, 50),  # turn of the head
)
PAIRED = ('arm_raise', 'arm_spread', 'elbow', 'thigh_raise', 'thigh_spread', 'knee')

# Range of each angle in an activity; what is not named stays near rest.
ACTIVITIES: Dict[str, Dict[str, Tuple[float, float]]] = dict(
    standing=dict(arm_spread=(2, 30), elbow=(0, 60), thigh_spread=(1, 8), lean=(-5, 8)),
    walking=dict(
        arm_raise=(-40, 45), elbow=(10, 90), thigh_raise=(-28, 40), knee=(0, 60), lean=(0, 15)
    ),
    cheering=dict(
        arm_raise=(100, 175), arm_spread=(0, 60), elbow=(0, 80), thigh_spread=(2, 20)
    ),
    sitting=dict(
        arm_raise=(0, 50), elbow=(20, 110), thigh_raise=(70, 105), thigh_spread=(0, 20),
        knee=(60, 110), lean=(-5, 25),
    ),
    bending=dict(
        arm_raise=(20, 110), arm_spread=(0, 30), elbow=(0, 50), knee=(0, 40), lean=(30, 80)
    ),
    anything=LIMITS,
)  # fmt: skip
CHANCES = dict(standing=0.32, walking=0.3, cheering=0.18, sitting=0.1, bending=0.05, anything=0.05)

TRUNK, NECK, HEAD = 0.29, 0.06, 0.075  # lengths, and the radius of the head
HIP_WIDTH, SHOULDER_WIDTH = 0.085, 0.12  # half the distance
UPPER_ARM, FOREARM, THIGH, SHANK = 0.165, 0.15, 0.235, 0.235

# Points of the body: COCO's 17 keypoints, then the top of the head, the neck and the head's centre.
COCO_POINTS = (
    'nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder',
    'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip', 'left_knee',
    'right_knee', 'left_ankle', 'right_ankle',
)  # fmt: skip
POINTS = (*COCO_POINTS, 'top_head', 'neck', 'head')
CROWDPOSE_POINTS = (*COCO_POINTS[5:], 'top_head', 'neck')
INDEX = {name: i for i, name in enumerate(POINTS)}


class Pose(NamedTuple):
    """Where the points of a body are, and how it got there.

    Attributes:
        points (np.ndarray): x, y in the image plane and z towards the viewer, (P, 3), in heights
            of the person.
        angles (dict): Every angle by name; paired ones with ``left_`` or ``right_``.
        facing (float): Cosine between the front of the body and the direction to the viewer.
    """

    points: np.ndarray
    angles: Dict[str, float]
    facing: float


def sample_angles(rng: np.random.Generator) -> Dict[str, float]:
    """Draw an activity and its angles, within the limits."""
    activity = ACTIVITIES[rng.choice(list(CHANCES), p=list(CHANCES.values()))]
    angles = {}
    for name, (low, high) in LIMITS.items():
        rest = (max(low, -10), min(high, 10))
        chosen = activity.get(name, rest)
        sides = ('left_', 'right_') if name in PAIRED else ('',)
        angles.update({side + name: float(rng.uniform(*chosen)) for side in sides})
    return angles


def _rotation(axis: int, degrees: float) -> np.ndarray:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = [i for i in range(3) if i != axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cos
    matrix[first, second], matrix[second, first] = -sin, sin
    return matrix


def _limb(side: int, raised: float, spread: float) -> np.ndarray:
    """Direction of a limb that hangs down at rest; ``side`` is 1 for left, -1 for right."""
    raised, spread = np.radians(raised), np.radians(spread)
    return np.array(
        [side * np.sin(spread), np.cos(spread) * np.cos(raised), np.cos(spread) * np.sin(raised)]
    )


def place_points(angles: Dict[str, float]) -> np.ndarray:
    """Compute the points in body axes, (P, 3)."""
    points = np.zeros((len(POINTS), 3))
    trunk = _rotation(0, -angles['lean']) @ _rotation(1, angles['twist'])
    neck = trunk @ [0, -TRUNK, 0]
    head = neck + trunk @ [0, -NECK - HEAD, 0]
    turn = trunk @ _rotation(1, angles['head'])
    points[INDEX['neck']] = neck + trunk @ [0, -NECK / 2, 0]
    points[INDEX['head']] = head
    points[INDEX['top_head']] = head + trunk @ [0, -HEAD * 1.15, 0]
    points[INDEX['nose']] = head + turn @ [0, HEAD * 0.2, HEAD]
    for side, name in ((1, 'left_'), (-1, 'right_')):
        points[INDEX[name + 'eye']] = head + turn @ [side * HEAD * 0.42, -HEAD * 0.2, HEAD * 0.8]
        points[INDEX[name + 'ear']] = head + turn @ [side * HEAD * 0.95, 0, 0]
        shoulder = neck + trunk @ [side * SHOULDER_WIDTH, 0, 0]
        raised, spread = angles[name + 'arm_raise'], angles[name + 'arm_spread']
        elbow = shoulder + trunk @ _limb(side, raised, spread) * UPPER_ARM
        bent = raised + angles[name + 'elbow']
        wrist = elbow + trunk @ _limb(side, bent, spread * 0.5) * FOREARM
        hip = np.array([side * HIP_WIDTH, 0, 0])
        raised, spread = angles[name + 'thigh_raise'], angles[name + 'thigh_spread']
        knee = hip + _limb(side, raised, spread) * THIGH
        ankle = knee + _limb(side, raised - angles[name + 'knee'], spread) * SHANK
        limbs = dict(shoulder=shoulder, elbow=elbow, wrist=wrist, hip=hip, knee=knee, ankle=ankle)
        for joint, point in limbs.items():
            points[INDEX[name + joint]] = point
    return points


def sample_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose and the side from which it is seen.

    Args:
        rng (np.random.Generator): Source of randomness.

    Returns:
        Pose: In the image plane x points right. Someone who faces the viewer has the left
        shoulder at larger x.
    """
    angles = sample_angles(rng)
    turned = rng.choice([0.0, 90.0, 180.0, 270.0], p=[0.66, 0.09, 0.16, 0.09])
    yaw = turned + rng.normal(0, 20)
    lying = rng.choice([0.0, 90.0, -90.0], p=[0.96, 0.02, 0.02])
    view = _rotation(2, lying + rng.normal(0, 6)) @ _rotation(1, yaw)
    points = place_points(angles) @ view.T
    return Pose(points, angles, float(np.cos(np.radians(yaw))))
