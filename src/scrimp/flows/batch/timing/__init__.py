"""When the work of a batch job goes out: cheap hours, idle moments, deadlines."""
