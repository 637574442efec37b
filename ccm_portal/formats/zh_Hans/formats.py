"""Amounts in Chinese as the United Nations prints them: in groups of three, which Django leaves out."""

THOUSAND_SEPARATOR = "\xa0"
NUMBER_GROUPING = 3
