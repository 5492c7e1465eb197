"""The flags of commands: declarations, the groups that commands share, and the options made from them."""
