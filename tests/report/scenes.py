# SPDX-License-Identifier: Apache-2.0
"""Detections and truth with errors of all kinds, drawn from a seed."""

import numpy as np


def draw_scenes(seed, images=20, num_classes=4, crowds=0.1, classes_found=None):
    """Return detections and truths of images, as `error_kinds` takes them."""
    rng = np.random.default_rng(seed)
    detections, truths = [], []
    for _ in range(images):
        count = int(rng.integers(0, 6))
        low = rng.uniform(0, 150, (count, 2))
        boxes = np.hstack([low, low + rng.uniform(20, 60, (count, 2))])
        labels = rng.integers(0, num_classes, count)
        crowd = rng.random(count) < crowds
        truths.append(np.column_stack([boxes, labels, crowd]).reshape(-1, 6))
        rows = []
        for box, label in zip(boxes, labels, strict=True):
            for _ in range(int(rng.integers(0, 4))):
                moved = box + rng.normal(0, rng.choice([2, 12]), 4)
                moved[2:] = np.maximum(moved[2:], moved[:2] + 1)
                other = rng.integers(0, classes_found or num_classes)
                rows.append([*moved, label if rng.random() < 0.7 else other, 0])
        for _ in range(int(rng.integers(0, 3))):
            low = rng.uniform(0, 150, 2)
            other = rng.integers(0, classes_found or num_classes)
            rows.append([*low, *(low + rng.uniform(20, 60, 2)), other, 0])
        found = np.array(rows, float).reshape(-1, 6)
        found[:, 5] = rng.random(len(found))
        detections.append(found)
    return detections, truths
