"""Draw heatmaps of people: ``python tools/analysis/draw_person_heatmaps.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.pictures import draw_person_heatmaps

if __name__ == '__main__':
    run_drawing(
        draw_person_heatmaps,
        'Draw the heatmaps that CID makes for one person at a time',
        num_images=4,
    )
