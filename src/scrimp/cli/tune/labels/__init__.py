"""`scrimp tune label`: labels by a person, a check, a judge or a file."""
