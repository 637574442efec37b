"""Work without a link: the needs form as a bilingual file that comes back, and needs imported from a spreadsheet."""
