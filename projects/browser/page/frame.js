// How a picture lies on the network's input, as BottomupResize of mmpose_ae has it.

// Longer pictures, in parts of their short side, are padded at that, as Predictor does.
const LONGEST = 8;
const MODES = { expand: Math.max, fit: Math.min }; // the side that counts

/**
 * How a picture lies on the network's input.
 * @typedef {{image: [number, number], size: [number, number], scale: number,
 *   shift: [number, number]}} Frame Sizes (w, h) of the picture, padded if it is long, and of the
 *   input; a pixel of the picture is there at `scale * pixel + shift`.
 */

/**
 * Fit a picture to the network.
 *
 * @param {[number, number]} imageSize (w, h) of the picture.
 * @param {{size: [number, number], mode: string, step: number}} input What the model says of its
 *   input: the size that a picture covers (mode `expand`) or fits in (`fit`), and of what sides are
 *   multiples.
 * @returns {Frame}
 * @throws {Error} If the mode is another one.
 */
export function makeFrame([imageWidth, imageHeight], { size, mode, step }) {
  const choose = MODES[mode];
  if (!choose) throw new Error(`mode of its input is ${mode}, known are ${Object.keys(MODES)}`);
  const width = Math.max(imageWidth, Math.ceil(imageHeight / LONGEST));
  const height = Math.max(imageHeight, Math.ceil(imageWidth / LONGEST));
  const toStep = (side) => Math.ceil(side / step) * step;
  const [inputWidth, inputHeight] = size.map(toStep);
  const resized = [
    choose(inputWidth, inputHeight * (width / height)),
    choose(inputHeight, inputWidth / (width / height)),
  ];
  const padded = mode === 'fit' ? [inputWidth, inputHeight] : resized.map(toStep);
  const scale = resized[0] / width;
  return {
    image: [width, height],
    size: padded,
    scale,
    shift: [(padded[0] - width * scale) / 2, (padded[1] - height * scale) / 2],
  };
}

/** Map a point of the input to the picture; what else it has stays. */
export function toImage(point, { scale, shift }) {
  return { ...point, x: (point.x - shift[0]) / scale, y: (point.y - shift[1]) / scale };
}

/** Left, top, right and bottom edge of a picture on the input, as padded if it is long. */
export function edgesOf({ image, scale, shift }) {
  return [0, 0, ...image].map((edge, n) => scale * (edge - 0.5) + shift[n % 2]);
}

/**
 * Resize a picture bilinearly; what is outside of it is black.
 *
 * @param {{data: Uint8ClampedArray, width: number, height: number}} image RGBA, (h, w, 4).
 * @param {Frame} frame How it lies on the input.
 * @returns {Uint8Array} RGB, (H, W, 3), as OpenCV's warpAffine gives it, up to rounding.
 */
export function warp({ data, width, height }, { size, scale, shift }) {
  const columns = makeTaps(size[0], width, scale, shift[0]);
  const rows = makeTaps(size[1], height, scale, shift[1]);
  const warped = new Uint8ClampedArray(3 * size[0] * size[1]); // rounds halves to even, as OpenCV
  let at = 0;
  for (const { before: upper, after: lower, beforePart: top, afterPart: bottom } of rows) {
    for (const { before, after, beforePart, afterPart } of columns) {
      const [upperLeft, upperRight] = [4 * (upper * width + before), 4 * (upper * width + after)];
      const [lowerLeft, lowerRight] = [4 * (lower * width + before), 4 * (lower * width + after)];
      for (let channel = 0; channel < 3; channel += 1) {
        const above = beforePart * data[upperLeft + channel] + afterPart * data[upperRight + channel];
        const below = beforePart * data[lowerLeft + channel] + afterPart * data[lowerRight + channel];
        warped[at] = top * above + bottom * below;
        at += 1;
      }
    }
  }
  return new Uint8Array(warped.buffer);
}

/** Of each pixel along a side of the input: the two of the picture around it, and their parts. */
function makeTaps(count, length, scale, shift) {
  const clamp = (place) => Math.min(Math.max(place, 0), length - 1);
  const inside = (place) => (place === clamp(place) ? 1 : 0);
  return Array.from({ length: count }, (_, index) => {
    const position = (index - shift) / scale;
    const low = Math.floor(position);
    return {
      before: clamp(low),
      after: clamp(low + 1),
      beforePart: inside(low) * (low + 1 - position),
      afterPart: inside(low + 1) * (position - low),
    };
  });
}
