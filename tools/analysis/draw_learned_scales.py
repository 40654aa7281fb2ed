"""Draw widths of targets: ``python tools/analysis/draw_learned_scales.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.pictures import draw_learned_scales

if __name__ == '__main__':
    run_drawing(
        draw_learned_scales, 'Draw where SWAHR learned wider and narrower targets', num_images=4
    )
