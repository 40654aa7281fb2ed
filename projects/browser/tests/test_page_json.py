"""The page's JSON, against what `mmpose-ae predict` writes."""

import json

import some_people
from javascript import run

from mmpose_ae.prediction.outputs import Header, open_outputs

BODY = 'toPeopleJson(given.model, given.picture, given.people, given.threshold)'


def on_the_page(prediction):
    """People as the page has them."""
    poses, names = prediction.poses, ('x', 'y', 'score', 'filled')
    return [
        dict(
            score=float(poses.instance_scores[n]),
            keypoints=[
                dict(zip(names, (*map(float, point), float(score), bool(filled))))
                for point, score, filled in zip(
                    poses.keypoints[n], poses.keypoint_scores[n], poses.filled[n]
                )
            ],
        )
        for n in range(len(prediction))
    ]


def test_it_is_what_the_command_writes(tmp_path):
    found = [some_people.prediction('a.png'), some_people.prediction('b.png')]
    found[1].poses.keypoint_scores[1] = 0  # nothing of the second person was found
    for prediction in found:
        header = Header('small', some_people.NAMES, some_people.SKELETON, 0.2, 0.3)
        (output,) = open_outputs(['json'], tmp_path, header)
        output.write(prediction)
        (path,) = output.close()
        model = dict(name='small', keypoints=some_people.NAMES, skeleton=some_people.SKELETON)
        picture = dict(name=prediction.path, width=64, height=48)
        people = on_the_page(prediction)
        page = run(
            'people_json.js', 'toPeopleJson', BODY,
            model=model, picture=picture, people=people, threshold=0.2,
        )  # fmt: skip
        assert page == json.loads(path.read_text())
