"""Drawing one person: body parts from far to near, each with an outline and an identity."""

from typing import Dict, List, NamedTuple, Tuple

import cv2
import numpy as np

from .skeleton import INDEX, Pose

Colour = Tuple[int, int, int]

# Which parts show a point: it is hidden where another part or person covers it.
PARTS = (
    'trunk', 'head', 'left_upper_arm', 'right_upper_arm', 'left_forearm', 'right_forearm',
    'left_thigh', 'right_thigh', 'left_shank', 'right_shank',
)  # fmt: skip
PART_INDEX = {name: i for i, name in enumerate(PARTS)}
IDS_PER_PERSON = 16  # identity in the map: person * 16 + part
LIMBS = {  # part: (from, to, width in heights)
    'upper_arm': ('shoulder', 'elbow', 0.06),
    'forearm': ('elbow', 'wrist', 0.05),
    'thigh': ('hip', 'knee', 0.085),
    'shank': ('knee', 'ankle', 0.065),
}
SHOWN_BY = {
    'shoulder': ('upper_arm', 'trunk'),
    'elbow': ('upper_arm', 'forearm'),
    'wrist': ('forearm',),
    'hip': ('thigh', 'trunk'),
    'knee': ('thigh', 'shank'),
    'ankle': ('shank',),
}
FACE_POINTS = ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear')

SKIN = ((190, 205, 240), (140, 170, 222), (95, 130, 190), (60, 85, 135), (45, 60, 95))
HAIR = ((30, 30, 35), (35, 55, 90), (60, 120, 170), (130, 190, 225), (150, 150, 155))


class Clothing(NamedTuple):
    """Colours (blue, green, red) of a person, and how long sleeves and trousers are."""

    skin: Colour
    hair: Colour
    shirt: Colour
    trousers: Colour
    shoes: Colour
    long_sleeves: bool
    long_trousers: bool


def sample_clothing(rng: np.random.Generator) -> Clothing:
    """Draw colours that differ from person to person."""
    shirt, trousers, shoes = (tuple(int(c) for c in rng.integers(20, 245, 3)) for _ in range(3))
    return Clothing(
        SKIN[rng.integers(len(SKIN))],
        HAIR[rng.integers(len(HAIR))],
        shirt,
        trousers,
        shoes,
        bool(rng.random() < 0.5),
        bool(rng.random() < 0.7),
    )


class Canvas(NamedTuple):
    """What a person is painted on: an image and, cell for cell, who and what is seen there.

    Attributes:
        image (np.ndarray): (H, W, 3), uint8, blue, green, red.
        identities (np.ndarray): (H, W), uint16; 0 is background.
    """

    image: np.ndarray
    identities: np.ndarray


def _shade(colour: Colour, factor: float) -> Colour:
    return tuple(int(min(255, c * factor)) for c in colour)


def _pixel(point: np.ndarray) -> Tuple[int, int]:
    return int(round(point[0])), int(round(point[1]))


class Figure:
    """A person with a place in the image.

    Args:
        pose (Pose): The pose, in heights of the person.
        clothing (Clothing): The colours.
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

    def at(self, name: str) -> np.ndarray:
        """Place of a named point, (x, y, z) in pixels."""
        return self.points[INDEX[name]]

    def pixel(self, name: str) -> Tuple[int, int]:
        """Pixel of a named point, (x, y)."""
        return self._cells[INDEX[name]]

    def paint(self, canvas: Canvas, person: int) -> None:
        """Paint the person over what is there.

        Args:
            canvas (Canvas): Changed in place.
            person (int): Number of the person in the identity map, from 1.
        """
        for part in self._far_to_near():
            identity = person * IDS_PER_PERSON + PART_INDEX[part]
            if part == 'trunk':
                self._paint_trunk(canvas, identity)
            elif part == 'head':
                self._paint_head(canvas, identity)
            else:
                self._paint_limb(canvas, identity, part)

    def silhouette(self, size: Tuple[int, int]) -> np.ndarray:
        """Where the person would be seen alone, (H, W), uint16, 0 or 1, for a size (w, h)."""
        mask = np.zeros((size[1], size[0]), np.uint16)
        for part in PARTS:
            if part == 'trunk':
                self._fill_trunk(mask, 1)
            elif part == 'head':
                cv2.circle(mask, self.pixel('head'), self._pixels(0.078), 1, -1)
            else:
                start, end, width = self._limb(part)
                cv2.line(mask, self.pixel(start), self.pixel(end), 1, self._pixels(width))
        return mask

    def is_shown(self, name: str, identities: np.ndarray, person: int) -> bool:
        """Tell whether a point inside the frame is seen.

        Args:
            name (str): Name of the point.
            identities (np.ndarray): The finished identity map, (H, W).
            person (int): Number of this person in it.
        """
        x, y = self.pixel(name)
        height, width = identities.shape
        seen = identities[min(y, height - 1), min(x, width - 1)]
        side, _, joint = name.partition('_')
        parts = [f'{side}_{p}' if p != 'trunk' else p for p in SHOWN_BY.get(joint, ())]
        if name in FACE_POINTS and self.at(name)[2] < self.at('head')[2] - 0.01 * self.height:
            return False  # behind the head
        allowed = parts or ['head', 'trunk']
        return seen in [person * IDS_PER_PERSON + PART_INDEX[part] for part in allowed]

    def _pixels(self, heights: float) -> int:
        return max(1, int(round(heights * self.height)))

    def _far_to_near(self) -> List[str]:
        depth: Dict[str, float] = {}
        for part in PARTS:
            if part in ('trunk', 'head'):
                names = ('left_shoulder', 'right_hip') if part == 'trunk' else ('head', 'head')
            else:
                names = self._limb(part)[:2]
            depth[part] = (self.at(names[0])[2] + self.at(names[1])[2]) / 2
        # Limbs in the plane of the trunk lie on it, the head over the shoulders.
        depth['trunk'] -= 0.03 * self.height
        depth['head'] += 0.02 * self.height
        return sorted(PARTS, key=depth.get)

    @staticmethod
    def _limb(part: str) -> Tuple[str, str, float]:
        """Names of the points that a limb connects, and its width in heights."""
        side, _, limb = part.partition('_')
        start, end, width = LIMBS[limb]
        return f'{side}_{start}', f'{side}_{end}', width

    def _limb_colour(self, part: str) -> Colour:
        c = self.clothing
        if part.endswith('upper_arm'):
            return c.shirt
        if part.endswith('forearm'):
            return c.shirt if c.long_sleeves else c.skin
        if part.endswith('thigh'):
            return c.trousers
        return c.trousers if c.long_trousers else c.skin

    def _paint_limb(self, canvas: Canvas, identity: int, part: str) -> None:
        start, end, width = self._limb(part)
        near = (self.at(start)[2] + self.at(end)[2]) / 2 / self.height
        colour = _shade(self._limb_colour(part), 1.0 + np.clip(near, -0.25, 0.25))
        thickness, a, b = self._pixels(width), self.pixel(start), self.pixel(end)
        outline = thickness + max(2, thickness // 4)
        cv2.line(canvas.image, a, b, _shade(colour, 0.45), outline, cv2.LINE_AA)
        cv2.line(canvas.image, a, b, colour, thickness, cv2.LINE_AA)
        cv2.line(canvas.identities, a, b, identity, thickness)
        if self.pose.facing > 0.3:  # a seam along the front of sleeves and trousers
            seam = max(1, thickness // 5)
            cv2.line(canvas.image, a, b, _shade(colour, 1.6), seam, cv2.LINE_AA)
        if part.endswith(('forearm', 'shank')):
            self._paint_end(canvas, identity, b, part.endswith('shank'))

    def _paint_end(
        self, canvas: Canvas, identity: int, center: Tuple[int, int], foot: bool
    ) -> None:
        radius = self._pixels(0.034 if foot else 0.028)
        colour = self.clothing.shoes if foot else self.clothing.skin
        cv2.circle(canvas.image, center, radius, colour, -1, cv2.LINE_AA)
        cv2.circle(canvas.identities, center, radius, identity, -1)

    def _trunk_corners(self) -> np.ndarray:
        names = ('left_shoulder', 'right_shoulder', 'right_hip', 'left_hip')
        corners = np.array([self.at(name)[:2] for name in names], np.float32)
        return cv2.convexHull(np.rint(corners).astype(np.int32))

    def _fill_trunk(self, mask: np.ndarray, value: int) -> None:
        corners = self._trunk_corners()
        cv2.fillConvexPoly(mask, corners, value)
        cv2.polylines(mask, [corners], True, value, self._pixels(0.06))

    def _paint_trunk(self, canvas: Canvas, identity: int) -> None:
        corners, width = self._trunk_corners(), self._pixels(0.06)
        shirt = self.clothing.shirt
        outline = width + max(2, self._pixels(0.02))
        cv2.polylines(canvas.image, [corners], True, _shade(shirt, 0.45), outline, cv2.LINE_AA)
        cv2.fillConvexPoly(canvas.image, corners, shirt, cv2.LINE_AA)
        cv2.polylines(canvas.image, [corners], True, shirt, width, cv2.LINE_AA)
        self._fill_trunk(canvas.identities, identity)
        neck, hips = self.at('neck')[:2], (self.at('left_hip') + self.at('right_hip'))[:2] / 2
        if self.pose.facing > 0.3:  # buttons and a collar tell the front from the back
            cv2.line(
                canvas.image,
                _pixel(neck),
                _pixel(0.85 * hips + 0.15 * neck),
                _shade(shirt, 0.55),
                self._pixels(0.014),
                cv2.LINE_AA,
            )
        elif self.pose.facing < -0.3:  # a backpack
            cv2.circle(
                canvas.image,
                _pixel(0.45 * hips + 0.55 * neck),
                self._pixels(0.075),
                self.clothing.shoes,
                -1,
                cv2.LINE_AA,
            )

    def _paint_head(self, canvas: Canvas, identity: int) -> None:
        clothing, center = self.clothing, self.pixel('head')
        radius = self._pixels(0.075)
        cv2.circle(canvas.image, center, radius + 1, _shade(clothing.hair, 0.6), -1, cv2.LINE_AA)
        cv2.circle(canvas.image, center, radius, clothing.hair, -1, cv2.LINE_AA)
        cv2.circle(canvas.identities, center, radius, identity, -1)
        nose, head = self.at('nose'), self.at('head')
        if nose[2] > head[2] - 0.03 * self.height:
            top = self.at('top_head')
            face = 0.72 * head[:2] + 0.33 * nose[:2] - 0.05 * top[:2]
            cv2.circle(
                canvas.image, _pixel(face), int(radius * 0.82), clothing.skin, -1, cv2.LINE_AA
            )
        for name in ('left_ear', 'right_ear'):
            if self.at(name)[2] > head[2] - 0.02 * self.height:
                ear = _shade(clothing.skin, 0.85)
                cv2.circle(canvas.image, self.pixel(name), max(1, radius // 4), ear, -1)
        for name in ('left_eye', 'right_eye'):
            if self.at(name)[2] > head[2]:
                eye = self.pixel(name)
                cv2.circle(canvas.image, eye, max(1, radius // 5), (245, 245, 245), -1, cv2.LINE_AA)
                cv2.circle(canvas.image, eye, max(1, radius // 9), (30, 20, 20), -1, cv2.LINE_AA)
        if nose[2] > head[2]:
            cv2.circle(
                canvas.image,
                self.pixel('nose'),
                max(1, radius // 6),
                _shade(clothing.skin, 0.7),
                -1,
            )
