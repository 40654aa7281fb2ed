// The page: pictures, networks and the camera come in, people are drawn and written down.

import { Camera } from './camera.js';
import { draw } from './drawing.js';
import { Network } from './network.js';
import { Newest } from './newest.js';
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
const [networks, pictures] = [new Newest(), new Newest()];
let model = null; // what the network says of itself
let picture = null; // {bitmap, name}: the newest one that was asked for and can be read
let shown = null; // {bitmap, name, people, times}: the one that was drawn last

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
 * Take another network, unless one is asked for before its file is here.
 *
 * @param {Promise<ArrayBuffer>} content Of its file.
 * @param {string} name Of the file.
 */
function openModel(content, name) {
  return networks.ask(async (isNewest) => {
    say(`Opening ${name}…`);
    const file = await content;
    if (!isNewest()) return;
    model = await network.open(file); // of newer ones, too, the network opens this one first
    thresholds.score = model.score_threshold ?? SCORE;
    describeModel();
    if (picture) await findPeople();
    else say('Open a picture');
  });
}

/**
 * Find and draw the people of a picture; of several that are asked for only those of the last one.
 *
 * @param {Promise<ImageBitmap>} decoding The picture; it is closed when another one is shown.
 * @param {string} name Of its file.
 */
function showPicture(decoding, name) {
  return pictures.ask(async (isNewest) => {
    const bitmap = await decoding;
    const previous = picture;
    if (isNewest()) picture = { bitmap, name };
    closeUnused(previous?.bitmap, bitmap);
    if (isNewest()) await findPeople();
  });
}

/** Find and draw the people of the picture, unless it or the network is replaced meanwhile. */
async function findPeople() {
  const [asked, by] = [picture, model];
  const found = model ? await network.predict(picture.bitmap) : { people: [], times: null };
  if (asked !== picture || by !== model) return;
  const previous = shown;
  shown = { ...picture, ...found };
  closeUnused(previous?.bitmap);
  render();
}

/** Close pictures that are neither the newest nor drawn. */
function closeUnused(...bitmaps) {
  const used = [picture?.bitmap, shown?.bitmap];
  for (const bitmap of bitmaps) if (!used.includes(bitmap)) bitmap?.close();
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
  const image = { name, width: bitmap.width, height: bitmap.height };
  const content = toPeopleJson(model, image, keptPeople(), thresholds.score);
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

/** Open the network that lies beside the page and an example, unless others are asked for. */
async function begin() {
  const content = download(MODEL).then((blob) => blob.arrayBuffer());
  await attempt(MODEL, () => openModel(content, MODEL));
  if (model && !pictures.any) await openExample(EXAMPLES[0]);
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
