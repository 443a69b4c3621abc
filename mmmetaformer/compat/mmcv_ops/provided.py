# SPDX-License-Identifier: Apache-2.0
"""The functions of `mmcv._ext` that the stand-in has."""

from .carafe import carafe_backward, carafe_forward
from .carafe_naive import carafe_naive_backward, carafe_naive_forward
from .deform_conv import deform_conv_forward
from .deform_conv_backward import (
    deform_conv_backward_input,
    deform_conv_backward_parameters,
)
from .deform_roi_pool import deform_roi_pool_backward, deform_roi_pool_forward
from .info import get_compiler_version, get_compiling_cuda_version
from .masked_conv import masked_col2im_forward, masked_im2col_forward
from .modulated_deform_conv import (
    modulated_deform_conv_backward,
    modulated_deform_conv_forward,
)
from .ms_deform_attn import ms_deform_attn_backward, ms_deform_attn_forward
from .nms import nms
from .nms_match import nms_match
from .psamask import psamask_backward, psamask_forward
from .roi_align import roi_align_backward, roi_align_forward
from .roi_pool import roi_pool_backward, roi_pool_forward
from .sigmoid_focal_loss import sigmoid_focal_loss_backward, sigmoid_focal_loss_forward
from .softmax_focal_loss import softmax_focal_loss_backward, softmax_focal_loss_forward
from .softnms import softnms
from .sync_bn import (
    sync_bn_backward_data,
    sync_bn_backward_param,
    sync_bn_forward_mean,
    sync_bn_forward_output,
    sync_bn_forward_var,
)

__all__ = ['PROVIDED']

PROVIDED = (
    carafe_backward,
    carafe_forward,
    carafe_naive_backward,
    carafe_naive_forward,
    deform_conv_backward_input,
    deform_conv_backward_parameters,
    deform_conv_forward,
    deform_roi_pool_backward,
    deform_roi_pool_forward,
    get_compiler_version,
    get_compiling_cuda_version,
    masked_col2im_forward,
    masked_im2col_forward,
    modulated_deform_conv_backward,
    modulated_deform_conv_forward,
    ms_deform_attn_backward,
    ms_deform_attn_forward,
    nms,
    nms_match,
    psamask_backward,
    psamask_forward,
    roi_align_backward,
    roi_align_forward,
    roi_pool_backward,
    roi_pool_forward,
    sigmoid_focal_loss_backward,
    sigmoid_focal_loss_forward,
    softmax_focal_loss_backward,
    softmax_focal_loss_forward,
    softnms,
    sync_bn_backward_data,
    sync_bn_backward_param,
    sync_bn_forward_mean,
    sync_bn_forward_output,
    sync_bn_forward_var,
)
