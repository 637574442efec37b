"""How long the coalition builder takes: `python -m bench.planning`. No database.

Target: 40 needs against 80 supporters, proved optimal, under 2 s of processor time; memory under 300 MB.
"""

import resource
import time
from random import Random

from coalitions.domain.planning import Helper, Need, plan_coalition
from requests_app.enums import AreaCode

AREAS = list(AreaCode.values)
NEEDS, SUPPORTERS, SETS = 40, 80, 5


def needs(random: Random) -> list[Need]:
    """Needs of one area each, some of them with an amount."""
    sizes = (None, 5e5, 1e6, 3e6)
    return [Need(f"{n:02d} {random.choice(AREAS)}", size=random.choice(sizes)) for n in range(NEEDS)]


def helpers(random: Random, wanted: list[Need]) -> list[Helper]:
    """Supporters who know one to four areas and could help with most needs in these; half of them of limited means."""
    found = []
    for number in range(SUPPORTERS):
        areas = set(random.sample(AREAS, random.choice((1, 1, 2, 2, 3, 4))))
        covers = (need.code for need in wanted if need.code[3:] in areas and random.random() < 0.8)
        capacity = random.choice((None, None, 5e5, 2e6, 1e7))
        found.append(Helper(f"H{number:02d}", frozenset(covers), 100 * random.random(), capacity))
    return found


def main() -> None:
    """Print the figures."""
    plan_coalition([Need("a")], [Helper("A", frozenset("a"), 1.0)])  # the solver is loaded once
    for seed in range(SETS):
        random = Random(seed)
        wanted = needs(random)
        able = helpers(random, wanted)
        started = time.process_time()
        plan = plan_coalition(wanted, able)
        spent = time.process_time() - started
        proof = "proved optimal" if plan.is_proved else "not proved"
        print(f"{NEEDS} needs x {SUPPORTERS} supporters: {spent:.2f} s, {len(plan.members)} members, {proof}")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
