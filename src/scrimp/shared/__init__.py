"""What many processes share through a server: one that is slow or down costs them little, and fails no row."""
