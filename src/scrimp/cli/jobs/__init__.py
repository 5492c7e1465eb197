"""Jobs of batches, for `scrimp run --batch` and the commands of `scrimp batch`."""
