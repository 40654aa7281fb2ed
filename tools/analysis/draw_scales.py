"""Draw the scales that tags stand for: ``tools/analysis/draw_scales.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.pictures import draw_scales

if __name__ == '__main__':
    run_drawing(
        draw_scales,
        'Draw what tags of Coupled Embedding say about the scales of instances: maps, and vectors',
        num_images=4,
    )
