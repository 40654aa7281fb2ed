// Which options of decodings the page knows: another one would change the people without a word.

const LEAF = true;
const KNOWN = {
  TagDecoding: {
    tag_threshold: LEAF,
    keypoint_order: LEAF, // of a grouping that takes one type after the other
    refinement: LEAF,
    grouping: { type: LEAF, reach: LEAF, spread: LEAF, join_below: LEAF, pose: LEAF },
    completion: { rule: LEAF, threshold: LEAF, score: LEAF },
    scoring: { max_instances: LEAF },
  },
  OffsetDecoding: { match_distance: LEAF, scoring: { by: LEAF, max_instances: LEAF } },
  CenterDecoding: { max_instances: LEAF, suppression: { distance: LEAF, share: LEAF } },
};

/**
 * Refuse a decoding with options that the page does not know.
 *
 * @param {object} decoding As mmpose_ae writes it, of a known type.
 * @throws {Error} It names the option, and those that are known.
 */
export function checkKnown({ type, ...options }) {
  check(options, KNOWN[type], type);
}

function check(options, known, owner) {
  for (const [name, value] of Object.entries(options)) {
    if (value !== null) {
      if (!(name in known)) {
        const names = Object.keys(known).join(', ');
        throw new Error(`${owner} has the option ${name}, which this page does not know: ${names}`);
      }
      if (known[name] !== LEAF) check(value, known[name], name);
    }
  }
}
