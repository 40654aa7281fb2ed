"""Draw predictions and tags: ``python tools/analysis/draw_predictions.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.pictures import draw_predictions

if __name__ == '__main__':
    run_drawing(
        draw_predictions, 'Draw what a model predicts on its validation images', num_images=8
    )
