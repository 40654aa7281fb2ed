// People on a picture: one color each, the best on top.

// Apart from each other, and visible on photographs as well as on white.
const PALETTE = [
  '#e6194b', '#0082ff', '#3cb44b', '#ff9600', '#a028dc', '#00d7e1',
  '#f032e6', '#ffe119', '#96551e', '#008080', '#1e1e96', '#808000',
];
const RIM = '#000a';
// Small pictures are enlarged so that lines are smooth, large ones made smaller: the long side.
const [LEAST_SIDE, MOST_SIDE] = [960, 1920];
const LINES_ON_A_SIDE = 180; // of a line's width
const LINES_ON_A_PERSON = 40; // where that is thinner

/**
 * Draw a picture and people on it.
 *
 * @param {HTMLCanvasElement} canvas It takes the picture's proportions.
 * @param {ImageBitmap} picture What is drawn on.
 * @param {object[]} people Best first, in pixels of the picture.
 * @param {Array<[number, number]>} skeleton Pairs of keypoints that a limb connects.
 * @param {number} keypointThreshold Keypoints with a lower score are not drawn, nor are those that
 *   were only filled in.
 */
export function draw(canvas, picture, people, skeleton, keypointThreshold) {
  const longSide = Math.max(picture.width, picture.height);
  const scale = Math.min(Math.max(longSide, LEAST_SIDE), MOST_SIDE) / longSide;
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  context.lineCap = 'round';
  const thickest = Math.max(canvas.width, canvas.height) / LINES_ON_A_SIDE;
  [...people.keys()].reverse().forEach((n) => {
    const places = people[n].keypoints.map(({ x, y, score, filled }) =>
      score >= keypointThreshold && score > 0 && !filled
        ? { x: (x + 0.5) * scale, y: (y + 0.5) * scale }
        : null,
    );
    const width = Math.max(Math.min(thickest, extent(places) / LINES_ON_A_PERSON), 1);
    drawPerson(context, places, skeleton, PALETTE[n % PALETTE.length], width);
  });
}

/** Longer side of the box around the places that there are. */
function extent(places) {
  const shown = places.filter(Boolean);
  const side = (values) => Math.max(...values) - Math.min(...values);
  return Math.max(side(shown.map(({ x }) => x)), side(shown.map(({ y }) => y)));
}

function drawPerson(context, places, skeleton, color, width) {
  const limbs = skeleton.filter(([a, b]) => places[a] && places[b]);
  const dots = places.filter(Boolean);
  for (const [style, rim] of [[RIM, width / 2], [color, 0]]) {
    context.strokeStyle = style;
    context.lineWidth = width + 2 * rim;
    context.beginPath();
    for (const [a, b] of limbs) {
      context.moveTo(places[a].x, places[a].y);
      context.lineTo(places[b].x, places[b].y);
    }
    context.stroke();
    fillDots(context, dots, style, width + rim);
  }
  fillDots(context, dots, '#fff', width / 2);
}

function fillDots(context, places, style, radius) {
  context.fillStyle = style;
  for (const { x, y } of places) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}
