"""The bill's arithmetic: outcomes added up to totals, savings and what compression did."""
