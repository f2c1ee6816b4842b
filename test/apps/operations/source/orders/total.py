def total(lines):
    """What the lines come to, in cents. A line is its price in cents, and how many."""
    if any(count < 0 for _, count in lines):
        raise ValueError("a line has fewer than none")
    return sum(price * count for price, count in lines)
