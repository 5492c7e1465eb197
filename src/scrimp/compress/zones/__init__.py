"""The zones of a prompt: detectors find the parts of each kind, and segmentation fills the gaps."""
