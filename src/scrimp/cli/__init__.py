"""The words a person types: each command parses, wires, hands over to a flow, and exits."""
