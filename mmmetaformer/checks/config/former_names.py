# SPDX-License-Identifier: Apache-2.0
"""Names of mmdet 2.x and mmseg 0.x that configs still use, and what to write now."""

__all__ = ['FORMER_ARGUMENTS', 'FORMER_TYPES']

PACK = (
    'PackSegInputs (mmseg) or PackDetInputs (mmdet) is the last transform now, and '
    'the mean and std of Normalize are arguments of model.data_preprocessor.'
)
TEST_AUGMENTATION = (
    'List the transforms in the pipeline itself; --tta uses tta_pipeline.'
)

#: Types of older versions, each with what replaces it.
FORMER_TYPES = {
    'Collect': PACK,
    'DefaultFormatBundle': PACK,
    'ImageToTensor': PACK,
    'MultiScaleFlipAug': TEST_AUGMENTATION,
    'CustomDataset': 'It is BaseSegDataset (mmseg) or BaseDetDataset (mmdet) now.',
    'TextLoggerHook': 'It is LoggerHook now.',
    'TensorboardLoggerHook': 'It is TensorboardVisBackend in visualizer.vis_backends.',
    'WandbLoggerHook': 'It is WandbVisBackend in visualizer.vis_backends now.',
    'IterBasedRunner': 'It is IterBasedTrainLoop in train_cfg now.',
    'EpochBasedRunner': 'It is EpochBasedTrainLoop in train_cfg now.',
    'DefaultOptimizerConstructor': 'It is DefaultOptimWrapperConstructor now.',
}

#: Arguments that have another name now, by the registry of what took them.
FORMER_ARGUMENTS = {
    'TRANSFORMS': {
        'img_scale': "is 'scale' now",
        'ratio_range': 'is an argument of RandomResize now',
        'multiscale_mode': 'was removed: use RandomResize or RandomChoiceResize',
        'flip_ratio': "is 'prob' now",
    },
    'DATASETS': {
        'classes': 'is metainfo=dict(classes=...) now',
        'palette': 'is metainfo=dict(palette=...) now',
        'split': "is 'ann_file' now",
        'img_dir': 'is data_prefix=dict(img_path=...) now',
        'ann_dir': 'is data_prefix=dict(seg_map_path=...) now',
        'img_prefix': 'is data_prefix=dict(img=...) now',
        'seg_prefix': 'is data_prefix=dict(seg=...) now',
        'samples_per_gpu': "is 'batch_size' of the data loader now",
        'workers_per_gpu': "is 'num_workers' of the data loader now",
    },
    'DATA_LOADERS': {
        'samples_per_gpu': "is 'batch_size' now",
        'workers_per_gpu': "is 'num_workers' now",
    },
    'OPTIM_WRAPPERS': {'grad_clip': "is 'clip_grad' now"},
    'OPTIMIZERS': {
        'paramwise_cfg': 'belongs to optim_wrapper, beside the optimizer',
        'constructor': 'belongs to optim_wrapper, beside the optimizer',
    },
}
