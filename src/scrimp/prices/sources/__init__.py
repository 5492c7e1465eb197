"""Reading the price lists of others: genai-prices' data, LiteLLM's table, and tables of scrimp's own."""
