"""Where values come from: flags, variables, the files of the project and of the user, and which of them are trusted."""
