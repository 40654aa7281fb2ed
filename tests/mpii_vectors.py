"""What evalMPII was given and what it gave, for tests of the metric and of its parts."""

import golden
import numpy as np

FILES = golden.subject_files('mpii_multi', '*.npz', 'gt_headbox', 'pred_score', 'flat_label')


def rounded(scores):
    """Scores with ties, by the rule that the vectors name."""
    return np.floor(scores * 8 + 0.5) / 8


def group_of(vector, number, scores=None):
    """Annotated and predicted people of a group: arrays by name, of all 16 keypoints."""
    annotated, predicted = vector['gt_image'] == number, vector['pred_image'] == number
    scores = vector['pred_score'] if scores is None else scores
    return dict(
        keypoints=vector['gt_xy'][annotated],
        annotated=vector['gt_has'][annotated],
        head_boxes=vector['gt_headbox'][annotated],
        predicted=vector['pred_xy'][predicted],
        found=vector['pred_has'][predicted],
        scores=scores[predicted],
    )
