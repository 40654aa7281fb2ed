// From what a network of mmpose_ae gives to people in pixels of its input.

import { decodeCenters } from './center_decoding.js';
import { checkKnown } from './known_options.js';
import { decodeOffsets } from './offset_decoding.js';
import { checkTagDecoding, decodeTags } from './tag_decoding.js';

const inCells = (decode) => (outputs, options, toPixels) =>
  decode(outputs, options).map((person) => ({
    ...person,
    keypoints: person.keypoints.map((keypoint) => ({ ...keypoint, ...toPixels(keypoint) })),
  }));

// Of each decoding: the function, which outputs it reads, and what checks options.
const DECODINGS = {
  TagDecoding: {
    decode: inCells(decodeTags),
    reads: ({ completion }) => ['candidates', ...(completion ? ['heatmaps', 'tags'] : [])],
    check: checkTagDecoding,
  },
  OffsetDecoding: {
    decode: decodeOffsets,
    reads: () => ['candidates', 'regressed', 'center_scores', 'center_mask'],
  },
  CenterDecoding: {
    decode: decodeCenters,
    reads: () => ['cells', 'keypoint_scores', 'instance_scores', 'center_mask'],
  },
};
const POSES = { decode: readPoses, reads: () => ['poses', 'instance_scores', 'filled'] };

/**
 * Make a decoder of what a model says of itself.
 *
 * @param {object | null} options The decoding, as mmpose_ae writes it; null of a model that gives
 *   poses itself.
 * @param {{stride: [number, number], center_shift: number | null}} grid Cells of the heatmaps.
 * @param {string[]} names Of the outputs that there are.
 * @returns {(outputs: object) => Array<{score: number, keypoints: object[]}>} Outputs of one image
 *   to people, best first; a keypoint is {x, y, score, filled}.
 * @throws {Error} If the page does not know that decoding, or an output is missing.
 */
export function makeDecoder(options, grid, names) {
  const known = options === null ? POSES : DECODINGS[options.type];
  if (!known) {
    throw new Error(`its decoding is ${options.type}, known are ${Object.keys(DECODINGS)}`);
  }
  const missing = known.reads(options ?? {}).filter((name) => !names.includes(name));
  if (missing.length) throw new Error(`it has no output ${missing}, but ${names}`);
  known.check?.(options);
  if (options?.learned_score) {
    throw new Error(
      'it ranks people by a learned score, which this page does not know; ' +
        'export it with --cfg-options model.head.decoder.learned_score=None',
    );
  }
  if (options) checkKnown(options);
  const [shiftX, shiftY] = grid.stride.map((step) => grid.center_shift ?? 0.5 - 0.5 / step);
  const toPixels = ({ x, y }) => ({
    x: (x + shiftX) * grid.stride[0],
    y: (y + shiftY) * grid.stride[1],
  });
  return (outputs) => known.decode(outputs, options, toPixels);
}

/** People of a model that gives poses itself: those with a score. */
function readPoses({ poses, instance_scores: scores, filled }) {
  const numTypes = poses.dims[2];
  return [...scores.data.keys()]
    .filter((n) => scores.data[n] > 0)
    .map((n) => ({
      score: scores.data[n],
      keypoints: Array.from({ length: numTypes }, (_, k) => {
        const place = n * numTypes + k;
        const [x, y, score] = poses.data.subarray(3 * place);
        return { x, y, score, filled: Boolean(filled.data[place]) };
      }),
    }))
    .sort((a, b) => b.score - a.score);
}
