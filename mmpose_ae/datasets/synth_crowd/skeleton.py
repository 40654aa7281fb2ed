"""An articulated body in three dimensions, with joint limits, seen from a random side.

Body axes: x to the person's left, y down, z to the front; the unit is the height of the person and
the origin lies between the hips. Angles are in degrees.
"""

import math
from bisect import bisect
from itertools import accumulate
from typing import Any, Dict, NamedTuple, Optional, Tuple

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
SIDES = ((1, 'left_'), (-1, 'right_'))
JOINT_OF_ANGLE = {
    side + joint: joint
    for joint in LIMITS
    for side in (('left_', 'right_') if joint in PAIRED else ('',))
}

# Range of each angle in an activity; what is not named stays near rest.
RESTS = {joint: (max(low, -10), min(high, 10)) for joint, (low, high) in LIMITS.items()}
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
TURNED = {0.0: 0.66, 90.0: 0.09, 180.0: 0.16, 270.0: 0.09}  # away from the viewer, about
LYING = {0.0: 0.96, 90.0: 0.02, -90.0: 0.02}
CHANCES = dict(standing=0.32, walking=0.3, cheering=0.18, sitting=0.1, bending=0.05, anything=0.05)

TRUNK, NECK, HEAD = 0.29, 0.06, 0.075  # lengths, and the radius of the head
HIP_WIDTH, SHOULDER_WIDTH = 0.085, 0.12  # half the distance
UPPER_ARM, FOREARM, THIGH, SHANK = 0.165, 0.15, 0.235, 0.235

# Points of the body: COCO's 17 keypoints; then the top of the head, the neck and the head's center;
# then what MPII has besides, whose name for the top of the head is another one.
COCO_POINTS = (
    'nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder',
    'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip', 'left_knee',
    'right_knee', 'left_ankle', 'right_ankle',
)  # fmt: skip
POINTS = (
    *COCO_POINTS, 'top_head', 'neck', 'head', 'pelvis', 'thorax', 'upper_neck', 'head_top'
)  # fmt: skip
CROWDPOSE_POINTS = (*COCO_POINTS[5:], 'top_head', 'neck')
MPII_POINTS = (
    'right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle', 'pelvis',
    'thorax', 'upper_neck', 'head_top', 'right_wrist', 'right_elbow', 'right_shoulder',
    'left_shoulder', 'left_elbow', 'left_wrist',
)  # fmt: skip
INDEX = {name: i for i, name in enumerate(POINTS)}
FACE_PLACES = HEAD * np.array(  # the first points, from the head's center, in the axes of the head
    [[0, 0.2, 1], [0.42, -0.2, 0.8], [-0.42, -0.2, 0.8], [0.95, 0, 0], [-0.95, 0, 0]]
)
HEAD_AND_NECK = [
    INDEX[name] for name in ('neck', 'head', 'top_head', 'head_top', 'upper_neck', 'thorax')
]
HEAD_AND_NECK_PLACES = [  # in the axes of the trunk
    [0, -TRUNK - NECK / 2, 0], [0, -TRUNK - NECK - HEAD, 0], [0, -TRUNK - NECK - 1.95 * HEAD, 0],
    [0, -TRUNK - NECK - 1.95 * HEAD, 0], [0, -TRUNK - NECK, 0], [0, -TRUNK, 0],
]  # fmt: skip
ON_TRUNK = [
    i for name, i in INDEX.items() if name.endswith(('shoulder', 'elbow', 'wrist'))
] + HEAD_AND_NECK

Place = Tuple[float, float, float]


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


def _pick(chances: Dict[Any, float], rng: np.random.Generator) -> Any:
    """Draw a key by its chance: rng.choice in a tenth of the time."""
    limits = list(accumulate(chances.values()))
    return list(chances)[bisect(limits[:-1], rng.random())]


def sample_angles(rng: np.random.Generator, activity: Optional[str] = None) -> Dict[str, float]:
    """Draw the angles of an activity, by default of a random one, within the limits."""
    activity = ACTIVITIES[_pick(CHANCES, rng) if activity is None else activity]
    low, high = zip(*(activity.get(joint, RESTS[joint]) for joint in JOINT_OF_ANGLE.values()))
    return dict(zip(JOINT_OF_ANGLE, rng.uniform(low, high).tolist()))


def _rotation(axis: int, degrees: float) -> np.ndarray:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    first, second = [i for i in range(3) if i != axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cos
    matrix[first, second], matrix[second, first] = -sin, sin
    return matrix


def _end(start: Place, length: float, side: int, raised: float, spread: float) -> Place:
    """Where a limb ends that hangs down at rest; ``side`` is 1 for left, -1 for right."""
    raised, spread = math.radians(raised), math.radians(spread)
    x, along = side * math.sin(spread), math.cos(spread)
    y, z = along * math.cos(raised), along * math.sin(raised)
    return start[0] + x * length, start[1] + y * length, start[2] + z * length


def place_points(angles: Dict[str, float]) -> np.ndarray:
    """Compute the points in body axes, (P, 3)."""
    points = np.zeros((len(POINTS), 3))
    for side, name in SIDES:
        _place_arm(points, angles, side, name)
        _place_leg(points, angles, side, name)
    points[HEAD_AND_NECK] = HEAD_AND_NECK_PLACES
    trunk = _rotation(0, -angles['lean']) @ _rotation(1, angles['twist'])
    points[ON_TRUNK] = points[ON_TRUNK] @ trunk.T
    turn = trunk @ _rotation(1, angles['head'])
    points[: len(FACE_PLACES)] = points[INDEX['head']] + FACE_PLACES @ turn.T
    return points


def _place_arm(points: np.ndarray, angles: Dict[str, float], side: int, name: str) -> None:
    """Set shoulder, elbow and wrist in the axes of the trunk."""
    raised, spread = angles[name + 'arm_raise'], angles[name + 'arm_spread']
    shoulder = (side * SHOULDER_WIDTH, -TRUNK, 0.0)
    elbow = _end(shoulder, UPPER_ARM, side, raised, spread)
    wrist = _end(elbow, FOREARM, side, raised + angles[name + 'elbow'], spread * 0.5)
    for joint, point in (('shoulder', shoulder), ('elbow', elbow), ('wrist', wrist)):
        points[INDEX[name + joint]] = point


def _place_leg(points: np.ndarray, angles: Dict[str, float], side: int, name: str) -> None:
    """Set hip, knee and ankle in the axes of the body."""
    raised, spread = angles[name + 'thigh_raise'], angles[name + 'thigh_spread']
    hip = (side * HIP_WIDTH, 0.0, 0.0)
    knee = _end(hip, THIGH, side, raised, spread)
    ankle = _end(knee, SHANK, side, raised - angles[name + 'knee'], spread)
    for joint, point in (('hip', hip), ('knee', knee), ('ankle', ankle)):
        points[INDEX[name + joint]] = point


def sample_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose and the side from which it is seen.

    Args:
        rng (np.random.Generator): Source of randomness.

    Returns:
        Pose: In the image plane x points right. Someone who faces the viewer has the left
        shoulder at larger x.
    """
    angles = sample_angles(rng)
    yaw = _pick(TURNED, rng) + rng.normal(0, 20)
    return view_pose(angles, yaw, _pick(LYING, rng) + rng.normal(0, 6))


def view_pose(angles: Dict[str, float], yaw: float, roll: float) -> Pose:
    """Look at a body from a side.

    Args:
        angles (dict): Every angle by name, in degrees.
        yaw (float): Turn about the upright axis; 0 faces the viewer, 90 looks to the left.
        roll (float): Turn in the image plane.

    Returns:
        Pose: As :func:`sample_pose` gives it.
    """
    view = _rotation(2, roll) @ _rotation(1, yaw)
    return Pose(place_points(angles) @ view.T, angles, float(np.cos(np.radians(yaw))))
