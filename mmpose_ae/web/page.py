"""The page: what is on it, and what happens when something is dropped or moved. Needs gradio."""

from pathlib import Path
from typing import Any, Iterable, List, Optional

import gradio as gr

from mmpose_ae.checkpoints import CheckpointError

from .analysis import Analysis, Thresholds, analyze, draw_tags
from .choices import Models
from .uploads import Limits

TITLE = 'mmpose_ae'
KEYPOINT_THRESHOLD = 0.3
DIGITS = 4  # of a threshold
KEPT = 3600  # seconds that uploads and what was made of them are kept
EMPTY = 'Drop a picture or a short video.'
NO_MODEL = 'Choose a model.'
GONE = '{} is gone: uploads are kept for an hour. Drop it again.'
NO_TAGS = 'This model groups without tags, or is an exported file, which keeps them.'
ABOUT_TAGS = (
    'What the network says of whose each keypoint is: one row per keypoint, one color per person. '
    'Equal tags belong together. A dotted line is the mean of a person.'
)


def build_page(models: Models, limits: Limits) -> gr.Blocks:
    """Put the page together.

    Args:
        models (Models): What may be chosen.
        limits (Limits): How large an upload may be.

    Returns:
        gradio.Blocks: To be served.
    """
    desk = _Desk(models, limits)
    with gr.Blocks(
        title=TITLE, fill_width=True, analytics_enabled=False, delete_cache=(KEPT, KEPT)
    ) as page:
        analysis = gr.State(time_to_live=KEPT)
        loaded = gr.Textbox(visible='hidden')  # in the browser, to be as old as the score is
        seen = gr.Textbox(visible='hidden')  # there, too: of what the analysis is, or was
        with gr.Row():
            with gr.Column(scale=1, min_width=300):
                upload = gr.File(label='Picture or short video', height=140)
                model = gr.Dropdown(list(models.choices), value=models.first, label='Model')
                score = _slider('Least score of a person', 0.0)
                keypoint = _slider('Least score of a keypoint', KEYPOINT_THRESHOLD)
                frame = gr.Slider(0, 1, 0, step=1, label='Frame', visible=False)
                status = gr.Textbox(EMPTY, label='Found', lines=2, interactive=False)
                json = gr.DownloadButton('Download JSON', interactive=False)
            with gr.Column(scale=2):
                picture = gr.Image(
                    label='People', format='jpeg', buttons=['download', 'fullscreen']
                )
                video = gr.Video(label='Video', visible=False, buttons=['download'])
            with gr.Column(scale=2):
                tags = gr.Plot(label='Tags')
                gr.Markdown(ABOUT_TAGS)

        thresholds, views = [score, keypoint], [picture, tags, json, status]
        # One event for all that an action changes, each done in order: chains of events, and those
        # that are put off while another one is under way, get lost in gradio at times.
        gr.on(
            [page.load, model.change, upload.change],
            desk.look,
            [upload, model, loaded, *thresholds],
            [loaded, score, analysis, seen, frame, video, *views],
            trigger_mode='multiple',
        )
        gr.on(
            [score.release, keypoint.release],
            desk.judge,
            [analysis, seen, frame, *thresholds],
            [video, *views],
            trigger_mode='multiple',
        )
        frame.release(
            desk.show, [analysis, seen, frame, *thresholds], views, trigger_mode='multiple'
        )
    return page


def _slider(label: str, value: float) -> gr.Slider:
    return gr.Slider(0, 1, value, step=0.01, label=label)


class _Desk:
    """What the page does. Methods take the values of components and give new ones."""

    def __init__(self, models: Models, limits: Limits) -> None:
        self._models, self._limits = models, limits

    def look(
        self,
        path: Optional[str],
        title: Optional[str],
        loaded: Optional[str],
        score: float,
        keypoint: float,
        progress: gr.Progress = gr.Progress(),  # noqa: B008  (how gradio knows to give one)
    ) -> List[Any]:
        """Load a model, with the threshold that was chosen for it, and let it look at an upload."""

        def follow(frames: Iterable, total: int) -> Iterable:
            return progress.tqdm(frames, total=total, unit='frames')

        found, reason = None, EMPTY if title else NO_MODEL
        try:
            if title:
                model = self._models.load(title)
                if title != loaded:
                    loaded, score = title, round(model.score_threshold, DIGITS)
            if title and path:
                found = analyze(path, model.predictor, self._limits, follow)
        except (CheckpointError, ImportError, OSError, ValueError) as error:
            reason = str(error).replace(path, Path(path).name) if path else str(error)
        last = len(found.predictions) - 1 if found is not None else 0
        slider = gr.update(value=0, maximum=max(1, last), visible=last > 0)
        if found is None:
            nothing = [None, None, gr.update(value=None, interactive=False), reason]
            return [loaded, score, None, '', slider, gr.update(value=None, visible=False), *nothing]
        name = Path(found.path).name
        return [loaded, score, found, name, slider, *self.judge(found, name, 0, score, keypoint)]

    def judge(
        self, found: Optional[Analysis], seen: Optional[str], number: int, *thresholds: float
    ) -> List[Any]:
        """Draw what was found by other thresholds, without asking the model again."""
        video = gr.update(value=None, visible=False)
        if found is not None and found.is_video and not found.is_gone:
            path = found.write_video(Thresholds(*thresholds))
            video = gr.update(value=str(path), visible=True)
        return [video, *self.show(found, seen, number, *thresholds)]

    def show(
        self, found: Optional[Analysis], seen: Optional[str], number: int, *thresholds: float
    ) -> List[Any]:
        """Draw a picture or frame, its tags, and write the people of all."""
        if found is None or found.is_gone:
            if not seen:
                return [gr.skip()] * 4
            nothing = gr.update(value=None, interactive=False)
            return [gr.skip(), gr.skip(), nothing, GONE.format(seen)]
        chosen = Thresholds(*thresholds)
        people, path = found.people(number, chosen), found.write_json(chosen)
        return [
            people.draw(chosen.keypoint)[..., ::-1],
            draw_tags(people, chosen.keypoint),
            gr.update(value=str(path), interactive=True),
            _describe(found, number, len(people)),
        ]


def _describe(found: Analysis, number: int, shown: int) -> str:
    """What is on the picture, in words."""
    prediction = found.predictions[number]
    where = f'{Path(found.path).name}, {"x".join(map(str, prediction.size))} pixels'
    if found.is_video:
        where += f', frame {number} of {len(found.predictions)} ({prediction.time:.2f} s)'
    people = f'{shown} people, {len(prediction) - shown} more with lower scores'
    tags = '' if prediction.keypoint_tags is not None else f'\n{NO_TAGS}'
    return f'{people}\n{where}{tags}'
