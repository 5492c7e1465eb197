"""The models that can be called, what one costs wherever it is sold, and the embedded one."""
