"""Learning rates that stay when the others are scaled to the size of the batch."""

from mmengine.runner import Runner


def keep_unscaled_rates(runner: Runner) -> None:
    """Undo the scaling of ``auto_scale_lr`` beforehand where it is not wanted.

    MMEngine scales all rates alike, by the number of images per step over ``base_batch_size``.

    Args:
        runner (Runner): Before its training. ``unscaled`` of its ``auto_scale_lr`` lists keys of
            ``paramwise_cfg.custom_keys`` whose rates are to stay; none without it.

    Raises:
        ValueError: If there is no such key.
    """
    options = runner.auto_scale_lr or {}
    if not options.get('enable'):
        return
    images = runner.world_size * runner.train_dataloader.batch_size
    rates = runner.optim_wrapper.get('paramwise_cfg', {}).get('custom_keys', {})
    for key in options.get('unscaled', ()):
        if key not in rates:
            raise ValueError(
                f'auto_scale_lr.unscaled names {key!r}, which is no key of custom_keys in '
                f'optim_wrapper.paramwise_cfg: {sorted(rates)}'
            )
        rates[key]['lr_mult'] = rates[key].get('lr_mult', 1) * options['base_batch_size'] / images
