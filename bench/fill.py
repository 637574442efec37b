"""Made-up requests with their areas, evidence, steps, relays and answers: the same ones on every run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import batched as _batched  # pragma: no cover
