from mmpose.apis import MMPoseInferencer


def test_the_inferencer_gives_and_draws_everybody(trained, tmp_path):
    cfg, checkpoint = trained
    inferencer = MMPoseInferencer(
        pose2d=str(tmp_path / 'small.py'), pose2d_weights=str(checkpoint), scope='mmpose_ae'
    )
    image = next((tmp_path / cfg.val_dataloader.dataset.data_prefix.img).glob('*.jpg'))
    (result,) = inferencer(str(image), return_vis=True)
    (people,) = result['predictions']
    assert len(people) == 5
    assert all(len(person['keypoints']) == 17 for person in people)
    (picture,) = result['visualization']
    assert picture.shape == (130, 150, 3)
