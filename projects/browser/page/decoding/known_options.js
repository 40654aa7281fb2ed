// Which options of decodings the page knows, and what they may be: another one would change the
// people without a word.

/** What an option may be, in words and as a test; null is none. */
const value = (words, allows) => ({ words, allows });
const ANY = value('anything', () => true); // what others check
const NUMBER = value('a finite number', Number.isFinite);
const POSITIVE = value('positive and finite', (each) => Number.isFinite(each) && each > 0);
const FROM_0 = value('at least 0', (each) => Number.isFinite(each) && each >= 0);
const SHARE = value('from 0 to 1', (each) => FROM_0.allows(each) && each <= 1);
const COUNT = value('a whole number from 1 on', (each) => Number.isInteger(each) && each >= 1);
const RANKS = ['center', 'heatmap'];

const KNOWN = {
  TagDecoding: {
    tag_threshold: POSITIVE,
    keypoint_order: ANY, // of a grouping that takes one type after the other
    refinement: ANY,
    grouping: { type: ANY, reach: POSITIVE, spread: POSITIVE, join_below: FROM_0, pose: ANY },
    completion: { rule: ANY, threshold: NUMBER, score: NUMBER },
    scoring: { max_instances: COUNT },
  },
  OffsetDecoding: {
    match_distance: FROM_0,
    scoring: {
      by: value(`one of ${RANKS}`, (each) => RANKS.includes(each)),
      max_instances: COUNT,
    },
  },
  CenterDecoding: { max_instances: COUNT, suppression: { distance: POSITIVE, share: SHARE } },
};

/**
 * Refuse a decoding with options that the page does not know, or values that Python refuses.
 *
 * @param {object} decoding As mmpose_ae writes it, of a known type.
 * @throws {Error} It names the option, and those that are known or what it may be.
 */
export function checkKnown({ type, ...options }) {
  check(options, KNOWN[type], type);
}

function check(options, known, owner) {
  for (const [name, given] of Object.entries(options)) {
    if (given !== null) {
      if (!(name in known)) {
        const names = Object.keys(known).join(', ');
        throw new Error(`${owner} has the option ${name}, which this page does not know: ${names}`);
      }
      const { words, allows } = known[name];
      if (!allows) check(given, known[name], name);
      else if (!allows(given)) {
        throw new Error(`${name} of ${owner} must be ${words}, got ${JSON.stringify(given)}`);
      }
    }
  }
}
