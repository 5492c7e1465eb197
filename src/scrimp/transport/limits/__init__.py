"""How many calls, how fast, and to whom: queues, rate limits, concurrency, circuit breakers, retries."""
