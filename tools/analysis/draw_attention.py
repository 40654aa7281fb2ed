"""Draw attention: ``python tools/analysis/draw_attention.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.pictures import draw_attention

if __name__ == '__main__':
    run_drawing(
        draw_attention,
        'Draw to which keypoints CenterGroup attends from the centers of people',
        num_images=4,
    )
