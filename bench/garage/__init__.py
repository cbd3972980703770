"""Real charging sessions in a garage with too little power: evkit, acnportal 0.3.3 and the offline optimum.

Every contestant gets the same vehicles minute by minute: they arrive, take what they are offered up to what
they can until they are full, and leave. `python -m bench --only sharing`.
"""
