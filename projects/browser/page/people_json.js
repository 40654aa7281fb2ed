// People as the files of `mmpose-ae predict` have them: schema `mmpose_ae people 1`.

const SCHEMA = 'mmpose_ae people 1';

/**
 * Write down the people of one picture.
 *
 * @param {object} model What the network says of itself.
 * @param {{name: string, width: number, height: number}} picture
 * @param {object[]} people Best first, those that are kept.
 * @param {number} scoreThreshold Least score of a person.
 * @returns {object} The content of a people.json.
 */
export function toPeopleJson(model, picture, people, scoreThreshold) {
  const image = {
    path: picture.name,
    frame: null,
    time: null,
    width: picture.width,
    height: picture.height,
    people: people.map(describePerson),
  };
  return {
    schema: SCHEMA,
    model: model.name,
    score_threshold: scoreThreshold,
    keypoints: model.keypoints,
    skeleton: model.skeleton,
    images: [image],
  };
}

function describePerson({ score, keypoints }) {
  return {
    id: null,
    score: round(score, 4),
    box: boxAround(keypoints).map((side) => round(side, 2)),
    keypoints: keypoints.map((each) => [
      round(each.x, 2),
      round(each.y, 2),
      round(each.score, 4),
      each.filled ? 1 : 0,
    ]),
  };
}

/** Left, top, right and bottom around the keypoints that were found, or all if none was. */
function boxAround(keypoints) {
  const found = keypoints.filter(({ score }) => score > 0);
  const points = found.length ? found : keypoints;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
