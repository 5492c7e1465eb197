"""What runs share through a server or a home: a budget, rate limits, and what is known of providers."""
