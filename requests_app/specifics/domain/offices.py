"""What names a post rather than a person."""

import re

#: A form of address, or an e-mail address, as they stand in front of a person's name.
PERSON = re.compile(r"@|\bh\.\s?e\.|\b(mr|mrs|ms|miss|dr|prof|mme|mlle|sr|sra)\b\.?\s+\w", re.IGNORECASE)


def names_a_person(text: str) -> bool:
    """Whether a text that should name an office speaks of a person: the focal point is an office (Article 5.2(g))."""
    return PERSON.search(text) is not None
