// The page: pictures, networks and the camera come in, people are drawn and written down.

import { Camera } from './camera.js';
import { draw } from './drawing.js';
import { Network } from './network.js';
import { toPeopleJson } from './people_json.js';

const MODEL = 'demo.onnx';
const EXAMPLES = ['000024.jpg', '000053.jpg', '000034.jpg'].map((name) => `examples/${name}`);
const SCORE = 0.2; // least one of a person, where the network does not say
const KEYPOINT_SCORE = 0.3;
const DOWNLOAD_STARTS = 10_000; // milliseconds after which a browser has what it saves
// The name of a config ends in the data that it was trained on.
const DRAWN = { words: /synth_crowd/, note: 'drawn people only: a demonstration, not for photographs' };

const element = (id) => document.getElementById(id);
const network = new Network();
const camera = new Camera((bitmap) => showPicture(bitmap, 'camera'), (on) => {
  element('camera').setAttribute('aria-pressed', String(on));
});
const thresholds = { score: SCORE, keypoint: KEYPOINT_SCORE };
let model = null; // what the network says of itself
let shown = null; // {bitmap, name, people, times}
let turn = 0; // of what was asked for last: what comes later than something newer is dropped

/** People with the least score, best first. */
function keptPeople() {
  return shown.people.filter(({ score }) => score >= thresholds.score);
}

function render() {
  element('score').value = thresholds.score;
  element('keypoint-score').value = thresholds.keypoint;
  element('score-value').textContent = thresholds.score.toFixed(2);
  element('keypoint-score-value').textContent = thresholds.keypoint.toFixed(2);
  if (!shown) return;
  const people = keptPeople();
  draw(element('canvas'), shown.bitmap, people, model?.skeleton ?? [], thresholds.keypoint);
  const others = shown.people.length - people.length;
  if (shown.times) {
    const noun = people.length === 1 ? 'person' : 'people';
    say(`${people.length} ${noun}${others ? `, ${others} more with lower scores` : ''}`);
    const { network: graph, decoding } = shown.times;
    element('times').textContent =
      `network ${graph.toFixed(0)} ms, grouping ${decoding.toFixed(1)} ms`;
  }
  for (const id of ['json', 'picture']) element(id).disabled = !shown.times;
}

function say(text, failed = false) {
  element('found').textContent = text;
  element('found').classList.toggle('failed', failed);
  if (failed) element('times').textContent = '';
}

/** Do something that may fail, and say why it did. */
async function attempt(what, action) {
  try {
    return await action();
  } catch (error) {
    say(`${what}: ${error.message}`, true);
    return null;
  }
}

function describeModel() {
  const rows = {
    Name: model.name,
    Keypoints: `${model.keypoints.length}, as of ${model.dataset}`,
    Knows: DRAWN.words.test(model.name) ? DRAWN.note : 'what it was trained on',
    License: model.license ?? 'not said',
  };
  element('network').replaceChildren(
    ...Object.entries(rows).flatMap(([name, value]) => {
      const [term, definition] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      definition.textContent = value;
      return [term, definition];
    }),
  );
}

/**
 * Take another network.
 *
 * @param {Promise<ArrayBuffer>} content Of its file.
 * @param {string} name Of the file.
 */
async function openModel(content, name) {
  say(`Opening ${name}…`);
  model = await network.open(await content);
  thresholds.score = model.score_threshold ?? SCORE;
  describeModel();
  if (shown) await showPicture(shown.bitmap, shown.name);
  else say('Open a picture');
}

/**
 * Find and draw the people of a picture; of several that are asked for only those of the last one.
 *
 * @param {ImageBitmap | Promise<ImageBitmap>} picture It is closed when another one is shown.
 * @param {string} name Of its file.
 */
async function showPicture(picture, name) {
  turn += 1;
  const own = turn;
  const bitmap = await picture;
  const found = model ? await network.predict(bitmap) : { people: [], times: null };
  const previous = shown?.bitmap;
  if (own === turn) {
    shown = { bitmap, name, ...found };
    render();
  }
  for (const each of [previous, bitmap]) if (each !== shown?.bitmap) each?.close();
}

async function decodePicture(file) {
  try {
    return await createImageBitmap(file, { colorSpaceConversion: 'none' });
  } catch {
    throw new Error('it is neither a picture that this browser can read nor an .onnx file');
  }
}

function openFile(file) {
  return attempt(file.name, async () => {
    if (file.name.toLowerCase().endsWith('.onnx')) {
      await openModel(file.arrayBuffer(), file.name);
    } else {
      camera.stop();
      await showPicture(decodePicture(file), file.name);
    }
  });
}

async function openFiles(files) {
  if (files.length > 1) say('Drop one file at a time', true);
  else if (files.length) await openFile(files[0]);
}

/** A file beside the page. */
async function download(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error('it is not beside the page; drop a file of your own');
  return response.blob();
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_STARTS);
}

function saveJson() {
  const { bitmap, name } = shown;
  const picture = { name, width: bitmap.width, height: bitmap.height };
  const content = toPeopleJson(model, picture, keptPeople(), thresholds.score);
  save(new Blob([JSON.stringify(content)], { type: 'application/json' }), 'people.json');
}

function addExamples() {
  for (const path of EXAMPLES) {
    const [button, image] = [document.createElement('button'), document.createElement('img')];
    image.src = path;
    image.alt = `Example ${path.split('/').pop()}`;
    button.type = 'button';
    button.append(image);
    button.onclick = () => openExample(path);
    element('examples').append(button);
  }
}

function openExample(path) {
  camera.stop();
  return attempt(path, () => showPicture(download(path).then(decodePicture), path));
}

/** Open the network that lies beside the page, and an example. */
async function begin() {
  await attempt(MODEL, async () => openModel((await download(MODEL)).arrayBuffer(), MODEL));
  if (model) await openExample(EXAMPLES[0]);
}

function listen() {
  element('score').oninput = ({ target }) => {
    thresholds.score = Number(target.value);
    render();
  };
  element('keypoint-score').oninput = ({ target }) => {
    thresholds.keypoint = Number(target.value);
    render();
  };
  element('file').onchange = async ({ target }) => {
    await openFiles(target.files);
    target.value = ''; // so that the same file may be chosen again
  };
  element('camera').onclick = () =>
    camera.on ? camera.stop() : attempt('Camera', () => camera.start());
  element('json').onclick = saveJson;
  element('picture').onclick = () => element('canvas').toBlob((blob) => save(blob, 'people.png'));
  document.ondragover = (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  };
  document.ondragleave = ({ relatedTarget }) => {
    if (!relatedTarget) document.body.classList.remove('dropping');
  };
  document.ondrop = (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    openFiles(event.dataTransfer.files);
  };
}

listen();
addExamples();
render();
await begin();
