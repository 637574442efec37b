"""Reads all the other apps: boards, statistics, progress report, library. Keeps only what others have published."""
