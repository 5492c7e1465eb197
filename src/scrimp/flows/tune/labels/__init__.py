"""Where labels of completions come from: a column of right answers, a file of them, a check, a judge, a person."""
