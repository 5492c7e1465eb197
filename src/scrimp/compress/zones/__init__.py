"""Where a prompt is of what kind: detectors claim stretches, and segmentation makes zones of them."""
