"""One person with a place in the image: the strokes of the body, and which points are seen."""

import math
from typing import List, Sequence, Tuple

import cv2
import numpy as np

from .clothing import Clothing, Color, shade
from .skeleton import INDEX, Pose
from .strokes import Point, Stroke, mark_stroke, paint_strokes

PARTS = (
    'trunk', 'head', 'left_upper_arm', 'right_upper_arm', 'left_forearm', 'right_forearm',
    'left_thigh', 'right_thigh', 'left_shank', 'right_shank',
)  # fmt: skip
IDS_PER_PERSON = 16  # identity in the map: person * 16 + index of the part
LIMBS = {  # part: (from, to, width in heights)
    'upper_arm': ('shoulder', 'elbow', 0.06),
    'forearm': ('elbow', 'wrist', 0.05),
    'thigh': ('hip', 'knee', 0.085),
    'shank': ('knee', 'ankle', 0.065),
}
ENDS = dict(forearm=0.056, shank=0.068)  # diameter of hands and feet, in heights
HEAD = 0.15  # diameter
FACE_POINTS = ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear')
# A point is seen on these parts; anything else there, of the same person or not, covers it.
JOINT_PARTS = dict(
    shoulder=('upper_arm', 'trunk'),
    elbow=('upper_arm', 'forearm'),
    wrist=('forearm',),
    hip=('thigh', 'trunk'),
    knee=('thigh', 'shank'),
    ankle=('shank',),
)
MIDDLE_PARTS = dict(
    neck=('trunk',), thorax=('trunk',), pelvis=('trunk',), upper_neck=('trunk', 'head')
)
OTHER_SIDE = dict(left='right', right='left')


class Figure:
    """A person with a place in the image.

    Args:
        pose (Pose): The pose, in heights of the person.
        clothing (Clothing): The colors.
        height (float): Height in pixels, were the person upright.
        center (tuple): Where the middle of the hips is, (x, y) in pixels.
    """

    def __init__(
        self, pose: Pose, clothing: Clothing, height: float, center: Tuple[float, float]
    ) -> None:
        self.points = pose.points * height
        self.points[:, :2] += center
        self.pose, self.clothing, self.height = pose, clothing, height
        self._cells = [tuple(p) for p in np.rint(self.points[:, :2]).astype(int).tolist()]
        self._places = self.points.tolist()
        self.strokes = [stroke for part in self._far_to_near() for stroke in self._draw(part)]

    @property
    def bottom(self) -> float:
        """The lowest row that a point of the body lies in, in pixels."""
        return self.points[:, 1].max()

    def at(self, name: str) -> List[float]:
        """Place of a named point, (x, y, z) in pixels; z towards the viewer."""
        return self._places[INDEX[name]]

    def pixel(self, name: str) -> Point:
        """Pixel of a named point, (x, y)."""
        return self._cells[INDEX[name]]

    def paint(self, image: np.ndarray, identities: np.ndarray, person: int) -> None:
        """Paint the person over what is there.

        Args:
            image (np.ndarray): (H, W, 3), uint8, blue, green, red; changed.
            identities (np.ndarray): Who and which part is seen where, (H, W), uint16, 0 for
                background; changed.
            person (int): Number of the person in the identity map, from 1.
        """
        paint_strokes(image, self.strokes)
        for stroke in self.strokes:
            identity = person * IDS_PER_PERSON + PARTS.index(stroke.part)
            mark_stroke(identities, stroke, identity)

    def silhouette(self, size: Tuple[int, int]) -> np.ndarray:
        """Where the person would be seen alone, (H, W), uint8, 0 or 1, for a size (w, h)."""
        mask = np.zeros((size[1], size[0]), np.uint8)
        for stroke in self.strokes:
            mark_stroke(mask, stroke, 1)
        return mask

    def is_shown(self, name: str, identities: np.ndarray, person: int) -> bool:
        """Tell whether a point inside the frame is seen.

        Args:
            name (str): Name of the point.
            identities (np.ndarray): The finished identity map, (H, W).
            person (int): Number of this person in it.
        """
        x, y = self.pixel(name)
        owner, index = divmod(int(identities[y, x]), IDS_PER_PERSON)
        if owner != person:
            return False
        part = PARTS[index]
        if name in (*FACE_POINTS, 'top_head', 'head_top'):
            return part == 'head' and self._is_in_front(name)
        if name in MIDDLE_PARTS:
            return part in MIDDLE_PARTS[name]
        side, _, joint = name.partition('_')
        if part == 'trunk':
            return part in JOINT_PARTS[joint] and not self._is_beyond_the_trunk(side, joint)
        return part.startswith(side) and part[len(side) + 1 :] in JOINT_PARTS[joint]

    def _is_in_front(self, name: str) -> bool:
        """Whether a point of the head is on the side that is seen."""
        return self._depth(name) > self._depth('head') - 0.02 * self.height

    def _is_beyond_the_trunk(self, side: str, joint: str) -> bool:
        """Whether the trunk is seen from the side, and this shoulder or hip is the far one."""
        far, near = self.at(f'{side}_{joint}'), self.at(f'{OTHER_SIDE[side]}_{joint}')
        return near[2] - far[2] > 0.9 * math.dist(far, near)

    def _depth(self, *names: str) -> float:
        return sum(self.at(name)[2] for name in names) / len(names)

    def _pixels(self, heights: float) -> int:
        return max(1, int(round(heights * self.height)))

    def _far_to_near(self) -> List[str]:
        # Limbs in the plane of the trunk lie on it, the head over the shoulders.
        depth = dict(
            trunk=self._depth('left_shoulder', 'right_hip') - 0.03 * self.height,
            head=self._depth('head') + 0.02 * self.height,
        )
        depth.update({part: self._depth(*self._limb(part)[:2]) for part in PARTS[2:]})
        return sorted(PARTS, key=depth.get)

    def _draw(self, part: str) -> List[Stroke]:
        if part == 'trunk':
            return self._draw_trunk()
        return self._draw_head() if part == 'head' else self._draw_limb(part)

    @staticmethod
    def _limb(part: str) -> Tuple[str, str, float]:
        """Names of the points that a limb connects, and its width in heights."""
        side, _, limb = part.partition('_')
        start, end, width = LIMBS[limb]
        return f'{side}_{start}', f'{side}_{end}', width

    def _limb_color(self, limb: str) -> Color:
        c = self.clothing
        return dict(
            upper_arm=c.shirt,
            forearm=c.shirt if c.long_sleeves else c.skin,
            thigh=c.trousers,
            shank=c.trousers if c.long_trousers else c.skin,
        )[limb]

    def _draw_limb(self, part: str) -> List[Stroke]:
        start, end, heights = self._limb(part)
        limb = part.partition('_')[2]
        near = min(0.25, max(-0.25, self._depth(start, end) / self.height))
        color = shade(self._limb_color(limb), 1.0 + near)
        width, points = self._pixels(heights), (self.pixel(start), self.pixel(end))
        strokes = [Stroke(part, points, width, color, max(2, width // 4))]
        if self.pose.facing > 0.3:  # a seam along the front of sleeves and trousers
            strokes.append(Stroke(part, points, max(1, width // 5), shade(color, 1.6)))
        if limb in ENDS:
            color = self.clothing.shoes if limb == 'shank' else self.clothing.skin
            strokes.append(Stroke(part, points[1:], self._pixels(ENDS[limb]), color))
        return strokes

    def _draw_trunk(self) -> List[Stroke]:
        names = ('left_shoulder', 'right_shoulder', 'right_hip', 'left_hip')
        corners = np.array([self.pixel(name) for name in names], np.int32)
        outline = tuple(map(tuple, cv2.convexHull(corners)[:, 0].tolist()))
        shirt, outer = self.clothing.shirt, max(2, self._pixels(0.02))
        chest, hips = corners[:2].mean(0), corners[2:].mean(0)
        throat = (self._between(*corners[:2], 0.5), self.pixel('neck'))
        strokes = [
            Stroke('trunk', throat, self._pixels(0.055), shade(self.clothing.skin, 0.9), outer),
            Stroke('trunk', outline, self._pixels(0.06), shirt, outer),
        ]
        if self.pose.facing > 0.3:  # buttons tell the front from the back
            row = (self._between(chest, hips, 0.05), self._between(chest, hips, 0.85))
            strokes.append(Stroke('trunk', row, self._pixels(0.014), shade(shirt, 0.55)))
        elif self.pose.facing < -0.3:  # a backpack
            middle = (self._between(chest, hips, 0.45),)
            strokes.append(Stroke('trunk', middle, self._pixels(0.15), self.clothing.shoes))
        return strokes

    @staticmethod
    def _between(first: Sequence[float], second: Sequence[float], share: float) -> Point:
        return tuple(round(a + share * (b - a)) for a, b in zip(first[:2], second[:2]))

    def _draw_head(self) -> List[Stroke]:
        hair, width = self.clothing.hair, self._pixels(HEAD)
        strokes = [
            Stroke('head', (self.pixel('top_head'),), width // 3, hair, 2),
            Stroke('head', (self.pixel('head'),), width, hair, 2),
        ]
        if self._is_in_front('nose'):
            face = self._between(self.at('head'), self.at('nose'), 0.33)
            strokes.append(Stroke('head', (face,), int(0.82 * width), self.clothing.skin))
        for name in FACE_POINTS[::-1]:  # the nose last
            if self._is_in_front(name):
                strokes += self._draw_face_point(name, width)
            else:  # rounding may leave it beside the head
                strokes.insert(0, Stroke('head', (self.pixel(name),), width // 6, hair))
        return strokes

    def _draw_face_point(self, name: str, width: int) -> List[Stroke]:
        pixel, skin = (self.pixel(name),), self.clothing.skin
        if name.endswith('ear'):
            return [Stroke('head', pixel, width // 4, shade(skin, 0.85))]
        if name == 'nose':
            return [Stroke('head', pixel, width // 6, shade(skin, 0.7))]
        white = Stroke('head', pixel, width // 5, (245, 245, 245))
        return [white, Stroke('head', pixel, width // 9, (30, 20, 20))]
